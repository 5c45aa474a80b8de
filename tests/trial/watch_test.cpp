#include "harness/trial/watch.h"

#include <gtest/gtest.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <functional>
#include <optional>
#include <vector>

#include "harness/trial/untraced_children.h"
#include "tests/trial/children.h"

namespace shortwrite {
namespace {

// Reads a byte from `from` as often as it is told, waiting without an end in between, then exits
// with 7. Holds nothing else: whoever runs the tests may have left us sockets.
int Wait(int from, int times) {
  const auto fd = static_cast<unsigned>(from);
  if (fd > 0) close_range(0, fd - 1, 0);
  close_range(fd + 1, ~0U, 0);
  for (int i = 0; i < times; ++i) {
    pollfd ready = {from, POLLIN, 0};
    char byte;
    if (poll(&ready, 1, -1) != 1 || read(from, &byte, 1) != 1) return 1;
  }
  return 7;
}

// wakes: asked before each look, which are counted from 1, whether somebody writes a byte to `to`.
TargetEnd EndUnderWatch(Child& target, int to, const std::function<bool(int look)>& wakes) {
  int look = 0;
  const WatchProbes probes = {.progress =
                                  [&] {
                                    if (wakes(++look)) {
                                      EXPECT_EQ(write(to, "x", 1), 1);
                                    }
                                    return uint64_t{0};
                                  },
                              .output_bytes = [] { return uint64_t{0}; }};
  const WatchLimits limits = {.timeout = std::chrono::hours(1),
                              .spin_cpu = std::chrono::hours(1),
                              .output_bytes_max = UINT64_MAX};
  UntracedChildren children;
  prctl(PR_SET_CHILD_SUBREAPER, 1);
  const Result<WatchedEnd> watched = Watch(target.pid(), children, limits, probes);
  target.Forget();
  return watched.value().end;
}

constexpr TargetEnd kDone = {TargetEnd::Kind::kExited, 7};

// Someone who is woken up now and then is at work, although each look finds him in a wait without
// an end, and what he does is too little to show any CPU: a shell that runs one small program after
// the other looks like that on a busy machine.
TEST(Watch, WhoIsWokenUpDoesNotHang) {
  constexpr int kWakings = 60;  // more looks than prove a hang
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  Child target([&] { return Wait(ends[0], kWakings); });
  const auto wakes = [&](int look) {
    if (look > 1 && look <= kWakings) target.AwaitSleep();
    return look <= kWakings;
  };
  EXPECT_EQ(EndUnderWatch(target, ends[1], wakes), kDone);
  close(ends[0]);
  close(ends[1]);
}

// Whoever asks is told at each look, of a time that grows.
TEST(Watch, TellsHowLongItTakes) {
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  Child target([&] { return Wait(ends[0], 1); });
  std::vector<std::chrono::milliseconds> told;
  const WatchProbes probes = {.progress = [] { return uint64_t{0}; },
                              .output_bytes = [] { return uint64_t{0}; },
                              .running =
                                  [&](std::chrono::milliseconds so_far) {
                                    told.push_back(so_far);
                                    if (told.size() != 3) return;
                                    EXPECT_EQ(write(ends[1], "x", 1), 1);
                                  }};
  UntracedChildren children;
  prctl(PR_SET_CHILD_SUBREAPER, 1);
  const Result<WatchedEnd> watched =
      Watch(target.pid(), children, WatchLimits::Unlimited(std::nullopt), probes);
  target.Forget();
  EXPECT_EQ(watched.value().end, kDone);
  EXPECT_GE(told.size(), 3u);
  EXPECT_TRUE(std::is_sorted(told.begin(), told.end()));
  for (const int end : ends) close(end);
}

// Who holds a socket may be waiting for somebody outside, and is given longer than who does not.
TEST(Watch, WhoHoldsASocketIsGivenTime) {
#if defined(__SANITIZE_THREAD__)
  GTEST_SKIP()
      << "ThreadSanitizer gives the child a thread that wakes now and then: it never hangs";
#endif
  constexpr int kAnswerAtLook = 35;
  for (const bool holds_socket : {true, false}) {
    int ends[2];
    ASSERT_EQ(holds_socket ? socketpair(AF_UNIX, SOCK_STREAM, 0, ends) : pipe(ends), 0);
    Child target([&] { return Wait(ends[0], 1); });
    const auto wakes = [&](int look) { return look == kAnswerAtLook; };
    EXPECT_EQ(EndUnderWatch(target, ends[1], wakes),
              holds_socket ? kDone : (TargetEnd{TargetEnd::Kind::kHung, 0}));
    close(ends[0]);
    close(ends[1]);
  }
}

}  // namespace
}  // namespace shortwrite
