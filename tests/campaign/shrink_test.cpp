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

// The result fails; without any one of its steps it does not, nor after any other single move that
// would make it simpler.
RC_GTEST_PROP(Shrink, EndsAtALocalMinimum, ()) {
  const auto mistake =
      *rc::gen::element(Mistake::kIgnoresCount, Mistake::kRetriesOnce, Mistake::kResendsWhole,
                        Mistake::kDropsAtEagain, Mistake::kGivesUp, Mistake::kCrashes);
  SimulatedTarget target(
      {.payload_bytes = 500, .chunk_bytes = 90, .mistake = mistake, .nonblocking = true});
  const Schedule schedule = *ArbitrarySchedule({});
  RC_PRE(Fails(target, schedule));
  const auto fails = [&](const Schedule& simpler) { return Fails(target, simpler); };
  const Schedule minimal = Shrink(schedule, kEnough, fails, *rc::gen::element(0u, 6u));
  RC_ASSERT(fails(minimal));
  RC_ASSERT(minimal.steps.size() <= schedule.steps.size());
  for (size_t i = 0; minimal.steps.size() > 1 && i < minimal.steps.size(); ++i) {
    Schedule without = minimal;
    without.steps.erase(without.steps.begin() + static_cast<std::ptrdiff_t>(i));
    RC_ASSERT(!fails(without));
  }
  auto simpler = SimplerSchedules(minimal);
  for (auto candidate = simpler.next(); candidate; candidate = simpler.next()) {
    RC_ASSERT(!fails(*candidate));
  }
}

// What a lasting cap shows of one call, or of the first ones, a short write there shows too; and
// that is what is left.
RC_GTEST_PROP(Shrink, LeavesNoCapWhereAShortWriteDoes, ()) {
  const auto mistake = *rc::gen::element(Mistake::kIgnoresCount, Mistake::kGivesUp,
                                         Mistake::kResendsWhole, Mistake::kRetriesOnce);
  SimulatedTarget target({.payload_bytes = 500, .chunk_bytes = 90, .mistake = mistake});
  const uint32_t first = *rc::gen::inRange(1u, 4u);
  Step cap = ShortAt(first, Bytes(*rc::gen::inRange<uint64_t>(1, 40)));
  cap.fault = FaultKind::kCap;
  cap.calls.last = kOpenEnd;
  const Schedule schedule = {{cap}};
  const auto fails = [&](const Schedule& simpler) { return Fails(target, simpler); };
  RC_PRE(fails(schedule));
  constexpr uint32_t kWriteCalls = 6;
  const Schedule minimal = Shrink(schedule, kEnough, fails, kWriteCalls);
  RC_ASSERT(minimal.steps.size() == 1u);
  RC_ASSERT(minimal.steps[0].fault == FaultKind::kShort);
  const bool takes_two = mistake == Mistake::kRetriesOnce;
  RC_ASSERT(minimal.steps[0].calls == (CallRange{1, takes_two ? 2u : 1u}));
  RC_ASSERT(minimal.steps[0].amount == Bytes(1));
}

// Only one call is answered wrongly, and it is not among the first: it is found all the same.
TEST(Shrink, FindsTheCallThatACapStandsFor) {
  const auto fails_at_ninth = [](const Schedule& schedule) {
    return schedule.steps.size() == 1 && schedule.steps[0].calls.first <= 9 &&
           schedule.steps[0].calls.last >= 9;
  };
  const Schedule capped = ParseSchedule("*:cap=1021").value();
  EXPECT_EQ(ToText(Shrink(capped, 60, fails_at_ninth, 10)), "9:short=1");
  // How many calls there are is not known, so none is guessed.
  EXPECT_EQ(ToText(Shrink(capped, 60, fails_at_ninth)), "*:cap=1021");
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
    trials = 0;
    Shrink(
        schedule, bound, [&](const Schedule&) { return ++trials == 0; }, 30);
    EXPECT_LE(trials, bound);
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
