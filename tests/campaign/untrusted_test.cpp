// Claim: a runner that says once that its earlier trials are worth nothing makes the whole campaign
// worth nothing, whoever asked it.
#include <gtest/gtest.h>

#include <functional>
#include <memory>

#include "harness/campaign/campaign.h"
#include "harness/writer/trial_payload.h"
#include "tests/campaign/simulated_target.h"
#include "tests/trial/guarded.h"

namespace shortwrite {
namespace {

// distrusts: in which of its runs, counted from 1, the runner says so.
std::unique_ptr<SimulatedTarget> Target(Mistake mistake,
                                        const std::function<bool(size_t run)>& distrusts) {
  auto target = std::make_unique<SimulatedTarget>(SimulatedTarget::Settings{.mistake = mistake});
  target->Intervene(
      [=](size_t run, const TrialRequest&, Observation observation) -> Result<Observation> {
        if (distrusts(run)) return Error{ErrorKind::kUntrusted, "a clone differed"};
        return observation;
      });
  return target;
}

bool Never(size_t /*run*/) {
  return false;
}

// Exploring, shrinking, confirming: none of them takes it for "does not fail".
TEST(Untrusted, OnceInWhicheverRunEndsIt) {
  const std::unique_ptr<SimulatedTarget> undisturbed = Target(Mistake::kIgnoresCount, Never);
  CampaignListener nobody;
  ASSERT_TRUE(RunCampaign(*undisturbed, undisturbed->CampaignOver(), nobody).ok());
  for (size_t at = 1; at <= undisturbed->schedules().size(); ++at) {
    const std::unique_ptr<SimulatedTarget> target =
        Target(Mistake::kIgnoresCount, [=](size_t run) { return run == at; });
    const auto result = RunCampaign(*target, target->CampaignOver(), nobody);
    ASSERT_FALSE(result.ok()) << at;
    EXPECT_EQ(result.error().kind, ErrorKind::kUntrusted) << at;
  }
}

// The campaign is run anew, and must not begin with what the last one was trying just then.
TEST(Untrusted, LeavesTheCampaignsOwnPayloadBehind) {
  const auto settings_over = [](SimulatedTarget& target) {
    CampaignSettings settings = target.CampaignOver();
    settings.payload = TrialPayload{target.payload().size()};
    settings.payload_reference = MakePayload(*settings.payload);
    settings.other_payloads = {{9'001, PayloadText::kUtf8}};
    settings.trials_max = 300;
    EXPECT_TRUE(target.UsePayload(*settings.payload_reference).ok());
    return settings;
  };
  size_t runs_under_another = 0;
  CampaignListener nobody;
  for (size_t at = 1; at <= 400; ++at) {
    std::unique_ptr<SimulatedTarget> target;
    bool is_another = false;
    target = Target(Mistake::kNone, [&](size_t run) {
      is_another |= run == at && target->payload().size() == 9'001;
      return run == at;
    });
    const CampaignSettings settings = settings_over(*target);
    if (RunCampaign(*target, settings, nobody).ok()) break;
    if (is_another) ++runs_under_another;
    ASSERT_EQ(target->payload(), *settings.payload_reference) << at;
  }
  EXPECT_GT(runs_under_another, 5u);
}

TEST(Untrusted, InOneWorkerEndsIt) {
  RunGuarded([] {
    const std::unique_ptr<SimulatedTarget> target = Target(Mistake::kNone, Never);
    CampaignSettings settings = target->CampaignOver();
    settings.jobs = 2;
    settings.make_worker = []() -> Result<WorkerSetup> {
      constexpr size_t kGoodRuns = 20;
      return WorkerSetup{Target(Mistake::kNone, [](size_t run) { return run > kGoodRuns; }), {}};
    };
    CampaignListener nobody;
    const auto result = RunCampaign(*target, settings, nobody);
    ASSERT_FALSE(result.ok());
    EXPECT_EQ(result.error().kind, ErrorKind::kUntrusted);
    EXPECT_EQ(result.error().message, "a clone differed");
  });
}

}  // namespace
}  // namespace shortwrite
