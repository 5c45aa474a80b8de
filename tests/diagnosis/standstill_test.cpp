#include "harness/diagnosis/standstill.h"

#include <gtest/gtest.h>

#include <cerrno>

namespace shortwrite {
namespace {

TracedCall Call(uint32_t number, int64_t result, int64_t position, int error = 0) {
  TracedCall call;
  call.time_ns = number * 1'000'000ull;
  call.number = number;
  call.asked = call.movable = 100;
  call.result = result;
  call.position = position;
  call.error = error;
  return call;
}

Observation Ended(TargetEnd::Kind kind, std::vector<TracedCall> calls) {
  Observation observation;
  observation.end = {kind, 0};
  observation.calls = std::move(calls);
  observation.cpu = std::chrono::milliseconds(1'900);
  observation.wall = std::chrono::milliseconds(2'000);
  return observation;
}

// Who ended by itself stands still nowhere.
TEST(Standstill, IsOfTargetsThatDidNotEnd) {
  EXPECT_EQ(DescribeStandstill(Ended(TargetEnd::Kind::kExited, {Call(1, 100, 0)})), "");
  EXPECT_EQ(DescribeStandstill(Ended(TargetEnd::Kind::kSignaled, {})), "");
}

// A spin shows many calls since the last progress, a hang none; the processor's time says the rest.
TEST(Standstill, CountsCallsSinceTheLastProgress) {
  EXPECT_EQ(
      DescribeStandstill(Ended(TargetEnd::Kind::kSpun, {Call(1, 100, 0), Call(2, -1, -1, EAGAIN),
                                                        Call(3, -1, -1, EAGAIN)})),
      "last progress at call 1, 1.000 ms after the first; since then 2 write calls without "
      "progress, each EAGAIN; 1.900 s of CPU in 2.000 s");
  EXPECT_EQ(DescribeStandstill(Ended(TargetEnd::Kind::kHung, {Call(1, 100, -1)})),
            "last progress at call 1, 1.000 ms after the first; no write call since then; 1.900 s "
            "of CPU in 2.000 s");
  EXPECT_EQ(DescribeStandstill(Ended(TargetEnd::Kind::kSlow, {})),
            "no progress at all; no write call since then; 1.900 s of CPU in 2.000 s");
}

// Bytes that are written again where they were are no progress.
TEST(Standstill, WritingAgainIsNoProgress) {
  const std::string text = DescribeStandstill(
      Ended(TargetEnd::Kind::kSpun, {Call(1, 40, 0), Call(2, 40, 0), Call(3, 40, 0)}));
  EXPECT_TRUE(
      text.starts_with("last progress at call 1, 1.000 ms after the first; since then 2 "
                       "write calls without progress, each accepted 40"))
      << text;
}

}  // namespace
}  // namespace shortwrite
