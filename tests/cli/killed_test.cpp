// The harness ended from outside in mid-campaign: right exit status, and nobody and nothing of it
// is left, at the latest after the next start.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sched.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <string>
#include <vector>

#include "harness/base/unique_fd.h"
#include "tests/cli/harness_process.h"

namespace shortwrite {
namespace {

// A campaign whose target, in the second trial after two controls, says so and then sleeps.
// By backend: a tracer's targets must not stay stopped, either.
class RunningCampaign : public testing::TestWithParam<const char*> {
 protected:
  void SetUp() override {
    const std::string backend = GetParam();
    if (backend == "syscall") {
      const ProcessEnd tried =
          RunShortwrite(directory_, {"run", "--backend", backend, "--schedule", "", "true"});
      if (tried.exit == 77) GTEST_SKIP() << tried.err;
    }
    const std::string ready = directory_.File("ready");
    ASSERT_EQ(mkfifo(ready.c_str(), 0600), 0);
    const std::string count = directory_.File("count");
    const std::string script = "n=$(cat " + count + " 2>/dev/null); echo \"$n+\" >" + count +
                               "; if [ \"$n\" = +++ ]; then printf %s \"$1\" >" + ready +
                               "; sleep 900; fi; cat {payload} >{out}";
    harness_ = std::make_unique<Process>(
        directory_,
        ShortwriteCommand({"check", "--quiet", "--json", "--backend", backend, "--time", "20m",
                           "--timeout", "20m", "--", "sh", "-c", script, "sh", "{dir}"}));
    // Blocks until the target is there: reading a FIFO needs a writer.
    dir_ = ReadText(ready);
    ASSERT_TRUE(std::filesystem::path(dir_).is_absolute()) << dir_;
    ASSERT_TRUE(std::filesystem::exists(Base()));
    ASSERT_FALSE(ProcessesNaming(dir_).empty());
    const std::vector<pid_t> children = ChildrenOf(harness_->pid());
    ASSERT_EQ(children.size(), 1u);
    worker_ = children[0];
  }

  std::filesystem::path Base() const { return std::filesystem::path(dir_).parent_path(); }
  bool NothingLeft() const {
    return ProcessesNaming(dir_).empty() && !std::filesystem::exists(Base());
  }

  TemporaryDirectory directory_;
  std::unique_ptr<Process> harness_;
  std::string dir_;
  pid_t worker_ = -1;
};

INSTANTIATE_TEST_SUITE_P(Backends, RunningCampaign, testing::Values("preload", "syscall"),
                         [](const auto& backend) { return std::string(backend.param); });

// Asked to stop by whichever signal, it ends with 75, says so, and cleans up before it ends.
class AskedToStop : public RunningCampaign {
 protected:
  void EndsWith75AndLeavesNothing(int signal) {
    ASSERT_EQ(kill(harness_->pid(), signal), 0);
    const ProcessEnd end = harness_->Wait();
    EXPECT_EQ(end.exit, 75) << end.err;
    EXPECT_EQ(end.Last()["exit"], 75);
    EXPECT_NE(end.err.find("stopped by a signal"), std::string::npos) << end.err;
    EXPECT_TRUE(NothingLeft());
  }
};
INSTANTIATE_TEST_SUITE_P(Backends, AskedToStop, testing::Values("preload", "syscall"),
                         [](const auto& backend) { return std::string(backend.param); });

TEST_P(AskedToStop, BySigint) {
  EndsWith75AndLeavesNothing(SIGINT);
}
TEST_P(AskedToStop, BySigterm) {
  EndsWith75AndLeavesNothing(SIGTERM);
}
TEST_P(AskedToStop, BySighup) {
  EndsWith75AndLeavesNothing(SIGHUP);
}

// The worker killed: the guard ends its targets, removes its files and reports its own failure.
TEST_P(RunningCampaign, WorkerIsKilled) {
  ASSERT_EQ(kill(worker_, SIGKILL), 0);
  const ProcessEnd end = harness_->Wait();
  EXPECT_EQ(end.exit, 3) << end.err;
  EXPECT_TRUE(NothingLeft());
}

// The guard killed: the worker, which nobody waits for any more, cleans up by itself. The test
// would not end if it did not.
TEST_P(RunningCampaign, GuardIsKilled) {
  ASSERT_EQ(kill(harness_->pid(), SIGKILL), 0);
  EXPECT_EQ(harness_->Wait().exit, 128 + SIGKILL);
  while (!NothingLeft()) sched_yield();
}

// Both killed at once: nobody is left to clean up, until the next start of any kind.
TEST_P(RunningCampaign, BothAreKilledAndTheNextStartCleansUp) {
  ASSERT_EQ(kill(harness_->pid(), SIGSTOP), 0);  // it must not see the worker's end
  ASSERT_EQ(kill(worker_, SIGKILL), 0);
  ASSERT_EQ(kill(harness_->pid(), SIGKILL), 0);
  EXPECT_EQ(harness_->Wait().exit, 128 + SIGKILL);
  // The kernel ends a tracer's targets with it; nobody has to come for that.
  while (GetParam() == std::string("syscall") && !ProcessesNaming(dir_).empty()) sched_yield();
  EXPECT_EQ(RunShortwrite(directory_, {"doctor"}).exit, 0);
  EXPECT_TRUE(NothingLeft());
}

}  // namespace
}  // namespace shortwrite
