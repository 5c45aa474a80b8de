// The fixed list of faults, and what a target makes of it.
#include "harness/campaign/compare.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "tests/campaign/simulated_target.h"

namespace shortwrite {
namespace {

using Kind = ComparedCell::Kind;

ComparedTarget Compare(SimulatedTarget& target) {
  return CompareTarget(target, target.CampaignOver()).value();
}

const ComparedCell& CellOf(const ComparedTarget& target, const std::string& name) {
  static const ComparedCell none;
  for (size_t i = 0; i < target.cells.size(); ++i) {
    if (ComparedFaults()[i].Name() == name) return target.cells[i];
  }
  ADD_FAILURE() << name;
  return none;
}

// Every row is a schedule for whoever makes enough calls, and places are not the same call twice.
TEST(ComparedFaults, AreSchedules) {
  EXPECT_EQ(ComparedFaults().size(), 22u);
  for (const ComparedFault& fault : ComparedFaults()) {
    EXPECT_TRUE(ScheduleFor(fault, 7)) << fault.Name();
    EXPECT_FALSE(ScheduleFor(fault, 0)) << fault.Name();
  }
  const auto text = [](CallPlace place, uint32_t calls) {
    const auto schedule = ScheduleFor({place, "{at}:short=1 {next}:eagain"}, calls);
    return schedule ? ToText(*schedule) : "";
  };
  EXPECT_EQ(text(CallPlace::kFirst, 1), "1:short=1 2:eagain");
  EXPECT_EQ(text(CallPlace::kMiddle, 2), "");
  EXPECT_EQ(text(CallPlace::kMiddle, 3), "2:short=1 3:eagain");
  EXPECT_EQ(text(CallPlace::kLast, 1), "");
  EXPECT_EQ(text(CallPlace::kLast, 9), "9:short=1 10:eagain");
}

// What cannot be delivered is not survived.
TEST(CompareTarget, CorrectOneSurvivesWhatIsLegal) {
  SimulatedTarget target({});
  const ComparedTarget compared = Compare(target);
  EXPECT_EQ(compared.end, CampaignEnd::kSurvived) << compared.reason;
  EXPECT_EQ(CellOf(compared, "first: N:short=1").kind, Kind::kSurvived);
  EXPECT_EQ(CellOf(compared, "first: N:short=1").schedule, "1:short=1");
  EXPECT_EQ(CellOf(compared, "first: N:eagain").kind, Kind::kNotLegal);
  EXPECT_EQ(CellOf(compared, "last: N:short=1 N+1:eagain").kind, Kind::kNotLegal);
  EXPECT_EQ(CellOf(compared, "middle: N-:enospc").kind, Kind::kSurvived);
}

// A failure counts when it repeats, and it is run as often as a campaign would.
TEST(CompareTarget, BrokenOneFailsWhereItIsBroken) {
  SimulatedTarget target({.mistake = Mistake::kDropsAtEagain, .nonblocking = true});
  const ComparedTarget compared = Compare(target);
  EXPECT_EQ(compared.end, CampaignEnd::kCounterexample);
  EXPECT_EQ(CellOf(compared, "first: N:short=1").kind, Kind::kSurvived);
  EXPECT_EQ(CellOf(compared, "first: N:eagain").kind, Kind::kFailed);
  EXPECT_EQ(CellOf(compared, "first: N:eagain").verdict, "corrupted");
  EXPECT_EQ(std::count(target.schedules().begin(), target.schedules().end(), "1:eagain"), 3);
  EXPECT_EQ(std::count(target.schedules().begin(), target.schedules().end(), "1:short=1"), 1);
}

// One that came and went convicts nobody.
TEST(CompareTarget, FailureThatDoesNotRepeatIsUnsteady) {
  SimulatedTarget broken({.mistake = Mistake::kIgnoresCount});
  SimulatedTarget target({});
  const Observation bad =
      broken.Run({.schedule = ParseSchedule("1:short=1").value(), .full_trace = true}).value();
  bool done = false;
  target.Intervene(
      [&](size_t, const TrialRequest& request, Observation observation) -> Result<Observation> {
        if (done || ToText(request.schedule) != "1:short=1") return observation;
        done = true;
        return bad;
      });
  const ComparedTarget compared = Compare(target);
  EXPECT_EQ(CellOf(compared, "first: N:short=1").kind, Kind::kUnsteady);
  EXPECT_EQ(compared.end, CampaignEnd::kUnsteady);
}

TEST(CompareTarget, FewCallsHaveNoMiddle) {
  SimulatedTarget target({.payload_bytes = 4'000});
  const ComparedTarget compared = Compare(target);
  EXPECT_EQ(CellOf(compared, "middle: N:short=1").kind, Kind::kNoSuchCall);
  EXPECT_EQ(CellOf(compared, "last: N:short=1").kind, Kind::kNoSuchCall);
  EXPECT_EQ(CellOf(compared, "first: N:short=1").kind, Kind::kSurvived);
}

}  // namespace
}  // namespace shortwrite
