// Campaigns that give the target other payloads than the one they began with.
#include <gtest/gtest.h>

#include "harness/campaign/campaign.h"
#include "harness/writer/trial_payload.h"
#include "tests/campaign/simulated_target.h"

namespace shortwrite {
namespace {

CampaignResult RunOver(SimulatedTarget& target, const CampaignSettings& settings) {
  CampaignListener silent;
  return RunCampaign(target, settings, silent).value();
}

class OtherPayloads : public testing::Test {
 protected:
  OtherPayloads() : settings_(target_.CampaignOver()) {
    settings_.payload = TrialPayload{target_.payload().size()};
    settings_.payload_reference = MakePayload(*settings_.payload);
    (void)target_.UsePayload(*settings_.payload_reference);
  }

  SimulatedTarget target_{{.payload_bytes = 20'001}};
  CampaignSettings settings_;
};

// A mistake that only characters of several bytes show: found under them, replayed with them, and
// with the smallest payload that still has three calls.
TEST_F(OtherPayloads, ShowWhatTheMainOneHides) {
  target_.Intervene([&](size_t, const TrialRequest&, Observation observation) {
    const bool wide = target_.payload().front() == '\xe2';
    if (wide && observation.faults_delivered > 0) {
      observation.outputs[0].bytes = FileBytes::Of(target_.payload().substr(8));
    }
    return observation;
  });
  EXPECT_EQ(RunOver(target_, settings_).end, CampaignEnd::kSurvived);
  settings_.other_payloads = {{20'001, PayloadText::kUtf8}};
  const CampaignResult result = RunOver(target_, settings_);
  ASSERT_EQ(result.end, CampaignEnd::kCounterexample) << result.reason;
  const Counterexample& found = result.counterexamples.front();
  ASSERT_TRUE(found.payload.has_value());
  EXPECT_EQ(found.payload->text, PayloadText::kUtf8);
  EXPECT_EQ(found.payload->bytes, 10'001u) << "three chunks of 4096";
  EXPECT_EQ(found.confirmed, kConfirmations);
  EXPECT_EQ(target_.payload().front(), '0') << "the campaign's own is back";
}

// What fails each time with the campaign's own payload is no less steady because a smaller one does
// not show it each time.
TEST_F(OtherPayloads, ASmallerOneMakesNoFailureUnsteady) {
  int small = 0;
  target_.Intervene([&](size_t, const TrialRequest&, Observation observation) {
    if (observation.faults_delivered == 0) return observation;
    const bool fails = target_.payload().size() == 20'001 || ++small % 2 == 1;
    if (fails) observation.outputs[0].bytes = FileBytes::Of(target_.payload().substr(8));
    return observation;
  });
  const CampaignResult result = RunOver(target_, settings_);
  ASSERT_EQ(result.end, CampaignEnd::kCounterexample) << result.reason;
  EXPECT_EQ(result.counterexamples.front().confirmed, kConfirmations);
  EXPECT_EQ(result.counterexamples.front().payload, std::nullopt);
}

// A kept schedule whose own payload cannot be had is run, but not called stale.
TEST_F(OtherPayloads, StaleIsOnlyWhatWasTriedAsFound) {
  settings_.payload.reset();
  settings_.corpus = {{ParseSchedule("1:short=5").value(), TrialPayload{777}, "a.sched"},
                      {ParseSchedule("1:short=7").value(), {}, "b.sched"}};
  const CampaignResult result = RunOver(target_, settings_);
  ASSERT_FALSE(result.notes.empty());
  EXPECT_EQ(result.notes.front(), "stale in the corpus, no longer failing: b.sched (1:short=7)");
}

// A target that does not take such a payload is left alone with it.
TEST_F(OtherPayloads, AreLeftOutWhereTheControlFails) {
  settings_.other_payloads = {{20'001, PayloadText::kUtf8}, {16'384}};
  target_.Intervene([&](size_t, const TrialRequest&, Observation observation) {
    if (target_.payload().front() == '\xe2') observation.end = {TargetEnd::Kind::kExited, 2};
    return observation;
  });
  const CampaignResult result = RunOver(target_, settings_);
  EXPECT_EQ(result.end, CampaignEnd::kSurvived) << result.reason;
  EXPECT_EQ(result.completeness.find("utf8"), std::string::npos) << result.completeness;
  EXPECT_NE(result.completeness.find("16384 bytes of ascii"), std::string::npos)
      << result.completeness;
}

}  // namespace
}  // namespace shortwrite
