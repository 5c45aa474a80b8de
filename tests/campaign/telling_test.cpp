// What a campaign tells while it runs: to the terminal, the stream and the findings.
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "harness/campaign/campaign.h"
#include "tests/campaign/simulated_target.h"

namespace shortwrite {
namespace {

// The runner outlives the campaign, and whoever listens to it.
TEST(CampaignTells, LongTrialsAreToldForAsLongAsItLasts) {
  SimulatedTarget target({});
  target.Intervene([&](size_t number, const TrialRequest&, Observation observation) {
    if (number == 2) target.told()(std::chrono::seconds(1));
    return Result<Observation>(std::move(observation));
  });
  Journal journal;
  ASSERT_TRUE(RunCampaign(target, target.CampaignOver(), journal).ok());
  EXPECT_EQ(journal.lines().front(), "long") << "before the control is over";
  EXPECT_FALSE(target.told());
}

// What is found is told once more when it has been made smaller: as itself, or as what it turned
// out to be.
TEST(CampaignTells, EachFindingIsToldToItsEnd) {
  SimulatedTarget target({.mistake = Mistake::kIgnoresCount});
  Journal journal;
  ASSERT_TRUE(RunCampaign(target, target.CampaignOver(), journal).ok());
  std::vector<std::string> told;
  for (const std::string& line : journal.lines()) {
    if (line != "control" && line != "trial") told.push_back(line.substr(0, line.find(' ')));
  }
  EXPECT_EQ(told, (std::vector<std::string>{"finding", "counterexample", "finding", "known"}));
}

}  // namespace
}  // namespace shortwrite
