// Traps that other injectors fall into, and that would convict correct programs here.
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <string>

#include "harness/schedule/generators.h"
#include "tests/fault_inject/guest_bench.h"

namespace shortwrite {
namespace {

class KnownTraps : public GuestTest {
 protected:
  // A correct loop over the call, under a number of schedules.
  template <typename Check>
  void UnderAnySchedule(const std::string& call, const Check& check) {
    constexpr int kSchedules = 25;
    constexpr int kSize = 20;
    std::string payload;
    for (int i = 0; payload.size() < 1501; ++i) payload += std::to_string(i) + ' ';
    const auto generator = ArbitrarySchedule({.calls_max = 20});
    rc::Random random(1);
    uint32_t delivered = 0;
    for (int i = 0; i < kSchedules && !HasFailure(); ++i) {
      const std::string schedule = ToText(generator(random.split(), kSize).value());
      SCOPED_TRACE(call + " under " + schedule);
      const GuestRun run = RunClean({.guest = "copies",
                                     .arguments = {"{out}", "{payload}", call},
                                     .schedule = schedule,
                                     .payload = payload});
      delivered += run.observation.faults_delivered;
      check(run, payload);
    }
    EXPECT_GT(delivered, 0u) << call;
  }
};
SHORTWRITE_FOR_ALL_BENCHES(KnownTraps);

constexpr const char* kCalls[] = {"write", "pwrite", "writev", "pwritev"};

// strace's: it puts a count into the result of a call that it leaves out, so that what was counted
// never arrives. A correct loop loses no byte, whatever the schedule.
TEST_P(KnownTraps, NothingThatWasCountedIsLost) {
  for (const char* call : kCalls) {
    UnderAnySchedule(call, [](const GuestRun& run, const std::string& payload) {
      EXPECT_EQ(run.file, payload);
    });
  }
}

// retrace's: it makes the whole call and returns a smaller count, so that what was not counted
// arrives as well. At each call exactly the bytes arrive that it returns, where they belong.
TEST_P(KnownTraps, NothingThatWasNotCountedArrives) {
  for (const char* call : kCalls) {
    UnderAnySchedule(call, [](const GuestRun& run, const std::string& payload) {
      int64_t accepted = 0;
      for (const TracedCall& traced : run.observation.calls) {
        if (traced.number == 0) continue;
        if (traced.result > 0) {
          EXPECT_EQ(traced.position, accepted);
          EXPECT_LE(traced.result, static_cast<int64_t>(traced.granted));
          accepted += traced.result;
        }
        EXPECT_TRUE(traced.result >= 0 || traced.granted == 0) << "an error, and bytes";
      }
      ASSERT_TRUE(run.file);
      EXPECT_EQ(accepted, static_cast<int64_t>(payload.size()));
      EXPECT_EQ(run.file->size(), payload.size());
    });
  }
  // A short write alone, without a loop behind it: nothing but what it returned.
  for (const char* call : {"write", "pwrite", "writev", "pwritev"}) {
    const GuestRun run = RunClean({.guest = "one_call",
                                   .arguments = {"{out}", call},
                                   .schedule = "1:short=3",
                                   .environment = {"EXPECT=3"}});
    EXPECT_EQ(run.file, "abc") << call;
  }
}

// libfiu's: it cuts vectors between elements only, so that one of a single element is never cut,
// and it divides by the number of bytes. Here a single element is cut, empty ones count for
// nothing, and a call for nothing is left alone.
TEST_P(KnownTraps, VectorsOfOneElementAreCutAndEmptyOnesPass) {
  const GuestRun run = RunClean({.guest = "copies",
                                 .arguments = {"{out}", "{payload}", "writev"},
                                 .schedule = "1:short=1 2:short=98 3-4:short=33",
                                 .payload = std::string(301, 'v')});
  EXPECT_EQ(run.file, std::string(301, 'v'));
  EXPECT_EQ(run.observation.faults_delivered, 4u);
  int64_t results[] = {1, 98, 33, 33};
  for (const TracedCall& call : run.observation.calls) {
    if (call.asked == 0) {
      EXPECT_EQ(call.number, 0u);
      EXPECT_EQ(call.result, 0);
    } else if (call.number >= 1 && call.number <= 4) {
      EXPECT_EQ(call.call, "writev");
      EXPECT_EQ(call.result, results[call.number - 1]) << call.number;
    }
  }
}

}  // namespace
}  // namespace shortwrite
