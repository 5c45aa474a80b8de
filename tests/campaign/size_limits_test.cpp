#include "harness/campaign/size_limits.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

namespace shortwrite {
namespace {

Observation ControlOf(const std::vector<uint64_t>& sizes) {
  Observation control;
  control.touched = {{"stdout", "stdout"}, {"out.tmp", "out"}};
  TracedCall call;
  call.output = 1;
  int64_t end = 0;
  for (const uint64_t size : sizes) {
    ++call.number;
    call.position = end;
    call.result = static_cast<int64_t>(size);
    end += call.result;
    control.calls.push_back(call);
  }
  control.outputs.push_back({"out", FileBytes::Of(std::string(static_cast<size_t>(end), 'x'))});
  return control;
}

std::vector<uint64_t> Limits(const Observation& control) {
  std::vector<uint64_t> limits;
  for (const Schedule& schedule : PlanSizeLimits(control)) {
    EXPECT_TRUE(schedule.steps.empty());
    limits.push_back(schedule.full.value());
  }
  return limits;
}

// All but one byte comes first, then nothing at all; the ends of calls are there from both sides.
TEST(SizeLimits, SpreadOverTheOutput) {
  EXPECT_EQ(Limits(ControlOf({1000, 1000, 500})),
            (std::vector<uint64_t>{2499, 0, 1250, 1, 1000, 999, 1001, 2000, 1999, 2001}));
  EXPECT_EQ(Limits(ControlOf({1})), (std::vector<uint64_t>{0}));
}

// Every limit is below the size of an output, and so is felt; an output without bytes has none, and
// one whose calls nobody saw has a few.
TEST(SizeLimits, AreAlwaysFelt) {
  EXPECT_TRUE(Limits(ControlOf({})).empty());
  Observation unseen = ControlOf({1000, 1000});
  unseen.calls.clear();
  EXPECT_EQ(Limits(unseen), (std::vector<uint64_t>{1999, 0, 1000, 1}));
  unseen.outputs[0].written = false;
  EXPECT_TRUE(Limits(unseen).empty());
}

// Of very many calls, the first and the last.
TEST(SizeLimits, StayFew) {
  const std::vector<uint64_t> limits = Limits(ControlOf(std::vector<uint64_t>(10'000, 100)));
  EXPECT_LT(limits.size(), 60u);
  EXPECT_NE(std::find(limits.begin(), limits.end(), 101u), limits.end());
  EXPECT_NE(std::find(limits.begin(), limits.end(), 999'901u), limits.end());
}

}  // namespace
}  // namespace shortwrite
