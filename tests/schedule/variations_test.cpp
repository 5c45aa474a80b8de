#include "harness/schedule/variations.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <set>
#include <string>

namespace shortwrite {
namespace {

// Every variation is a valid schedule within the bounds that the first one kept.
RC_GTEST_PROP(Variations, KeepTheBounds, ()) {
  ScheduleBounds bounds;
  bounds.calls_max = *rc::gen::inRange<uint32_t>(1, 100);
  bounds.steps_max = *rc::gen::inRange<uint32_t>(1, 10);
  bounds.terminal = *rc::gen::arbitrary<bool>();
  bounds.hostile = *rc::gen::arbitrary<bool>();
  const Schedule schedule = *ArbitrarySchedule(bounds);
  const Schedule varied = Vary(schedule, bounds, rc::Random(*rc::gen::arbitrary<uint64_t>()));
  RC_ASSERT(!varied.steps.empty());
  RC_ASSERT(varied.steps.size() <= bounds.steps_max);
  RC_ASSERT(ParseSchedule(ToText(varied)).value() == varied);
  for (const Step& step : varied.steps) {
    RC_ASSERT(step.calls.first <= bounds.calls_max);
    RC_ASSERT(step.calls.last == kOpenEnd || step.calls.last <= bounds.calls_max);
    RC_ASSERT(IsRecoverable(step.fault) || bounds.terminal);
    RC_ASSERT(step.fault != FaultKind::kZero || bounds.hostile);
  }
}

std::set<std::string> ManyOf(const std::string& text, const ScheduleBounds& bounds) {
  std::set<std::string> varied;
  rc::Random random(1);
  const Schedule schedule = ParseSchedule(text).value();
  for (int i = 0; i < 2'000; ++i) varied.insert(ToText(Vary(schedule, bounds, random.split())));
  return varied;
}

// Each move is made: a neighbouring call, another cut, another kind, a second short after it, a
// step before it, one fewer.
TEST(Variations, MakeEachMove) {
  const std::set<std::string> varied = ManyOf("9:short=1 14:short=7", {.calls_max = 40});
  for (const char* const expected : {"10:short=1 14:short=7", "9:short=4096 14:short=7",
                                     "9:eagain 14:short=7", "15:short=1 9:short=1 14:short=7",
                                     "5:eintr 9:short=1 14:short=7", "9:short=1", "14:short=7"}) {
    EXPECT_TRUE(varied.contains(expected)) << expected;
  }
  EXPECT_GT(varied.size(), 300u);
}

// What no descriptor would answer is not put in.
TEST(Variations, LeaveOutWhatWouldBeWasted) {
  for (const std::string& text :
       ManyOf("9:short=1 14:short=7", {.calls_max = 40, .eagain = false, .eintr = false})) {
    EXPECT_EQ(text.find(":e"), std::string::npos) << text;
  }
}

// Errors that last at close or fsync have no call to be moved to.
TEST(Variations, LeaveASiteWhereItIs) {
  for (const std::string& text : ManyOf("close:eio", {.calls_max = 40, .terminal = true})) {
    const Schedule schedule = ParseSchedule(text).value();
    EXPECT_TRUE(std::any_of(schedule.steps.begin(), schedule.steps.end(), [](const Step& step) {
      return step.site == StepSite::kCalls || step.site == StepSite::kClose;
    })) << text;
  }
}

// The same random numbers make the same one.
TEST(Variations, FollowFromTheSeed) {
  const Schedule schedule = ParseSchedule("9:short=1").value();
  for (uint64_t seed = 0; seed < 50; ++seed) {
    EXPECT_EQ(Vary(schedule, {}, rc::Random(seed)), Vary(schedule, {}, rc::Random(seed)));
  }
}

}  // namespace
}  // namespace shortwrite
