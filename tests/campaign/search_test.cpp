#include "harness/campaign/search.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string>

#include "tests/campaign/simulated_target.h"

namespace shortwrite {
namespace {

// The code that a program is in, call by call: the ordinary one; a fallback, which a short write of
// its ninth call leads to; a last resort, which another one leads to from there, four or five calls
// later; and the mistake, three or four calls after that. Any other short write leads back. Each
// has a call site of its own, and that is all that shows from outside.
enum class Place : uint64_t { kOrdinary = 16, kFallback = 32, kLastResort = 48, kLost = 64 };

Place After(Place place, const TracedCall& call, uint32_t last_short) {
  const uint32_t later = call.number - last_short;
  if (place == Place::kFallback && (later == 4 || later == 5)) return Place::kLastResort;
  if (place == Place::kLastResort && (later == 3 || later == 4)) return Place::kLost;
  return call.number == 9 ? Place::kFallback : Place::kOrdinary;
}

SimulatedTarget::Intervention FailsDeepInside(const SimulatedTarget& target) {
  return [&target](size_t, const TrialRequest&, Observation observation) {
    Place place = Place::kOrdinary;
    uint32_t last_short = 0;
    for (TracedCall& call : observation.calls) {
      call.caller_in_program = true;
      call.caller = static_cast<uint64_t>(place);
      if (!call.delivered || place == Place::kLost) continue;
      place = After(place, call, last_short);
      last_short = call.number;
    }
    if (place == Place::kLost) {
      observation.outputs[0].bytes = FileBytes::Of(target.payload().substr(8));
    }
    return observation;
  };
}

// Of ten seeds, those whose search, without a sweep, finds the mistake.
int CountFound(bool feedback) {
  int found = 0;
  for (uint64_t seed = 1; seed <= 10; ++seed) {
    SimulatedTarget target({.payload_bytes = 9'001, .chunk_bytes = 300});
    target.Intervene(FailsDeepInside(target));
    CampaignSettings settings = target.CampaignOver();
    settings.depth = 0;
    settings.seed = seed;
    settings.feedback = feedback;
    settings.trials_max = 3'000;
    CampaignListener silent;
    const CampaignResult result = RunCampaign(target, settings, silent).value();
    found += result.end == CampaignEnd::kCounterexample ? 1 : 0;
  }
  return found;
}

// What two faults must open first is out of reach for schedules that know nothing of what the first
// one did.
TEST(Search, FeedbackReachesWhatBlindSearchDoesNot) {
  const int blind = CountFound(false);
  const int with_feedback = CountFound(true);
  EXPECT_LE(blind, 2);
  EXPECT_GE(with_feedback, 8);
}

class SearchOver : public testing::Test {
 protected:
  SearchOver() : settings_(target_.CampaignOver()) {
    settings_.depth = 0;
    settings_.payload = TrialPayload{target_.payload().size()};
    settings_.payload_reference = MakePayload(*settings_.payload);
    (void)target_.UsePayload(*settings_.payload_reference);
  }

  CampaignResult Run() {
    CampaignListener silent;
    return RunCampaign(target_, settings_, silent).value();
  }

  SimulatedTarget target_{{.payload_bytes = 20'001}};
  CampaignSettings settings_;
};

// The same thing again proves nothing: no schedule is run twice under one payload.
TEST_F(SearchOver, RunsNoScheduleTwice) {
  settings_.trials_max = 400;
  EXPECT_EQ(Run().end, CampaignEnd::kSurvived);
  std::set<std::string> seen;
  for (const std::string& schedule : target_.schedules()) {
    if (!schedule.empty()) {
      EXPECT_TRUE(seen.insert(schedule).second) << schedule;
    }
  }
  EXPECT_EQ(seen.size(), 400u);
}

// Where nothing is left to try, the search ends before its budget does.
TEST_F(SearchOver, EndsWhereNothingIsLeft) {
  settings_.faults = {
      .shorts = false, .eagain = false, .eintr = false, .terminal = {.close = true}};
  settings_.trials_max = 1'000'000;
  const CampaignResult result = Run();
  EXPECT_EQ(result.end, CampaignEnd::kSurvived) << result.reason;
  EXPECT_GT(result.trials, 2u);
  EXPECT_LT(result.trials, 1'000u);
}

// Rounds over sizes around the target's own chunks, each with a control; and it ends on its own
// payload.
TEST_F(SearchOver, GoesOverOtherPayloads) {
  settings_.may_resize = true;
  settings_.trials_max = 400;
  std::set<size_t> sizes;
  target_.Intervene([&](size_t, const TrialRequest&, Observation observation) {
    sizes.insert(target_.payload().size());
    return observation;
  });
  const CampaignResult result = Run();
  EXPECT_EQ(result.end, CampaignEnd::kSurvived) << result.reason;
  EXPECT_TRUE(sizes.contains(16'384)) << "four chunks, the last one full";
  EXPECT_GE(sizes.size(), 4u);
  EXPECT_EQ(result.controls, 2 + sizes.size() - 1);
  EXPECT_NE(result.completeness.find("over other payloads"), std::string::npos)
      << result.completeness;
  EXPECT_EQ(target_.payload().size(), 20'001u);
}

// A target that takes one size alone is left with it, at the price of one control each.
TEST_F(SearchOver, LeavesOutWhatTheTargetDoesNotBear) {
  settings_.may_resize = true;
  settings_.trials_max = 400;
  target_.Intervene([&](size_t, const TrialRequest&, Observation observation) {
    if (target_.payload().size() != 20'001) observation.end = {TargetEnd::Kind::kExited, 2};
    return observation;
  });
  const CampaignResult result = Run();
  EXPECT_EQ(result.end, CampaignEnd::kSurvived) << result.reason;
  EXPECT_EQ(result.completeness.find("over other payloads"), std::string::npos);
}

// A failure over another payload names it.
TEST_F(SearchOver, AFindingOverAnotherPayloadSaysWhich) {
  settings_.may_resize = true;
  target_.Intervene([&](size_t, const TrialRequest&, Observation observation) {
    if (target_.payload().size() % 4096 == 0 && observation.faults_delivered > 0) {
      observation.outputs[0].bytes = FileBytes::Of("");
    }
    return observation;
  });
  const CampaignResult result = Run();
  ASSERT_EQ(result.end, CampaignEnd::kCounterexample) << result.reason;
  ASSERT_TRUE(result.counterexamples.front().payload.has_value());
  EXPECT_EQ(result.counterexamples.front().payload->bytes % 4096, 0u);
}

}  // namespace
}  // namespace shortwrite
