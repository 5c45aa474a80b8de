// Children carry on in the same trial, however they were made and whatever environment they got.
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "tests/fault_inject/guest_bench.h"

namespace shortwrite {
namespace {

class GuestProcesses : public GuestTest {};
SHORTWRITE_FOR_ALL_BENCHES(GuestProcesses);

// Calls are counted over parent and child together: the child's are 1 to 3, the parent's is 4.
TEST_P(GuestProcesses, ChildrenShareTheCount) {
  for (const char* how : {"fork", "vfork", "posix_spawn", "posix_spawnp", "system", "popen"}) {
    const GuestRun run = RunClean(
        {.guest = "fork_family", .arguments = {"{out}", how}, .schedule = "1-2:short=4 4:short=8"});
    EXPECT_EQ(run.file, "child 89\nparent 9\n") << how;
    const std::vector<TracedCall>& calls = run.observation.calls;
    ASSERT_EQ(calls.size(), 5u) << how;
    std::set<uint32_t> processes;
    const int64_t results[] = {4, 4, 1, 8, 1};
    for (size_t i = 0; i < calls.size(); ++i) {
      EXPECT_EQ(calls[i].number, i + 1) << how;
      EXPECT_EQ(calls[i].result, results[i]) << how;
      processes.insert(calls[i].process);
      EXPECT_EQ(ProcessName(run.observation, calls[i]), "fork_family") << how;
    }
    EXPECT_EQ(processes.size(), 2u) << how;
    const uint32_t images = std::string(how) == "fork" ? 1 : 2;
    EXPECT_GE(run.observation.attached, images) << how;
    EXPECT_EQ(run.observation.touched.size(), 2u) << how;
  }
}

// A scrubbed environment does not lose the trial, and what the child finds of its own environment
// is there.
TEST_P(GuestProcesses, ScrubbedEnvironmentsKeepTheTrial) {
  for (const char* how : {"execve", "empty", "environ", "execvp", "execvpe", "fexecve", "preload",
                          "clearenv", "execle", "execl", "execlp"}) {
    const GuestRun run =
        RunClean({.guest = "exec_scrubbed", .arguments = {"{out}", how}, .schedule = "1:short=3"});
    EXPECT_EQ(run.file, "0123456789") << how;
    EXPECT_EQ(run.observation.attached, 2u) << how;
    EXPECT_EQ(run.observation.faults_delivered, 1u) << how;
  }
}

// env -i, the usual way to scrub, alone and behind a shell.
TEST_P(GuestProcesses, EnvMinusIKeepsTheTrial) {
  const std::string child = "{guests}/exec_scrubbed";
  const GuestRun direct = RunClean({.guest = "/usr/bin/env",
                                    .arguments = {"-i", child, "{out}", "child", "plain"},
                                    .schedule = "1:short=3"});
  EXPECT_EQ(direct.file, "0123456789");
  EXPECT_EQ(direct.observation.faults_delivered, 1u);
  const GuestRun chain =
      RunClean({.guest = "/bin/sh",
                .arguments = {"-c", "env -i MARK=kept /bin/sh -c 'exec \"$@\"' x \"$@\"", "sh",
                              child, "{out}", "child", "mark"},
                .schedule = "1:short=3"});
  EXPECT_EQ(chain.file, "0123456789");
  EXPECT_EQ(chain.observation.faults_delivered, 1u);
  EXPECT_EQ(chain.observation.attached, 4u);  // sh, env, sh, the guest
}

// A target that stops itself stands still until its parent lets it go on, and then goes on.
TEST_P(GuestProcesses, StoppedTargetsStandStill) {
  const GuestRun run =
      RunClean({.guest = "stops", .arguments = {"{out}"}, .schedule = "*:short=2"});
  ASSERT_TRUE(run.file);
  EXPECT_EQ(std::count(run.file->begin(), run.file->end(), 'p'), 500);
  EXPECT_TRUE(run.file->ends_with("end\n"));
}

// exec by a thread other than the first ends all the others, one of them in mid-write.
TEST_P(GuestProcesses, AnyThreadMayExec) {
  const GuestRun run =
      RunClean({.guest = "thread_execs", .arguments = {"{out}"}, .schedule = "*:short=4"});
  ASSERT_TRUE(run.file);
  EXPECT_TRUE(run.file->ends_with("after exec")) << *run.file;
  EXPECT_EQ(run.observation.attached, 2u);
  const std::vector<TracedCall>& calls = run.observation.calls;
  ASSERT_GE(calls.size(), 4u);
  const int64_t results[] = {4, 4, 2};
  for (size_t i = 0; i < 3; ++i) {
    EXPECT_EQ(calls[calls.size() - 3 + i].result, results[i]);
    EXPECT_TRUE(calls[calls.size() - 3 + i].returned);
  }
}

// A process is still the same one when its first thread has ended.
TEST_P(GuestProcesses, TheFirstThreadMayEnd) {
  const GuestRun run =
      RunClean({.guest = "first_thread_ends", .arguments = {"{out}"}, .schedule = "1:short=4"});
  EXPECT_EQ(run.file, "0123456789");
  EXPECT_EQ(run.observation.faults_delivered, 1u);
}

}  // namespace
}  // namespace shortwrite
