#include "harness/trial/watch.h"

#include <gtest/gtest.h>
#include <poll.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "harness/trial/untraced_children.h"
#include "tests/trial/children.h"

namespace shortwrite {
namespace {

constexpr int kWakings = 60;  // more looks than prove a hang

// Someone who is woken up now and then is at work, although each look finds him in a wait without
// an end, and what he does is too little to show any CPU: a shell that runs one small program after
// the other looks like that on a busy machine.
TEST(Watch, WhoIsWokenUpDoesNotHang) {
  prctl(PR_SET_CHILD_SUBREAPER, 1);
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  Child target([&] {
    for (int i = 0; i < kWakings; ++i) {
      pollfd ready = {ends[0], POLLIN, 0};
      char byte;
      if (poll(&ready, 1, -1) != 1 || read(ends[0], &byte, 1) != 1) return 1;
    }
    return 7;
  });
  int wakings = 0;
  const WatchProbes probes = {.progress =
                                  [&] {
                                    if (++wakings < kWakings) target.AwaitSleep();
                                    EXPECT_EQ(write(ends[1], "x", 1), 1);
                                    if (wakings < kWakings) target.AwaitSleep();
                                    return uint64_t{0};
                                  },
                              .output_bytes = [] { return uint64_t{0}; }};
  const WatchLimits limits = {.timeout = std::chrono::hours(1),
                              .spin_cpu = std::chrono::hours(1),
                              .output_bytes_max = UINT64_MAX};
  UntracedChildren children;
  const Result<WatchedEnd> watched = Watch(target.pid(), children, limits, probes);
  target.Forget();
  ASSERT_TRUE(watched.ok());
  EXPECT_EQ(watched.value().end, (TargetEnd{TargetEnd::Kind::kExited, 7}));
  close(ends[0]);
  close(ends[1]);
}

}  // namespace
}  // namespace shortwrite
