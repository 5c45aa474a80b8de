// The program with several trials at once: the same result, and nothing left of any of them.
#include <gtest/gtest.h>
#include <sched.h>
#include <sys/stat.h>

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "tests/cli/harness_process.h"

namespace shortwrite {
namespace {

constexpr char kFixtures[] = SHORTWRITE_FIXTURES_DIR;

class Jobs : public testing::Test {
 protected:
  TemporaryDirectory directory_;
};

// Byte for byte the same JSON, whatever the verdict.
TEST_F(Jobs, ShowInNothingButTheTime) {
  struct Case {
    std::vector<std::string> options;
    std::string program;
    int exit;
  };
  const std::vector<Case> cases = {
      {{}, "correct/plain_loop", 0},
      {{"--backend", "syscall"}, "correct/stdio_checked", 0},
      {{"--sink", "pipe"}, "correct/writev_split_vector", 0},
      {{"--sink", "full"}, "correct/plain_loop", 0},
      {{"--depth", "0"}, "broken/retries_once_only", 1},
      {{"--depth", "0"}, "broken/repeated_call_taken_for_whole", 1},
      {{"--faults", "all"}, "broken/close_unchecked", 1},
      {{"--judge", "cmp -s \"$1\" \"$2\""}, "broken/retries_once_only", 1},
  };
  for (const Case& each : cases) {
    const auto run = [&](const char* jobs) {
      std::vector<std::string> arguments = {"check",  "--json", "--quiet",  "--time", "10m",
                                            "--jobs", jobs,     "--trials", "80"};
      arguments.insert(arguments.end(), each.options.begin(), each.options.end());
      arguments.insert(arguments.end(),
                       {"--", kFixtures + ("/" + each.program), "{payload}", "{out}"});
      return RunShortwrite(directory_, arguments);
    };
    const ProcessEnd alone = run("1");
    if (alone.exit == 77) continue;
    EXPECT_EQ(alone.exit, each.exit) << each.program << ": " << alone.err;
    EXPECT_FALSE(alone.out.empty());
    for (const char* const jobs : {"2", "4"}) {
      EXPECT_EQ(run(jobs).out, alone.out) << each.program << ", --jobs " << jobs;
    }
  }
}

// A campaign of which one target, long after workers were started, says so and then sleeps.
class BusyWorkers : public testing::Test {
 protected:
  void SetUp() override {
    const std::string ready = directory_.File("ready");
    ASSERT_EQ(mkfifo(ready.c_str(), 0600), 0);
    const std::string count = directory_.File("count");
    const std::string script = "echo >>" + count + "; if [ $(wc -l <" + count +
                               ") -gt 60 ] && mkdir " + directory_.File("asleep") +
                               " 2>/dev/null; then printf %s \"$1\" >" + ready +
                               "; sleep 900; fi; cat {payload} >{out}";
    harness_ = std::make_unique<Process>(
        directory_, ShortwriteCommand({"check", "--quiet", "--json", "--time", "20m", "--timeout",
                                       "20m", "--jobs", "2", "--trials", "5000", "--", "sh", "-c",
                                       script, "sh", "{dir}"}));
    dir_ = ReadText(ready);  // blocks until the target is there
    ASSERT_TRUE(std::filesystem::path(dir_).is_absolute()) << dir_;
    sleeper_ = WorkerOf(dir_);
    const std::vector<pid_t> children = ChildrenOf(harness_->pid());
    ASSERT_GE(children.size(), 2u) << "the main process and its workers are siblings";
  }

  // A worker's directory is named by its number: shortwrite-UID-PID-XXXXXX.
  static pid_t WorkerOf(const std::string& dir) {
    std::string name = std::filesystem::path(dir).parent_path().filename().string();
    name = name.substr(0, name.rfind('-'));
    return std::stoi(name.substr(name.rfind('-') + 1));
  }
  pid_t MainProcess() const {
    // The eldest: workers come later.
    const std::vector<pid_t> children = ChildrenOf(harness_->pid());
    return *std::min_element(children.begin(), children.end());
  }
  std::filesystem::path Base() const { return std::filesystem::path(dir_).parent_path(); }
  bool NothingLeft() const {
    return ProcessesNaming(dir_).empty() && ProcessesNaming(directory_.path()).empty() &&
           !std::filesystem::exists(Base());
  }

  TemporaryDirectory directory_;
  std::unique_ptr<Process> harness_;
  std::string dir_;
  pid_t sleeper_ = -1;
};

TEST_F(BusyWorkers, AskedToStopEndsWith75AndLeavesNothing) {
  ASSERT_EQ(kill(harness_->pid(), SIGINT), 0);
  const ProcessEnd end = harness_->Wait();
  EXPECT_EQ(end.exit, 75) << end.err;
  EXPECT_GE(end.Last()["trials"], 16);
  EXPECT_TRUE(NothingLeft());
}

TEST_F(BusyWorkers, GuardIsKilled) {
  ASSERT_EQ(kill(harness_->pid(), SIGKILL), 0);
  EXPECT_EQ(harness_->Wait().exit, 128 + SIGKILL);
  while (!NothingLeft()) sched_yield();
}

TEST_F(BusyWorkers, MainProcessIsKilled) {
  ASSERT_EQ(kill(MainProcess(), SIGKILL), 0);
  const ProcessEnd end = harness_->Wait();
  EXPECT_EQ(end.exit, 3) << end.err;
  EXPECT_TRUE(NothingLeft());
}

// The campaign goes on without the worker, whose target and files are gone; the trial that it had
// is repeated. (Its target does not sleep again.)
TEST_F(BusyWorkers, AWorkerIsKilled) {
  ASSERT_NE(sleeper_, MainProcess());
  ASSERT_EQ(kill(sleeper_, SIGKILL), 0);
  while (std::filesystem::exists(Base())) sched_yield();
  ASSERT_EQ(kill(harness_->pid(), SIGTERM), 0);
  const ProcessEnd end = harness_->Wait();
  EXPECT_EQ(end.exit, 75) << end.err;
  EXPECT_TRUE(NothingLeft());
}

}  // namespace
}  // namespace shortwrite
