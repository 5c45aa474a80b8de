#include "harness/diagnosis/busy_retries.h"

#include <gtest/gtest.h>

#include <cerrno>

namespace shortwrite {
namespace {

constexpr uint64_t kSoonNs = 1'000;
constexpr uint64_t kAfterAWaitNs = 60'000;

class BusyRetriesTest : public testing::Test {
 protected:
  void Call(uint64_t gap_ns, int error, uint32_t thread = 1, bool delivered = false) {
    TracedCall call;
    call.number = static_cast<uint32_t>(observation_.calls.size() + 1);
    call.time_ns = now_ns_ += gap_ns;
    call.thread = thread;
    call.error = error;
    call.result = error == 0 ? 1 : -1;
    call.delivered = delivered;
    observation_.calls.push_back(call);
  }
  void Refused(int times, uint64_t gap_ns) {
    for (int i = 0; i < times; ++i) Call(gap_ns, EAGAIN);
  }
  BusyRetries Found() const { return FindBusyRetries(observation_); }

  Observation observation_;
  uint64_t now_ns_ = 0;
};

// The call that first met EAGAIN is no retry.
TEST_F(BusyRetriesTest, AreCountedFromTheSecondCallOn) {
  Refused(700, kSoonNs);
  EXPECT_EQ(Found().most, 699u);
  EXPECT_EQ(Found().median_gap_ns, kSoonNs);
  EXPECT_TRUE(RetriesWithoutWaiting(Found()));
}

// An accepted byte ends the count: what a reader takes piece by piece is many short waits.
TEST_F(BusyRetriesTest, EndWithAnAcceptedByte) {
  for (int i = 0; i < 20; ++i) {
    Refused(100, kSoonNs);
    Call(kSoonNs, 0);
  }
  EXPECT_EQ(Found().most, 99u);
  EXPECT_FALSE(RetriesWithoutWaiting(Found()));
}

// Whoever sleeps between, however shortly, is not busy.
TEST_F(BusyRetriesTest, AreNoneAfterAWait) {
  Refused(5000, kAfterAWaitNs);
  EXPECT_EQ(Found().most, 0u);
}

// The processor was somebody else's for a moment: the others still count.
TEST_F(BusyRetriesTest, GoOnAfterAnInterruption) {
  Refused(400, kSoonNs);
  Refused(1, 4'000'000);
  Refused(400, kSoonNs);
  EXPECT_EQ(Found().most, 799u);
}

// Each thread waits for itself.
TEST_F(BusyRetriesTest, AreOfOneThread) {
  for (uint32_t i = 0; i < 2000; ++i) Call(kSoonNs, EAGAIN, i % 100);
  EXPECT_LT(Found().most, 20u);
}

// What was injected is no reason to wait: the sink had room.
TEST_F(BusyRetriesTest, AreTheKernelsOwn) {
  for (int i = 0; i < 1000; ++i) Call(kSoonNs, EAGAIN, 1, true);
  EXPECT_EQ(Found().most, 0u);
}

// A trace without times proves nothing.
TEST_F(BusyRetriesTest, NeedTimes) {
  Refused(1000, 0);
  EXPECT_EQ(Found().most, 0u);
}

}  // namespace
}  // namespace shortwrite
