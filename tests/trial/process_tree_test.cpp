#include "harness/trial/process_tree.h"

#include <gtest/gtest.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>

#include "tests/trial/children.h"

namespace shortwrite {
namespace {

int PauseForEver() {
  for (;;) pause();
}

bool IsDescendant(pid_t pid) {
  const std::vector<ProcessState> all = Descendants(getpid());
  return std::any_of(all.begin(), all.end(), [pid](const auto& p) { return p.pid == pid; });
}

// Children are found with their parent, grandchildren with theirs, and nobody else.
TEST(ProcessTree, FindsAllDescendants) {
  EXPECT_TRUE(Descendants(getpid()).empty());
  prctl(PR_SET_CHILD_SUBREAPER, 1);
  const pid_t child = fork();
  if (child == 0) {
    (void)fork();
    PauseForEver();
  }
  while (Descendants(getpid()).size() < 2) {
  }
  const std::vector<ProcessState> all = Descendants(getpid());
  ASSERT_EQ(all.size(), 2u);
  EXPECT_EQ(all[0].pid, child);
  EXPECT_EQ(all[0].parent, getpid());
  EXPECT_EQ(all[1].parent, child);
  EXPECT_EQ(KillDescendants(), 2u);
}

// A process that waits without a clock waits for good; one with a clock, or at work, does not.
TEST(ProcessTree, KnowsWhoWaitsForGood) {
#if defined(__SANITIZE_THREAD__)
  GTEST_SKIP() << "every process here has ThreadSanitizer's own thread, which sleeps by the clock";
#endif
  const Child pauses(PauseForEver);
  pauses.AwaitSleep();
  EXPECT_TRUE(WaitsForGood(pauses.pid()));

  const Child polls_for_ever([] { return poll(nullptr, 0, -1); });
  polls_for_ever.AwaitSleep();
  EXPECT_TRUE(WaitsForGood(polls_for_ever.pid()));

  const Child polls_for_a_day([] { return poll(nullptr, 0, 86400 * 1000); });
  polls_for_a_day.AwaitSleep();
  EXPECT_FALSE(WaitsForGood(polls_for_a_day.pid()));

  const Child sleeps([] { return static_cast<int>(sleep(86400)); });
  sleeps.AwaitSleep();
  EXPECT_FALSE(WaitsForGood(sleeps.pid()));

  // Its alarm will wake it.
  const Child awaits_alarm([] {
    signal(SIGALRM, [](int) {});
    alarm(86400);
    return PauseForEver();
  });
  awaits_alarm.AwaitSleep();
  EXPECT_FALSE(WaitsForGood(awaits_alarm.pid()));

  const Child spins([] {
    volatile bool for_ever = true;
    while (for_ever) {
    }
    return 0;
  });
  EXPECT_FALSE(WaitsForGood(spins.pid()));
}

// Everybody below dies, whatever they do about signals and sessions, and is reaped.
TEST(ProcessTree, KillsAndReapsAll) {
  prctl(PR_SET_CHILD_SUBREAPER, 1);
  int ready[2];
  ASSERT_EQ(pipe(ready), 0);
  const pid_t child = fork();
  if (child == 0) {
    setsid();
    signal(SIGTERM, SIG_IGN);
    if (fork() == 0) {
      setsid();
      (void)!write(ready[1], "x", 1);
      _exit(PauseForEver());
    }
    _exit(0);  // the grandchild becomes ours
  }
  char byte;
  ASSERT_EQ(read(ready[0], &byte, 1), 1);
  EXPECT_EQ(KillDescendants(), 1u);
  EXPECT_TRUE(Descendants(getpid()).empty());
  EXPECT_EQ(waitpid(-1, nullptr, WNOHANG), -1);
  EXPECT_EQ(KillDescendants(), 0u);
}

// Only the processes with exactly this entry are killed.
TEST(ProcessTree, KillsByEnvironment) {
  const std::string entry = "SHORTWRITE_TEST_" + std::to_string(getpid()) + "=mine";
  const std::vector<std::string> sleep = {"/bin/sleep", "86400"};
  Child marked(sleep, {"A=1", entry});
  const Child longer(sleep, {entry + "s"});
  const Child prefixed(sleep, {"X" + entry});
  for (const Child* child : {const_cast<const Child*>(&marked), &longer, &prefixed}) {
    child->AwaitSleep();
  }
  KillByEnvironment(entry);
  const int status = marked.Wait();
  EXPECT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
  EXPECT_EQ(waitpid(longer.pid(), nullptr, WNOHANG), 0);
  EXPECT_EQ(waitpid(prefixed.pid(), nullptr, WNOHANG), 0);
  EXPECT_TRUE(IsDescendant(longer.pid()));
}

}  // namespace
}  // namespace shortwrite
