// How a campaign's sweep and search divide what they are given.
#include <gtest/gtest.h>

#include <set>
#include <string>

#include "harness/campaign/campaign.h"
#include "tests/campaign/simulated_target.h"

namespace shortwrite {
namespace {

// 3,000 write calls.
class ManyCalls : public testing::Test {
 protected:
  ManyCalls() : settings_(target_.CampaignOver()) { settings_.depth = 1; }

  CampaignResult Run() {
    CampaignListener silent;
    return RunCampaign(target_, settings_, silent).value();
  }

  // The calls at which a single short write was tried.
  std::set<uint32_t> CallsTried() const {
    std::set<uint32_t> calls;
    for (const std::string& text : target_.schedules()) {
      const Schedule schedule = ParseSchedule(text).value();
      if (schedule.steps.size() != 1) continue;
      const Step& step = schedule.steps.front();
      if (step.calls.first == step.calls.last) calls.insert(step.calls.first);
    }
    return calls;
  }

  SimulatedTarget target_{{.payload_bytes = 9'000, .chunk_bytes = 3}};
  CampaignSettings settings_;
};

// A budget of trials gets a spread over the whole of it, and the result says how wide it was.
TEST_F(ManyCalls, GetASpreadThatIsOwnedUpTo) {
  settings_.trials_max = 100;
  const CampaignResult result = Run();
  EXPECT_EQ(result.end, CampaignEnd::kSurvived) << result.reason;
  EXPECT_EQ(result.trials, 100u);
  EXPECT_NE(result.completeness.find(" of 3000 write calls (the first, the last and a spread)"),
            std::string::npos)
      << result.completeness;
  const std::set<uint32_t> calls = CallsTried();
  EXPECT_TRUE(calls.contains(1) && calls.contains(3'000));
  EXPECT_TRUE(calls.lower_bound(1'200) != calls.upper_bound(1'800)) << "nothing in the middle";
}

// Where time alone is the bound, closer spreads follow the first; and the sweep leaves the search
// its share.
TEST_F(ManyCalls, GetCloserSpreadsWhileThereIsTime) {
  settings_.trials_max = kNoTrialsMax;
  settings_.out_of_time = [this] { return target_.schedules().size() >= 1'400; };
  settings_.sweep_is_out_of_time = [this] { return target_.schedules().size() >= 1'000; };
  const CampaignResult result = Run();
  EXPECT_EQ(result.end, CampaignEnd::kSurvived) << result.reason;
  EXPECT_NE(result.completeness.find("of a closer spread; then 400 random schedules"),
            std::string::npos)
      << result.completeness;
  EXPECT_GT(CallsTried().size(), 200u);
}

// A target of few calls is exhausted in one pass, however long it may take.
TEST(TimeAlone, ExhaustsASmallTargetOnce) {
  SimulatedTarget target({});
  CampaignSettings settings = target.CampaignOver();
  settings.trials_max = kNoTrialsMax;
  settings.out_of_time = [&] { return target.schedules().size() >= 400; };
  CampaignListener silent;
  const CampaignResult result = RunCampaign(target, settings, silent).value();
  EXPECT_NE(
      result.completeness.find("every one of 3 write calls and 6 cut points: exhausted; then "),
      std::string::npos)
      << result.completeness;
  EXPECT_EQ(target.schedules().size(), 400u);
}

}  // namespace
}  // namespace shortwrite
