#include "harness/campaign/novelty.h"

#include <gtest/gtest.h>

#include <cerrno>
#include <vector>

#include "tests/trial/traces.h"

namespace shortwrite {
namespace {

Observation Observed(std::vector<TracedCall> calls) {
  Observation observation;
  observation.touched = {{"stdout", "stdout"}, {"out", "out"}};
  observation.calls = std::move(calls);
  OutputFile out;
  out.name = "out";
  observation.outputs.push_back(std::move(out));
  return observation;
}

TracedCall Short(uint32_t number) {
  TracedCall call = Call(number, 100);
  call.result = 40;
  return call;
}

TracedCall Failed(uint32_t number, int error) {
  TracedCall call = Call(number, 100);
  call.result = -1;
  call.error = error;
  return call;
}

// What is new is new once.
TEST(Novelty, IsLearntOnce) {
  Novelty novelty;
  EXPECT_TRUE(novelty.Learn({1, 2}));
  EXPECT_FALSE(novelty.Learn({2}));
  EXPECT_TRUE(novelty.Learn({2, 3}));
  EXPECT_FALSE(novelty.Learn({}));
}

// Its memory has an end.
TEST(Novelty, LearnsOnlySoMuch) {
  Novelty novelty;
  uint64_t trait = 0;
  while (trait < 1'000'000 && novelty.Learn({trait})) ++trait;
  EXPECT_GE(trait, 100'000u);
  EXPECT_LT(trait, 1'000'000u);
}

// Another sequence, call site, error, end or output is another behaviour.
TEST(Novelty, TellsBehavioursApart) {
  std::vector<Observation> all;
  all.push_back(Observed({Call(1, 100), Call(2, 100)}));
  all.push_back(Observed({Short(1), Call(2, 100)}));
  all.push_back(Observed({Call(1, 100), Short(2)}));
  all.push_back(Observed({Failed(1, EINTR), Call(2, 100)}));
  all.push_back(Observed({Failed(1, EAGAIN), Call(2, 100)}));
  all.push_back(all.front());
  all.back().end = {TargetEnd::Kind::kExited, 1};
  all.push_back(all.front());
  all.back().diagnostics = "write failed\n";
  all.push_back(all.front());
  all.back().outputs[0].name = "out.part";
  all.push_back(all.front());
  all.back().calls[1].caller_in_program = true;
  all.back().calls[1].caller = 4096;
  all.push_back(all.front());
  Deliver(all.back().calls[1], FaultKind::kShort, "linux");
  Novelty novelty;
  for (size_t i = 0; i < all.size(); ++i) {
    EXPECT_TRUE(novelty.Learn(TraitsOf(all[i]))) << i;
    EXPECT_FALSE(novelty.Learn(TraitsOf(all[i]))) << i;
  }
}

// Times, counts, where a library was loaded, and who of equal calls there are some more: the same.
TEST(Novelty, LeavesOutWhatDiffersByItself) {
  std::vector<TracedCall> calls;
  for (uint32_t i = 1; i <= 20; ++i) calls.push_back(Call(i, 100));
  const Observation first = Observed(calls);
  Observation other = Observed(calls);
  other.wall = std::chrono::microseconds(17);
  for (TracedCall& call : other.calls) {
    call.time_ns = 99;
    call.caller = 0x7f0000001000;
    call.process = 0;
    call.asked = call.movable = call.granted = 70;
    call.result = 70;
  }
  other.calls.resize(15);
  EXPECT_EQ(TraitsOf(first), TraitsOf(other));
}

// Two trials that mix the same pieces otherwise have shown nothing new.
TEST(Novelty, CountsPiecesNotWholes) {
  Novelty novelty;
  const auto often = [](uint32_t number) { return Call(number, 100); };
  EXPECT_TRUE(novelty.Learn(
      TraitsOf(Observed({often(1), Short(2), often(3), Short(4), often(5), Short(6), often(7)}))));
  EXPECT_FALSE(
      novelty.Learn(TraitsOf(Observed({often(1), Short(2), often(3), Short(4), often(5)}))));
}

}  // namespace
}  // namespace shortwrite
