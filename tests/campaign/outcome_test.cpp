#include "harness/campaign/outcome.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <string>

#include "tests/campaign/simulated_target.h"

namespace shortwrite {
namespace {

Outcome AnyOutcome() {
  Outcome outcome;
  outcome.verdict = *rc::gen::element(Verdict::kSurvived, Verdict::kCorrupted, Verdict::kFlaky,
                                      Verdict::kInconclusive);
  outcome.good = *rc::gen::arbitrary<bool>();
  outcome.planned = *rc::gen::arbitrary<uint32_t>();
  outcome.delivered = *rc::gen::arbitrary<uint32_t>();
  outcome.symptom = *rc::gen::arbitrary<std::string>();
  outcome.traits = *rc::gen::arbitrary<std::vector<uint64_t>>();
  return outcome;
}

RC_GTEST_PROP(Outcome, IsDecodedAsItWasEncoded, ()) {
  const Outcome outcome = AnyOutcome();
  const std::optional<Outcome> decoded = DecodeOutcome(Encode(outcome));
  RC_ASSERT(decoded.has_value());
  RC_ASSERT(*decoded == outcome);
}

// Cut at any length, or with something behind it, it is none.
RC_GTEST_PROP(Outcome, IsNoneWhereItIsNotWhole, ()) {
  const std::string bytes = Encode(AnyOutcome());
  for (size_t length = 0; length < bytes.size(); ++length) {
    RC_ASSERT(!DecodeOutcome(std::string_view(bytes).substr(0, length)));
  }
  RC_ASSERT(!DecodeOutcome(bytes + '!'));
}

// Of a trial: what was planned and delivered, and the symptom of a failure alone.
TEST(Outcome, SaysWhatATrialCameTo) {
  for (const Mistake mistake : {Mistake::kNone, Mistake::kIgnoresCount}) {
    SimulatedTarget target({.mistake = mistake});
    const Schedule schedule = ParseSchedule("1:short=1 900:short=1").value();
    const CampaignSettings settings = target.CampaignOver();
    CampaignReference reference;
    reference.control = target.Run({}).value();
    reference.main_output = settings.main_output;
    const Observation observation = target.Run({.schedule = schedule}).value();
    const Judgement judgement = JudgeTrial(reference, observation, schedule, {}).value();
    const Outcome outcome = OutcomeOf(observation, schedule, judgement);
    EXPECT_EQ(outcome.planned, 2u);
    EXPECT_EQ(outcome.delivered, 1u);
    EXPECT_EQ(outcome.failed(), mistake != Mistake::kNone);
    EXPECT_EQ(outcome.symptom.empty(), mistake == Mistake::kNone);
    EXPECT_FALSE(outcome.traits.empty());
  }
}

}  // namespace
}  // namespace shortwrite
