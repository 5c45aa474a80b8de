// The trials that tell classes apart which look the same under the minimal schedule.
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "harness/campaign/campaign.h"
#include "tests/campaign/simulated_target.h"

namespace shortwrite {
namespace {

const std::string kProbe = "1:short=17";

struct Ran {
  CampaignResult result;
  std::ptrdiff_t probes = 0;
};

Ran RunOver(SimulatedTarget& target, const CampaignSettings& settings) {
  CampaignListener nobody;
  Ran ran = {RunCampaign(target, settings, nobody).value()};
  ran.probes = std::count(target.schedules().begin(), target.schedules().end(), kProbe);
  return ran;
}

Ran RunOver(SimulatedTarget& target) {
  return RunOver(target, target.CampaignOver());
}

// Whether the whole buffer comes again, or a unit that was cut, the first byte alone cannot say.
TEST(Probing, TellsAUnitFromTheWholeBuffer) {
  for (const auto& [mistake, class_name] : std::vector<std::pair<Mistake, std::string>>{
           {Mistake::kResendsWhole, "W10"}, {Mistake::kCountsSamples, "W17"}}) {
    SimulatedTarget target({.mistake = mistake});
    const Ran ran = RunOver(target);
    ASSERT_FALSE(ran.result.counterexamples.empty());
    const Counterexample& found = ran.result.counterexamples[0];
    EXPECT_EQ(ToText(found.minimal), "1:short=1");
    EXPECT_EQ(found.diagnosis.candidates, std::vector<std::string>{class_name})
        << found.diagnosis.sentence;
    EXPECT_NE(found.diagnosis.sentence.find(kProbe), std::string::npos) << found.diagnosis.sentence;
    EXPECT_EQ(ran.probes, 2);
  }
}

// A probe that comes out otherwise when it is repeated rules nothing out.
TEST(Probing, BelievesOnlyWhatRepeats) {
  SimulatedTarget target({.mistake = Mistake::kResendsWhole});
  SimulatedTarget correct({});
  size_t probes = 0;
  target.Intervene([&](size_t, const TrialRequest& request, Observation observation) {
    const bool is_second = ToText(request.schedule) == kProbe && ++probes == 2;
    return is_second ? correct.Run(request) : Result<Observation>(std::move(observation));
  });
  const Ran ran = RunOver(target);
  ASSERT_FALSE(ran.result.counterexamples.empty());
  const Diagnosis& diagnosis = ran.result.counterexamples[0].diagnosis;
  EXPECT_EQ(diagnosis.candidates, (std::vector<std::string>{"W10", "W17"})) << diagnosis.sentence;
}

// What was found is kept, and told with all that it may be, when the time is up or a probe fails.
TEST(Probing, CostsNoFinding) {
  SimulatedTarget late({.mistake = Mistake::kResendsWhole});
  CampaignSettings settings = late.CampaignOver();
  bool is_up = false;
  settings.out_of_time = [&] { return is_up; };
  size_t confirmations = 0;
  late.Intervene([&](size_t, const TrialRequest& request, Observation observation) {
    if (request.full_trace && ++confirmations == kConfirmations) is_up = true;
    return Result<Observation>(std::move(observation));
  });
  SimulatedTarget stopped({.mistake = Mistake::kResendsWhole});
  stopped.Intervene([&](size_t, const TrialRequest& request, Observation observation) {
    if (ToText(request.schedule) != kProbe) return Result<Observation>(std::move(observation));
    return Result<Observation>(Error{ErrorKind::kInterrupted, "stopped by a signal"});
  });
  for (const auto& [ran, probes] : {std::pair{RunOver(late, settings), 0}, {RunOver(stopped), 1}}) {
    EXPECT_EQ(ran.result.end, CampaignEnd::kCounterexample);
    ASSERT_EQ(ran.result.counterexamples.size(), 1u);
    EXPECT_EQ(ran.result.counterexamples[0].confirmed, kConfirmations);
    EXPECT_EQ(ran.result.counterexamples[0].diagnosis.candidates.size(), 2u);
    EXPECT_EQ(ran.probes, probes);
  }
}

}  // namespace
}  // namespace shortwrite
