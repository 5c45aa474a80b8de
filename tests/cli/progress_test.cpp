// The line at the foot of the terminal: when it is drawn, and that nothing is printed beside it.
#include "harness/cli/progress.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <string>
#include <utility>

namespace shortwrite {
namespace {

using std::chrono::milliseconds;

// Says something whenever it is told of a finding, as the campaign's own listener does.
class Talker final : public CampaignListener {
 public:
  explicit Talker(std::string& output) : output_(output) {}
  void OnControl(const Observation&) override { output_ += "control seen\n"; }
  void OnTrial(uint32_t, uint32_t) override { ++trials_; }
  void OnFinding(const Schedule&, const Judgement&, const std::optional<TrialPayload>&) override {
    output_ += "found\n";
  }
  void OnCounterexample(const Counterexample&) override { output_ += "kept\n"; }
  int trials() const { return trials_; }

 private:
  std::string& output_;
  int trials_ = 0;
};

class Progress : public testing::Test {
 protected:
  ProgressShower Shower(ProgressWish wish) {
    return {talker_,
            {.wish = wish,
             .time = std::chrono::seconds(600),
             .elapsed = [this] { return now_; },
             .columns = [this] { return columns_; },
             .print = [this](std::string_view text) { output_ += text; }}};
  }
  std::string Taken() { return std::exchange(output_, ""); }

