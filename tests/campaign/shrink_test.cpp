#include "harness/campaign/shrink.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "harness/schedule/generators.h"
#include "tests/campaign/simulated_target.h"

namespace shortwrite {
namespace {

constexpr uint32_t kEnough = 100'000;

bool Fails(SimulatedTarget& target, const Schedule& schedule) {
  return RunReplay(target, target.CampaignOver(), schedule).value().end ==
         CampaignEnd::kCounterexample;
}

// The result fails, and no single move makes it simpler and still fail.
RC_GTEST_PROP(Shrink, EndsAtALocalMinimum, ()) {
  const auto mistake = *rc::gen::element(Mistake::kIgnoresCount, Mistake::kRetriesOnce,
                                         Mistake::kResendsWhole, Mistake::kDropsAtEagain);
  SimulatedTarget target(
      {.payload_bytes = 500, .chunk_bytes = 90, .mistake = mistake, .nonblocking = true});
  const Schedule schedule = *ArbitrarySchedule({});
  RC_PRE(Fails(target, schedule));
  const auto fails = [&](const Schedule& simpler) { return Fails(target, simpler); };
  const Schedule minimal = Shrink(schedule, kEnough, fails);
  RC_ASSERT(fails(minimal));
  RC_ASSERT(minimal.steps.size() <= schedule.steps.size());
  auto simpler = SimplerSchedules(minimal);
  for (auto candidate = simpler.next(); candidate; candidate = simpler.next()) {
    RC_ASSERT(!fails(*candidate));
  }
}

// The bound holds exactly, and what was reached by then is the result.
TEST(Shrink, KeepsItsTrialBound) {
  const Schedule schedule = ParseSchedule("7:short=50% 8:short=50% 9-20:eagain 21-:cap=99").value();
  for (const uint32_t bound : {0u, 1u, 2u, 5u, 60u}) {
    uint32_t trials = 0;
    const Schedule result = Shrink(schedule, bound, [&](const Schedule&) {
      ++trials;
      return false;
    });
    EXPECT_LE(trials, bound);
    EXPECT_EQ(result, schedule);
  }
  uint32_t trials = 0;
  Shrink(schedule, 3, [&](const Schedule&) { return ++trials > 0; });
  EXPECT_EQ(trials, 3u);
}

// Where everything fails, one step with the smallest numbers is left.
TEST(Shrink, FindsTheSimplestOfAll) {
  const auto any = [](const Schedule&) { return true; };
  const Schedule schedule = ParseSchedule("7@out:short=50% 8:short=50% 9-20:eagain").value();
  const Schedule minimal = Shrink(schedule, kEnough, any);
  ASSERT_EQ(minimal.steps.size(), 1u);
  EXPECT_EQ(minimal.steps[0].calls, (CallRange{1, 1}));
  EXPECT_EQ(minimal.steps[0].output, "");
}

}  // namespace
}  // namespace shortwrite
