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
class RunningCampaign : public testing::Test {
 protected:
  void SetUp() override {
    const std::string ready = directory_.File("ready");
    ASSERT_EQ(mkfifo(ready.c_str(), 0600), 0);
    const std::string count = directory_.File("count");
    const std::string script = "n=$(cat " + count + " 2>/dev/null); echo \"$n+\" >" + count +
                               "; if [ \"$n\" = +++ ]; then printf %s \"$1\" >" + ready +
                               "; sleep 900; fi; cat {payload} >{out}";
    harness_ = std::make_unique<Process>(
        directory_, ShortwriteCommand({"check", "--quiet", "--json", "--time", "20m", "--timeout",
                                       "20m", "--", "sh", "-c", script, "sh", "{dir}"}));
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

// Asked to stop by whichever signal, it ends with 75, says so, and cleans up before it ends.
class AskedToStop : public RunningCampaign, public testing::WithParamInterface<int> {};
INSTANTIATE_TEST_SUITE_P(Signals, AskedToStop, testing::Values(SIGINT, SIGTERM, SIGHUP),
                         [](const auto& signal) {
                           return std::string(sigabbrev_np(signal.param));
                         });

TEST_P(AskedToStop, EndsWith75AndLeavesNothing) {
  ASSERT_EQ(kill(harness_->pid(), GetParam()), 0);
  const ProcessEnd end = harness_->Wait();
  EXPECT_EQ(end.exit, 75) << end.err;
  EXPECT_EQ(end.Last()["exit"], 75);
  EXPECT_NE(end.err.find("stopped by a signal"), std::string::npos) << end.err;
  EXPECT_TRUE(NothingLeft());
}

// The worker killed: the guard ends its targets, removes its files and reports its own failure.
TEST_F(RunningCampaign, WorkerIsKilled) {
  ASSERT_EQ(kill(worker_, SIGKILL), 0);
  const ProcessEnd end = harness_->Wait();
  EXPECT_EQ(end.exit, 3) << end.err;
  EXPECT_TRUE(NothingLeft());
}

// The guard killed: the worker, which nobody waits for any more, cleans up by itself. The test
// would not end if it did not.
TEST_F(RunningCampaign, GuardIsKilled) {
  ASSERT_EQ(kill(harness_->pid(), SIGKILL), 0);
  EXPECT_EQ(harness_->Wait().exit, 128 + SIGKILL);
  while (!NothingLeft()) sched_yield();
}

// Both killed at once: nobody is left to clean up, until the next start of any kind.
TEST_F(RunningCampaign, BothAreKilledAndTheNextStartCleansUp) {
  ASSERT_EQ(kill(harness_->pid(), SIGSTOP), 0);  // it must not see the worker's end
  ASSERT_EQ(kill(worker_, SIGKILL), 0);
  ASSERT_EQ(kill(harness_->pid(), SIGKILL), 0);
  EXPECT_EQ(harness_->Wait().exit, 128 + SIGKILL);
  EXPECT_EQ(RunShortwrite(directory_, {"doctor"}).exit, 0);
  EXPECT_TRUE(NothingLeft());
}

}  // namespace
}  // namespace shortwrite