  std::string output_;
  Talker talker_{output_};
  milliseconds now_{0};
  size_t columns_ = 80;
};

TEST(ChooseProgress, FollowsTheTerminal) {
  EXPECT_EQ(ChooseProgress(ProgressWish::kAuto, false, true), ProgressWish::kLine);
  EXPECT_EQ(ChooseProgress(ProgressWish::kAuto, false, false), ProgressWish::kPlain);
  EXPECT_EQ(ChooseProgress(ProgressWish::kPlain, false, true), ProgressWish::kPlain);
  EXPECT_EQ(ChooseProgress(ProgressWish::kLine, false, false), ProgressWish::kLine);
  EXPECT_EQ(ChooseProgress(ProgressWish::kLine, true, true), ProgressWish::kNone) << "--quiet";
}

// While a trial runs on, and no longer.
TEST_F(Progress, GoesOnDuringALongTrial) {
  ProgressShower shower = Shower(ProgressWish::kLine);
  shower.OnPhase(Phase::kSweep);
  now_ = milliseconds(1'150);
  shower.OnLongTrial(milliseconds(1'100));
  EXPECT_NE(Taken().find(", this trial 0:01, ETA 9:59"), std::string::npos);
  now_ = milliseconds(1'200);
  shower.OnLongTrial(milliseconds(1'150));
  EXPECT_EQ(Taken(), "") << "no more often than people see";
  now_ = milliseconds(1'300);
  shower.OnTrial(1, 500);
  EXPECT_EQ(Taken().find("this trial"), std::string::npos);
  shower.OnLongTrial(milliseconds(3'000));
  shower.OnPhase(Phase::kShrink);
  EXPECT_EQ(Taken().find("this trial"), std::string::npos);
}

// At most ten times a second, and a new phase at once.
TEST_F(Progress, DrawsNoMoreOftenThanPeopleSee) {
  ProgressShower shower = Shower(ProgressWish::kLine);
  shower.OnPhase(Phase::kControl);
  EXPECT_EQ(Taken(), "\r\033[Kcontrol");
  now_ = milliseconds(30);
  shower.OnPhase(Phase::kSweep);
  EXPECT_EQ(Taken(), "\r\033[Ksweep 0, 0 found, ETA 10:00");
  now_ = milliseconds(129);
  shower.OnTrial(1, 500);
  EXPECT_EQ(Taken(), "");
  now_ = milliseconds(130);
  shower.OnTrial(2, 500);
  EXPECT_EQ(Taken().find("\r\033[Ksweep 2/500"), 0u);
  for (uint32_t i = 0; i < 1000; ++i) {
    now_ += milliseconds(1);
    shower.OnTrial(3 + i, 5000);
  }
  const std::string drawn = Taken();
  EXPECT_EQ(std::count(drawn.begin(), drawn.end(), '\r'), 10);
  EXPECT_EQ(talker_.trials(), 1002) << "the listener behind it hears of each";
}

// Whatever else is printed stands alone on its line.
TEST_F(Progress, IsGoneBeforeAnythingElseIsSaid) {
  ProgressShower shower = Shower(ProgressWish::kLine);
  const auto says = [&](const std::string& text) {
    EXPECT_EQ(Taken(), "\r\033[K" + text);
    now_ += milliseconds(200);
    shower.OnTrial(1, 10);
    EXPECT_FALSE(Taken().empty()) << "drawn again";
  };
  shower.OnPhase(Phase::kControl);
  Taken();
  shower.OnControl({});
  says("control seen\n");
  shower.OnFinding({}, {}, std::nullopt);
  says("found\n");
  shower.OnCounterexample({});
  says("kept\n");
  shower.Erase();
  EXPECT_EQ(Taken(), "\r\033[K");
  shower.Erase();
  EXPECT_EQ(Taken(), "") << "once is enough";
}

// And when nobody says that it is over.
TEST_F(Progress, IsGoneWithItsShower) {
  {
    ProgressShower shower = Shower(ProgressWish::kLine);
    shower.OnPhase(Phase::kControl);
    Taken();
  }
  EXPECT_EQ(Taken(), "\r\033[K");
}

// The width is asked for at each draw, and its last column stays free.
TEST_F(Progress, FollowsTheWidth) {
  ProgressShower shower = Shower(ProgressWish::kLine);
  shower.OnPhase(Phase::kSweep);
  for (const size_t columns : std::array<size_t, 5>{200, 40, 25, 12, 1}) {
    columns_ = columns;
    now_ += milliseconds(1000);
    Taken();
    shower.OnTrial(17, 500);
    const std::string drawn = Taken().substr(4);
    EXPECT_LT(drawn.size(), columns) << drawn;
    EXPECT_EQ(drawn.empty(), columns == 1);
  }
}

// Shrinking and controls take time that says nothing of how fast the sweep is.
TEST_F(Progress, CountsTheRateOfExploringAlone) {
  ProgressShower shower = Shower(ProgressWish::kLine);
  shower.OnPhase(Phase::kControl);
  now_ += milliseconds(60'000);
  shower.OnPhase(Phase::kSweep);
  now_ += milliseconds(1000);
  shower.OnTrial(10, 500);
  shower.OnPhase(Phase::kShrink);
  now_ += milliseconds(60'000);
  shower.OnPhase(Phase::kConfirm);
  shower.OnCounterexample({});
  now_ += milliseconds(60'000);
  shower.OnPhase(Phase::kSweep);
  now_ += milliseconds(1000);
  Taken();
  shower.OnTrial(20, 500);
  EXPECT_EQ(Taken(), "\r\033[Ksweep 20/500, 1 found, ETA 0:48, 10 trials/s");
}

// A campaign that is run once more, without snapshots, begins anew.
TEST_F(Progress, BeginsAnewWithAnotherControl) {
  ProgressShower shower = Shower(ProgressWish::kLine);
  shower.OnPhase(Phase::kSweep);
  shower.OnTrial(20, 500);
  shower.OnCounterexample({});
  shower.OnPhase(Phase::kControl);
  Taken();
  shower.OnPhase(Phase::kSweep);
  EXPECT_EQ(Taken().find("\r\033[Ksweep 0, 0 found"), 0u);
}

// A log has whole lines, without anything that steers a terminal.
TEST_F(Progress, PlainLinesAreRareAndWhole) {
  ProgressShower shower = Shower(ProgressWish::kPlain);
  shower.OnPhase(Phase::kControl);
  shower.OnPhase(Phase::kSweep);
  for (uint32_t second = 1; second <= 100; ++second) {
    now_ = std::chrono::seconds(second);
    shower.OnTrial(second, 100);
  }
  EXPECT_EQ(Taken(),
            "progress: sweep, 30 of 100 trials, 0 counterexamples, 1.0 trials/s, 1:10 left\n"
            "progress: sweep, 60 of 100 trials, 0 counterexamples, 1.0 trials/s, 0:40 left\n"
            "progress: sweep, 90 of 100 trials, 0 counterexamples, 1.0 trials/s, 0:10 left\n");
}

TEST_F(Progress, NoneIsNone) {
  ProgressShower shower = Shower(ProgressWish::kNone);
  shower.OnPhase(Phase::kSweep);
  now_ = std::chrono::seconds(500);
  shower.OnTrial(400, 500);
  shower.Erase();
  EXPECT_EQ(Taken(), "");
}

}  // namespace
}  // namespace shortwrite
