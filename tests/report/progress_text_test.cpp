// Where a campaign stands, in words: nothing but a value and a width decides.
#include "harness/report/progress_text.h"

#include <gtest/gtest.h>

namespace shortwrite {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

CampaignProgress Sweeping() {
  return {.phase = Phase::kSweep,
          .done = 120,
          .planned = 500,
          .counterexamples = 1,
          .elapsed = seconds(7),
          .exploring = seconds(5),
          .time_left = seconds(23)};
}

// All fields where there is room; whichever bound is met first is the one to wait for.
TEST(ProgressLine, HasAllFieldsWhereThereIsRoom) {
  EXPECT_EQ(ProgressLine(Sweeping(), 79), "sweep 120/500, 1 found, ETA 0:16, 24 trials/s");
  CampaignProgress progress = Sweeping();
  progress.time_left = seconds(3);
  EXPECT_EQ(ProgressLine(progress, 79), "sweep 120/500, 1 found, ETA 0:03, 24 trials/s");
  progress.planned = 0;
  progress.phase = Phase::kSearch;
  EXPECT_EQ(ProgressLine(progress, 79), "search 120, 1 found, ETA 0:03, 24 trials/s");
  progress.exploring = seconds(240);
  progress.time_left = seconds(7'384);
  EXPECT_EQ(ProgressLine(progress, 79), "search 120, 1 found, ETA 2:03:04, 0.5 trials/s");
}

// A line that stands still looks as if we hung. Of what is over in a moment nobody wants to know.
TEST(ProgressLine, SaysThatATrialTakesLong) {
  CampaignProgress progress = Sweeping();
  progress.trial = milliseconds(999);
  EXPECT_EQ(ProgressLine(progress, 79), "sweep 120/500, 1 found, ETA 0:16, 24 trials/s");
  progress.trial = milliseconds(8'999);
  EXPECT_EQ(ProgressLine(progress, 79),
            "sweep 120/500, 1 found, this trial 0:08, ETA 0:16, 24 trials/s");
  EXPECT_NE(PlainProgressLine(progress).find(", this trial 0:08, "), std::string::npos);
  progress.phase = Phase::kControl;
  EXPECT_EQ(ProgressLine(progress, 79), "control, this trial 0:08");
}

// What nobody can know yet is not made up.
TEST(ProgressLine, SaysNothingThatIsNotKnown) {
  EXPECT_EQ(ProgressLine({}, 79), "control");
  CampaignProgress progress = Sweeping();
  progress.exploring = milliseconds(10);
  progress.time_left.reset();
  EXPECT_EQ(ProgressLine(progress, 79), "sweep 120/500, 1 found");
  progress.done = 700;
  progress.exploring = seconds(5);
  EXPECT_EQ(ProgressLine(progress, 79), "sweep 700, 1 found, 140 trials/s")
      << "with those that made it small, more than were planned";
}

// Whatever the width, the line fits, and never ends in half a field.
TEST(ProgressLine, FitsIntoAnyWidth) {
  for (size_t columns = 0; columns < 120; ++columns) {
    for (const Phase phase : {Phase::kControl, Phase::kSweep, Phase::kConfirm}) {
      CampaignProgress progress = Sweeping();
      progress.phase = phase;
      const std::string line = ProgressLine(progress, columns);
      EXPECT_LE(line.size(), columns);
      EXPECT_FALSE(line.ends_with(' ') || line.ends_with(',')) << line;
    }
  }
  EXPECT_EQ(ProgressLine(Sweeping(), 30), "sweep 120/500, 1 found");
  EXPECT_EQ(ProgressLine(Sweeping(), 20), "sweep 120/500");
  EXPECT_EQ(ProgressLine(Sweeping(), 19), "sweep") << "too narrow for anything but the phase";
  EXPECT_EQ(ProgressLine(Sweeping(), 3), "swe");
  EXPECT_EQ(ProgressLine(Sweeping(), 0), "");
}

// Numbers that no campaign reaches make no line that no terminal can hold.
TEST(ProgressLine, BearsAnyNumbers) {
  CampaignProgress progress = Sweeping();
  progress.done = 1;
  progress.planned = UINT64_MAX;
  progress.exploring = milliseconds(INT32_MAX);
  progress.time_left.reset();
  EXPECT_LE(ProgressLine(progress, 40).size(), 40u);
  progress.time_left = milliseconds(-5);
  EXPECT_NE(ProgressLine(progress, 79).find("ETA 0:00"), std::string::npos);
}

TEST(PlainProgressLine, SaysTheSameInWords) {
  EXPECT_EQ(PlainProgressLine(Sweeping()),
            "progress: sweep, 120 of 500 trials, 1 counterexample, 24 trials/s, 0:16 left");
}

// A log gets a line after 30 seconds and a tenth of the work, whichever comes later.
TEST(PlainCadence, IsTheRarerOfTimeAndShare) {
  PlainCadence cadence;
  CampaignProgress progress = {.phase = Phase::kSweep, .planned = 1000};
  const auto due = [&](uint64_t done, int second) {
    progress.done = done;
    progress.elapsed = seconds(second);
    return cadence.IsDue(progress);
  };
  EXPECT_FALSE(due(900, 29)) << "a short campaign";
  EXPECT_FALSE(due(99, 31)) << "half a minute, and too little done";
  EXPECT_TRUE(due(100, 40));
  EXPECT_FALSE(due(250, 69)) << "a tenth, and too early";
  EXPECT_FALSE(due(199, 80));
  EXPECT_TRUE(due(200, 80));
}

// A finding that takes long to make small is no reason to fall silent.
TEST(PlainCadence, GoesOnBeyondThePlan) {
  PlainCadence cadence;
  CampaignProgress progress = {.phase = Phase::kShrink, .done = 45, .planned = 50};
  progress.elapsed = seconds(31);
  EXPECT_TRUE(cadence.IsDue(progress));
  progress.done = 60;
  progress.elapsed = seconds(62);
  EXPECT_TRUE(cadence.IsDue(progress));
}

// Where the time alone bounds a campaign, it is the work.
TEST(PlainCadence, CountsTheTimeWhereNothingElseIsPlanned) {
  PlainCadence cadence;
  CampaignProgress progress = {.phase = Phase::kSearch};
  progress.elapsed = seconds(40);
  progress.time_left = seconds(560);
  EXPECT_FALSE(cadence.IsDue(progress));
  progress.elapsed = seconds(60);
  progress.time_left = seconds(540);
  EXPECT_TRUE(cadence.IsDue(progress));
}

}  // namespace
}  // namespace shortwrite
