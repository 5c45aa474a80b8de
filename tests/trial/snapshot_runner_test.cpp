#include "harness/trial/snapshot_runner.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <optional>

#include "harness/trial/process_tree.h"
#include "harness/trial/same_trial.h"
#include "harness/writer/payload.h"

namespace shortwrite {
namespace {

constexpr uint64_t kPayloadBytes = 70001;

class SnapshotRunnerTest : public testing::TestWithParam<Backend> {
 protected:
  void SetUp() override {
    const std::string why_not = WhyNotTraceable();
    if (!why_not.empty()) GTEST_SKIP() << why_not;
    payload_ = ReadWhole(Payload::PositionCoded(kPayloadBytes)).value();
  }

  static std::vector<std::string> Fixture(const std::string& name) {
    return {std::string(SHORTWRITE_FIXTURES_DIR "/") + name, "{payload}", "{out}"};
  }
  static std::vector<std::string> Shell(const std::string& script) {
    return {"/bin/sh", "-c", script};
  }

  SnapshotRunner Make(std::vector<std::string> command, bool wanted = true) {
    settings_.target.command = std::move(command);
    Workspace workspace = Workspace::Create(1 << 20).value();
    EXPECT_TRUE(WriteFile(workspace.payload(), payload_).ok());
    ExecRunner exec = ExecRunner::Create(settings_, std::move(workspace)).value();
    EXPECT_TRUE(exec.UseBackend(GetParam()).ok());
    return SnapshotRunner(std::move(exec), wanted);
  }

  // As a campaign does before its first trial.
  static Observation Control(SnapshotRunner& runner) {
    Observation control = runner.Run({}).value();
    runner.Calibrate(control);
    return control;
  }

  static Observation Run(TrialRunner& runner, const std::string& schedule) {
    Result<Observation> observation = runner.Run({.schedule = ParseSchedule(schedule).value()});
    EXPECT_TRUE(observation.ok()) << observation.error().message;
    return observation.ok() ? observation.value() : Observation();
  }

  static std::optional<std::string> Output(const Observation& observation,
                                           const std::string& name = "out") {
    for (const OutputFile& output : observation.outputs) {
      if (output.name == name) return std::string(output.bytes.view());
    }
    return std::nullopt;
  }

  static void ExpectNobodyLeft() {
    EXPECT_TRUE(Descendants(getpid()).empty());
    EXPECT_EQ(waitpid(-1, nullptr, WNOHANG), -1);
  }

  TrialSettings settings_;
  std::string payload_;
};
INSTANTIATE_TEST_SUITE_P(Beside, SnapshotRunnerTest,
                         testing::Values(Backend::kPreload, Backend::kSyscall),
                         [](const auto& backend) {
                           return std::string(BackendName(backend.param));
                         });

using Kind = TargetEnd::Kind;

// Trials in clones: right bytes, faults delivered, each as if it were the only one.
TEST_P(SnapshotRunnerTest, RunsTrialsInClones) {
  {
    SnapshotRunner runner = Make(Fixture("correct/plain_loop"));
    const Observation control = Control(runner);
    for (int i = 0; i < 10; ++i) {
      const Observation observation = Run(runner, "1:short=1 2:short=4097 4:short=-1");
      EXPECT_EQ(observation.end, (TargetEnd{Kind::kExited, 0}));
      EXPECT_EQ(Output(observation), payload_);
      EXPECT_EQ(observation.outputs.size(), control.outputs.size());
      EXPECT_EQ(observation.attached, 1u);
      EXPECT_GE(observation.faults_delivered, 2u);
    }
    EXPECT_EQ(runner.why_not(), "");
    EXPECT_EQ(runner.served(), 10u);
  }
  ExpectNobodyLeft();
}

}  // namespace
}  // namespace shortwrite
