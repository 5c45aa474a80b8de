#include "harness/trial/supervisor.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstring>
#include <filesystem>

#include "harness/trial/exec_runner.h"
#include "harness/trial/process_tree.h"
#include "harness/trial/watch.h"
#include "tests/trial/children.h"

namespace shortwrite {
namespace {

constexpr int kInterrupted = 75;
constexpr int kHarnessFailed = 3;

struct Report {
  char base[256];
  pid_t body;
};

// A campaign with one trial, whose target says in the FIFO that it runs, and then sleeps.
int RunOneTrial(const std::string& fifo, int report_fd) {
  Workspace workspace = Workspace::Create(1 << 20).value();
  Report report = {};
  snprintf(report.base, sizeof(report.base), "%s", workspace.base().c_str());
  report.body = getpid();
  TrialSettings settings;
  settings.target.command = {"sh", "-c", "echo > \"$1\"; exec sleep 86400", "sh", fifo};
  ExecRunner runner = ExecRunner::Create(settings, std::move(workspace)).value();
  if (write(report_fd, &report, sizeof(report)) != sizeof(report)) return 1;
  const Result<Observation> observation = runner.Run({});
  return !observation.ok() && observation.error().kind == ErrorKind::kInterrupted ? kInterrupted
                                                                                  : 1;
}

class SupervisorTest : public testing::Test {
 protected:
  void SetUp() override {
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    const std::string fifo = directory_.path() + "/fifo";
    ASSERT_EQ(mkfifo(fifo.c_str(), 0600), 0);
    int ends[2];
    ASSERT_EQ(pipe2(ends, O_CLOEXEC), 0);
    supervisor_.emplace([&] {
      const UniqueFd quiet(open("/dev/null", O_WRONLY));
      dup2(quiet.get(), STDERR_FILENO);
      for (const int stop : {SIGINT, SIGTERM, SIGHUP}) signal(stop, SIG_DFL);
      return RunSupervised(Session::kOwn, [&] { return RunOneTrial(fifo, ends[1]); });
    });
    ASSERT_EQ(read(ends[0], &report_, sizeof(report_)), static_cast<ssize_t>(sizeof(report_)));
    const UniqueFd running(open(fifo.c_str(), O_RDONLY));
    char byte;
    ASSERT_EQ(read(running.get(), &byte, 1), 1);
    close(ends[0]);
    close(ends[1]);
    ASSERT_TRUE(std::filesystem::exists(report_.base));
  }

  // Waits for everybody below the test, then looks for what is left.
  void ExpectNothingLeft() {
    while (waitpid(-1, nullptr, 0) > 0) {
    }
    EXPECT_FALSE(std::filesystem::exists(report_.base));
  }

  TemporaryDirectory directory_;
  std::optional<Child> supervisor_;
  Report report_ = {};
};

// The signals that ask a program to stop reach the campaign, which ends its trial and cleans up.
TEST_F(SupervisorTest, StopSignalsArePassedOn) {
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
    if (signal != SIGINT) SetUp();
    kill(supervisor_->pid(), signal);
    const int status = supervisor_->Wait();
    EXPECT_TRUE(WIFEXITED(status));
    EXPECT_EQ(WEXITSTATUS(status), kInterrupted) << signal;
    ExpectNothingLeft();
    std::filesystem::remove(directory_.path() + "/fifo");
  }
}

// A campaign that is killed outright is cleaned up after by its supervisor, targets included.
TEST_F(SupervisorTest, CleansUpAfterAKilledCampaign) {
  kill(report_.body, SIGKILL);
  const int status = supervisor_->Wait();
  EXPECT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), kHarnessFailed);
  EXPECT_TRUE(Descendants(getpid()).empty());
  ExpectNothingLeft();
}

// A supervisor that is killed outright takes the campaign with it, which cleans up.
TEST_F(SupervisorTest, CleansUpAfterAKilledSupervisor) {
  kill(supervisor_->pid(), SIGKILL);
  const int status = supervisor_->Wait();
  EXPECT_TRUE(WIFSIGNALED(status));
  ExpectNothingLeft();
}

// The work's result is the program's.
TEST(Supervisor, HandsTheResultOn) {
  for (const int expected : {0, 5, 77}) {
    Child child([&] { return RunSupervised(Session::kOwn, [&] { return expected; }); });
    EXPECT_EQ(WEXITSTATUS(child.Wait()), expected);
  }
}

// Also for a caller who left SIGCHLD ignored, which survives exec and throws wait statuses away.
TEST(Supervisor, HandsTheResultOnToWhoIgnoresItsChildren) {
  Child child([] {
    signal(SIGCHLD, SIG_IGN);
    return RunSupervised(Session::kOwn, [] { return 5; });
  });
  EXPECT_EQ(WEXITSTATUS(child.Wait()), 5);
}

// nohup(1) keeps a campaign alive: what was ignored at the start asks nobody to stop.
TEST(Supervisor, LeavesIgnoredSignalsIgnored) {
  Child child([] {
    signal(SIGHUP, SIG_IGN);
    signal(SIGTERM, SIG_DFL);
    return RunSupervised(Session::kOwn, [] {
      kill(getppid(), SIGHUP);
      raise(SIGHUP);
      if (StopRequested()) return 1;
      raise(SIGTERM);
      return StopRequested() ? 0 : 2;
    });
  });
  EXPECT_EQ(WEXITSTATUS(child.Wait()), 0);
}

}  // namespace
}  // namespace shortwrite
