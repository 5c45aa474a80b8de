#include "harness/schedule/generators.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <set>
#include <sstream>
#include <string>

namespace shortwrite {
namespace {

bool IsWithin(const ScheduleBounds& bounds, const Schedule& schedule) {
  if (schedule.empty() || schedule.steps.size() > bounds.steps_max) return false;
  return std::all_of(schedule.steps.begin(), schedule.steps.end(), [&](const Step& step) {
    const auto& names = bounds.outputs;
    const bool named =
        step.output.empty() || std::find(names.begin(), names.end(), step.output) != names.end();
    const bool fault = (IsRecoverable(step.fault) || bounds.terminal) &&
                       (step.fault != FaultKind::kZero || bounds.hostile);
    const bool calls = step.calls.first <= bounds.calls_max &&
                       (step.calls.last == kOpenEnd || step.calls.last <= bounds.calls_max);
    return named && fault && calls;
  });
}

// Every schedule is valid and within its bounds.
RC_GTEST_PROP(ArbitrarySchedule, KeepsItsBounds, ()) {
  ScheduleBounds bounds;
  bounds.calls_max = *rc::gen::inRange<uint32_t>(1, 100);
  bounds.steps_max = *rc::gen::inRange<uint32_t>(1, 10);
  bounds.terminal = *rc::gen::arbitrary<bool>();
  bounds.hostile = *rc::gen::arbitrary<bool>();
  if (*rc::gen::arbitrary<bool>()) bounds.outputs = {"stdout", "out"};
  const Schedule schedule = *ArbitrarySchedule(bounds);
  RC_ASSERT(IsWithin(bounds, schedule));
  RC_ASSERT(ParseSchedule(ToText(schedule)).value() == schedule);
}

// Simpler schedules stay valid and within the bounds, and are never what they were made from.
RC_GTEST_PROP(ArbitrarySchedule, ShrinksWithinItsBounds, ()) {
  const ScheduleBounds bounds = {
      .calls_max = 30, .terminal = true, .hostile = true, .outputs = {"out"}};
  const Schedule schedule = *ArbitrarySchedule(bounds);
  auto simpler = SimplerSchedules(schedule);
  for (auto candidate = simpler.next(); candidate; candidate = simpler.next()) {
    RC_ASSERT(*candidate != schedule);
    RC_ASSERT(IsWithin(bounds, *candidate));
    RC_ASSERT(ParseSchedule(ToText(*candidate)).value() == *candidate);
  }
}

std::vector<std::string> Texts(uint64_t seed, const ScheduleBounds& bounds, int count) {
  rc::Random random(seed);
  std::vector<std::string> texts;
  const auto generator = ArbitrarySchedule(bounds);
  for (int i = 0; i < count; ++i) {
    texts.push_back(ToText(generator(random.split(), 1 + i % 100).value()));
  }
  return texts;
}

// A seed reproduces its schedules, and another seed gives others.
TEST(ArbitrarySchedule, IsReproducedByItsSeed) {
  const ScheduleBounds bounds = {.terminal = true, .outputs = {"stdout", "out"}};
  EXPECT_EQ(Texts(7, bounds, 200), Texts(7, bounds, 200));
  EXPECT_NE(Texts(7, bounds, 200), Texts(8, bounds, 200));
}

// The shapes that programs are known to fail at all occur, and most counts are odd.
TEST(ArbitrarySchedule, HasTheTellingShapes) {
  const std::vector<std::string> all = Texts(1, {.terminal = true, .hostile = true}, 3000);
  const auto texts = std::set<std::string>(all.begin(), all.end());
  for (const char* expected : {"1:short=1", "1:eagain", "1:eintr", "1:short=-1", "1-6:short=1",
                               "close:eio", "fsync:enospc", "1-:enospc", "1:enospc"}) {
    const bool lasting = std::string(expected) == "1-:enospc";
    EXPECT_TRUE(texts.contains(lasting ? "*:enospc" : expected)) << expected;
  }
  const auto some = [&](auto matches) { return std::any_of(all.begin(), all.end(), matches); };
  EXPECT_TRUE(some([](const std::string& t) { return t.starts_with("*:cap="); }));
  EXPECT_TRUE(some([](const std::string& t) {
    return t.starts_with("1:short=") && t.find(" 2:short=") != std::string::npos;
  }));
  EXPECT_TRUE(some(
      [](const std::string& t) { return t.starts_with("1:short=") && t.ends_with(" 2:eagain"); }));
  EXPECT_TRUE(some([](const std::string& t) { return t.find('%') != std::string::npos; }));
  size_t odd = 0;
  size_t counts = 0;
  for (const std::string& text : all) {
    const Schedule schedule = ParseSchedule(text).value();
    for (const Step& step : schedule.steps) {
      if (step.fault != FaultKind::kShort) continue;
      ++counts;
      odd += step.amount.value % 2;
    }
  }
  EXPECT_GT(odd * 3, counts * 2);
}

// Shrinking ends at the smallest schedule that still has the property: one step, the first call
// that matters, one byte.
TEST(ArbitrarySchedule, ShrinksToTheSmallest) {
  const auto fails = [](const Schedule& schedule) {
    return std::any_of(schedule.steps.begin(), schedule.steps.end(), [](const Step& step) {
      return step.fault == FaultKind::kShort && step.calls.last >= 3;
    });
  };
  rc::Random random(1);
  int shrunk = 0;
  for (int i = 0; i < 200; ++i) {
    auto shrinkable = ArbitrarySchedule({.outputs = {"out"}})(random.split(), 100);
    if (!fails(shrinkable.value())) continue;
    for (bool moved = true; moved;) {
      moved = false;
      auto candidates = shrinkable.shrinks();
      for (auto next = candidates.next(); next; next = candidates.next()) {
        if (!fails(next->value())) continue;
        shrinkable = *next;
        moved = true;
        break;
      }
    }
    ++shrunk;
    const std::string text = ToText(shrinkable.value());
    // A range that has to cover call 3 stays a range; nothing else may be left over.
    const std::set<std::string> smallest = {"3:short=1", "1-3:short=1", "2-3:short=1", "*:short=1"};
    EXPECT_TRUE(smallest.contains(text)) << text;
  }
  EXPECT_GT(shrunk, 20);
}

// RapidCheck's counterexample is the option that replays it.
TEST(ArbitrarySchedule, IsShownReadyToPaste) {
  std::ostringstream shown;
  rc::show(Schedule{{ShortAt(1, Bytes(1)), FaultAt(2, FaultKind::kEagain)}}, shown);
  EXPECT_EQ(shown.str(), "--schedule='1:short=1 2:eagain'");
}

}  // namespace
}  // namespace shortwrite
