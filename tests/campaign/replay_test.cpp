#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "harness/campaign/campaign.h"
#include "harness/schedule/generators.h"
#include "tests/campaign/simulated_target.h"

namespace shortwrite {
namespace {

ReplayResult Replay(SimulatedTarget& target, const std::string& schedule) {
  return RunReplay(target, target.CampaignOver(), ParseSchedule(schedule).value()).value();
}

// One control, one trial, and the verdict of that trial with what it showed.
TEST(Replay, JudgesOneTrial) {
  SimulatedTarget broken({.mistake = Mistake::kIgnoresCount});
  const ReplayResult failed = Replay(broken, "2:short=1");
  EXPECT_EQ(failed.end, CampaignEnd::kCounterexample);
  EXPECT_EQ(failed.judgement.verdict, Verdict::kCorrupted);
  EXPECT_EQ(failed.faults_delivered, 1u);
  EXPECT_EQ(failed.write_calls, 3u);
  EXPECT_FALSE(failed.observation.calls.empty());
  EXPECT_EQ(broken.schedules(), (std::vector<std::string>{"", "2:short=1"}));

  SimulatedTarget correct({});
  EXPECT_EQ(Replay(correct, "2:short=1").end, CampaignEnd::kSurvived);
}

// Nothing delivered, or no end: no verdict, with the reason.
TEST(Replay, ProvesNothingWithoutADeliveredFault) {
  SimulatedTarget target({});
  const ReplayResult undelivered = Replay(target, "90:short=1");
  EXPECT_EQ(undelivered.end, CampaignEnd::kVacuous);
  EXPECT_NE(undelivered.reason.find("no fault"), std::string::npos);

  target.Intervene([](size_t, const TrialRequest& request, Observation observation) {
    if (!request.schedule.empty()) observation.end = {TargetEnd::Kind::kSlow, 0};
    return observation;
  });
  const ReplayResult slow = Replay(target, "1:short=1");
  EXPECT_EQ(slow.end, CampaignEnd::kVacuous);
  EXPECT_NE(slow.reason.find("--timeout"), std::string::npos);
}

// A failing control ends it, and a trace that lost records is an error: there is nothing to judge.
TEST(Replay, NeedsAControlAndATrace) {
  SimulatedTarget failing({});
  failing.Intervene([](size_t, const TrialRequest&, Observation observation) {
    observation.end = {TargetEnd::Kind::kExited, 3};
    return observation;
  });
  const ReplayResult result = Replay(failing, "1:short=1");
  EXPECT_EQ(result.end, CampaignEnd::kControlFailed);
  EXPECT_NE(result.reason.find("exit status 3"), std::string::npos);

  SimulatedTarget overflowing({});
  overflowing.Intervene([](size_t number, const TrialRequest&, Observation observation) {
    if (number == 2) observation.trace_dropped = 1;
    return observation;
  });
  const auto overflown =
      RunReplay(overflowing, overflowing.CampaignOver(), ParseSchedule("1:short=1").value());
  ASSERT_FALSE(overflown.ok());
  EXPECT_EQ(overflown.error().kind, ErrorKind::kHarness);
}

// No schedule whatsoever convicts a correct target: not by recoverable faults, not by terminal
// ones.
RC_GTEST_PROP(Replay, NeverConvictsACorrectTarget, ()) {
  const auto bytes = *rc::gen::inRange<uint64_t>(1, 5'000);
  SimulatedTarget target({.payload_bytes = bytes,
                          .chunk_bytes = *rc::gen::inRange<uint64_t>(1, bytes + 1),
                          .nonblocking = *rc::gen::arbitrary<bool>(),
                          .interruptible = *rc::gen::arbitrary<bool>()});
  const Schedule schedule = *ArbitrarySchedule({.terminal = true, .outputs = {"out", "stdout"}});
  const ReplayResult result = RunReplay(target, target.CampaignOver(), schedule).value();
  RC_ASSERT(result.end ==
            (result.faults_delivered > 0 ? CampaignEnd::kSurvived : CampaignEnd::kVacuous));
}

// A target that ignores counts is convicted by every schedule that shortens anything.
RC_GTEST_PROP(Replay, AlwaysConvictsATargetThatIgnoresCounts, ()) {
  SimulatedTarget target({.mistake = Mistake::kIgnoresCount});
  const Schedule schedule = *ArbitrarySchedule({});
  const ReplayResult result = RunReplay(target, target.CampaignOver(), schedule).value();
  RC_ASSERT((result.end == CampaignEnd::kCounterexample) == (result.faults_delivered > 0));
}

}  // namespace
}  // namespace shortwrite
