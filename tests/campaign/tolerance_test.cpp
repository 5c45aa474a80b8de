// What is tolerated does not fail a campaign, and hides nothing else.
#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "harness/campaign/campaign.h"
#include "harness/campaign/signature_name.h"
#include "tests/campaign/simulated_target.h"

namespace shortwrite {
namespace {

CampaignResult RunOver(SimulatedTarget& target, const Tolerance& tolerance, Journal& journal,
                       uint32_t trials = 120) {
  CampaignSettings settings = target.CampaignOver();
  settings.trials_max = trials;
  settings.tolerance = tolerance;
  return RunCampaign(target, settings, journal).value();
}

std::optional<std::string> Always(const Counterexample&) {
  return "known";
}

// The campaign goes on as if nothing had been found: the whole budget is spent.
TEST(Tolerance, DoesNotEndTheCampaign) {
  SimulatedTarget target({.mistake = Mistake::kDropsAtEagain, .nonblocking = true});
  Journal journal;
  const CampaignResult result = RunOver(target, Always, journal);
  EXPECT_EQ(result.end, CampaignEnd::kSurvived) << result.reason;
  EXPECT_TRUE(result.counterexamples.empty());
  ASSERT_EQ(result.tolerated.size(), 1u);
  EXPECT_EQ(ToText(result.tolerated[0].found.minimal), "1:eagain");
  EXPECT_EQ(result.tolerated[0].reason, "known");
  EXPECT_GE(result.trials, 120u);
  // It is told as a finding, and not as a counterexample.
  const auto& lines = journal.lines();
  EXPECT_TRUE(std::none_of(lines.begin(), lines.end(), [](const std::string& line) {
    return line.starts_with("counterexample");
  }));
}

// Nothing but what is tolerated ever happened: that is said.
TEST(Tolerance, OfEverythingIsNoted) {
  SimulatedTarget target({.mistake = Mistake::kIgnoresCount});
  Journal journal;
  const CampaignResult result = RunOver(target, Always, journal);
  EXPECT_EQ(result.end, CampaignEnd::kSurvived) << result.reason;
  EXPECT_NE(std::find(result.notes.begin(), result.notes.end(),
                      "no trial with a fault was good: all that failed is tolerated"),
            result.notes.end());
}

// Another signature is found all the same, although it shows the same symptom: here the same
// verdict and shape, with another call behind it.
TEST(Tolerance, HidesNoOtherSignature) {
  SimulatedTarget first({.mistake = Mistake::kRetriesOnce});
  Journal journal;
  const CampaignResult plain = RunOver(
      first, [](const Counterexample&) { return std::nullopt; }, journal);
  ASSERT_EQ(plain.end, CampaignEnd::kCounterexample);
  const std::string name = SignatureName(plain.counterexamples.front());
  // Not that one: tolerated by its name, everything else counts.
  SimulatedTarget again({.mistake = Mistake::kRetriesOnce});
  const CampaignResult tolerated = RunOver(
      again,
      [&](const Counterexample& found) {
        return SignatureName(found) == name ? std::optional<std::string>("known") : std::nullopt;
      },
      journal);
  EXPECT_FALSE(tolerated.tolerated.empty());
  for (const Counterexample& found : tolerated.counterexamples)
    EXPECT_NE(SignatureName(found), name);
  // A name of nobody tolerates nothing.
  SimulatedTarget third({.mistake = Mistake::kRetriesOnce});
  const CampaignResult other = RunOver(
      third,
      [&](const Counterexample& found) {
        return SignatureName(found) == name + "0" ? std::optional<std::string>("known")
                                                  : std::nullopt;
      },
      journal);
  EXPECT_EQ(other.end, CampaignEnd::kCounterexample);
  EXPECT_TRUE(other.tolerated.empty());
}

// Failures that share the symptom of a tolerated one are looked at, each: here the first alone is
// tolerated, and the second, which a campaign would take for the same, counts.
TEST(Tolerance, HidesNothingBehindASymptom) {
  // One call, so that every failure has the same symptom.
  SimulatedTarget target({.payload_bytes = 4'000, .mistake = Mistake::kIgnoresCount});
  Journal journal;
  std::string first;
  const CampaignResult result = RunOver(
      target,
      [&](const Counterexample& found) -> std::optional<std::string> {
        if (first.empty()) first = ToText(found.raw);
        if (ToText(found.raw) != first) return std::nullopt;
        return "known";
      },
      journal);
  EXPECT_EQ(result.end, CampaignEnd::kCounterexample) << result.reason;
  EXPECT_EQ(result.tolerated.size(), 1u);
  ASSERT_FALSE(result.counterexamples.empty());
  EXPECT_NE(ToText(result.counterexamples[0].raw), first);
}

}  // namespace
}  // namespace shortwrite
