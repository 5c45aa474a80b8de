#include "harness/trial/exec_runner.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <optional>

#include "harness/trial/process_tree.h"
#include "harness/writer/payload.h"

namespace shortwrite {
namespace {

constexpr uint64_t kPayloadBytes = 270001;

class ExecRunnerTest : public testing::Test {
 protected:
  void SetUp() override { payload_ = ReadWhole(Payload::PositionCoded(kPayloadBytes)).value(); }

  // The runner of a fixture that copies {payload} to {out}.
  ExecRunner Copying(const std::string& fixture) {
    return Make({std::string(SHORTWRITE_FIXTURES_DIR "/") + fixture, "{payload}", "{out}"});
  }
  ExecRunner Make(std::vector<std::string> command) {
    settings_.target.command = std::move(command);
    Workspace workspace = Workspace::Create(1 << 20).value();
    base_ = workspace.base();
    EXPECT_TRUE(WriteFile(workspace.payload(), payload_).ok());
    return ExecRunner::Create(settings_, std::move(workspace)).value();
  }

  // One trial; afterwards nobody may be alive.
  Observation Run(ExecRunner& runner, const std::string& schedule = "") {
    Result<Observation> observation = runner.Run({.schedule = ParseSchedule(schedule).value()});
    EXPECT_TRUE(observation.ok()) << observation.error().message;
    EXPECT_TRUE(Descendants(getpid()).empty());
    EXPECT_EQ(waitpid(-1, nullptr, WNOHANG), -1);
    return observation.ok() ? observation.value() : Observation();
  }

  static std::optional<std::string> Output(const Observation& observation,
                                           const std::string& name = "out") {
    for (const OutputFile& output : observation.outputs) {
      if (output.name == name) return std::string(output.bytes.view());
    }
    return std::nullopt;
  }

  TrialSettings settings_;
  std::string payload_;
  std::string base_;
};

using Kind = TargetEnd::Kind;

// However often they are written anew: a target may store the times of what it reads.
TEST_F(ExecRunnerTest, ItsInputsAlwaysHaveTheSameTimes) {
  settings_.existing = "old";
  ExecRunner runner = Make({"/bin/sh", "-c", R"(stat -c %Y "$1" "$2" >"$3/times")", "sh",
                            "{payload}", "{out}", "{dir}"});
  for (const char* const payload : {"a", "b"}) {
    ASSERT_TRUE(runner.UsePayload(payload).ok());
    EXPECT_EQ(Output(Run(runner), "times"), "1000000000\n999913600\n") << payload;
  }
}

// A correct writer survives: right bytes, faults delivered, every byte seen in the trace.
TEST_F(ExecRunnerTest, RunsATargetUnderASchedule) {
  {
    ExecRunner runner = Copying("correct/plain_loop");
    const Observation observation = Run(runner, "1:short=1 2:short=4097");
    EXPECT_EQ(observation.end, (TargetEnd{Kind::kExited, 0}));
    EXPECT_EQ(Output(observation), payload_);
    EXPECT_EQ(observation.faults_delivered, 2u);
    EXPECT_EQ(observation.attached, 1u);
    uint64_t accepted = 0;
    for (const TracedCall& call : observation.calls) {
      if (call.result > 0) accepted += static_cast<uint64_t>(call.result);
    }
    EXPECT_EQ(accepted, kPayloadBytes);
    EXPECT_TRUE(std::filesystem::exists(base_));
  }
  EXPECT_FALSE(std::filesystem::exists(base_)) << "the directory outlived the runner";
}

// Trials of one runner do not know of each other: each has its own output and its own trace.
TEST_F(ExecRunnerTest, TrialsAreIndependent) {
  ExecRunner runner = Copying("correct/plain_loop");
  const Observation control = Run(runner);
  const Observation faulty = Run(runner, "1:short=7 close:eio");
  const Observation again = Run(runner);
  EXPECT_EQ(control.faults_delivered, 0u);
  EXPECT_GE(faulty.faults_delivered, 1u);
  EXPECT_EQ(again.faults_delivered, 0u);
  EXPECT_EQ(Output(again), payload_);
  ASSERT_EQ(again.calls.size(), control.calls.size());
  for (size_t i = 0; i < again.calls.size(); ++i) {
    EXPECT_EQ(again.calls[i].asked, control.calls[i].asked);
    EXPECT_EQ(again.calls[i].number, control.calls[i].number);
    EXPECT_EQ(again.calls[i].position, control.calls[i].position);
  }
}

// Sleeping for good with no clock running is a hang, proved long before the deadline.
TEST_F(ExecRunnerTest, AHangIsAHang) {
  ExecRunner runner = Copying("misbehaving/hangs");
  runner.Calibrate({});  // a control may take its time; a trial has a measure
  const Observation observation = Run(runner);
  EXPECT_EQ(observation.end.kind, Kind::kHung);
  EXPECT_EQ(Output(observation), payload_.substr(0, kPayloadBytes / 2));
}

// Using CPU for ever without an accepted byte is a spin.
TEST_F(ExecRunnerTest, ASpinIsASpin) {
  ExecRunner runner = Copying("misbehaving/spins");
  // A short control of much CPU has a low bar for a spin; its long wall keeps the clock away.
  Observation control;
  control.wall = std::chrono::minutes(1);
  runner.Calibrate(control);
  EXPECT_EQ(Run(runner).end.kind, Kind::kSpun);
}

// Output without end is stopped before it fills the disk.
TEST_F(ExecRunnerTest, ARunawayIsStopped) {
  ExecRunner runner = Copying("misbehaving/writes_forever");
  runner.Calibrate({});  // as if a control had left nothing
  const Observation observation = Run(runner);
  EXPECT_EQ(observation.end.kind, Kind::kRunaway);
  const std::optional<std::string> output = Output(observation);
  ASSERT_TRUE(output);
  EXPECT_GT(output->size(), uint64_t{64} << 20);
}

// Crashes and kills are told by their signals, and what was written until then is there.
TEST_F(ExecRunnerTest, SignalsAreTold) {
  ExecRunner crashes = Copying("misbehaving/crashes");
  const Observation crash = Run(crashes);
  EXPECT_EQ(crash.end, (TargetEnd{Kind::kSignaled, SIGABRT}));
  EXPECT_EQ(Output(crash), payload_.substr(0, kPayloadBytes / 2));
  ExecRunner kills = Copying("misbehaving/kills_itself");
  EXPECT_EQ(Run(kills).end, (TargetEnd{Kind::kSignaled, SIGKILL}));
}

// A daemon of its own session dies with the trial; its target's end is its own.
TEST_F(ExecRunnerTest, DaemonsDie) {
  ExecRunner runner = Copying("misbehaving/daemonises");
  const Observation observation = Run(runner);
  EXPECT_EQ(observation.end, (TargetEnd{Kind::kExited, 0}));
  EXPECT_EQ(observation.processes_left, 1u);
  EXPECT_EQ(Output(observation), payload_);
}

// Who closes every descriptor, or changes directory, is seen all the same.
TEST_F(ExecRunnerTest, OddButCorrectTargetsAreSeen) {
  for (const char* fixture :
       {"misbehaving/closes_all_descriptors", "misbehaving/changes_directory"}) {
    ExecRunner runner = Copying(fixture);
    const Observation observation = Run(runner, "1:short=1");
    EXPECT_EQ(observation.end, (TargetEnd{Kind::kExited, 0})) << fixture;
    EXPECT_EQ(Output(observation), payload_) << fixture;
    EXPECT_EQ(observation.faults_delivered, 1u) << fixture;
  }
}

// A deleted output is no output, although it was written.
TEST_F(ExecRunnerTest, ADeletedOutputIsGone) {
  ExecRunner runner = Copying("misbehaving/deletes_output");
  const Observation observation = Run(runner);
  EXPECT_EQ(observation.end, (TargetEnd{Kind::kExited, 0}));
  EXPECT_EQ(Output(observation), std::nullopt);
  ASSERT_EQ(observation.touched.size(), 2u);
  EXPECT_EQ(observation.touched[1].first_name, "out");
  EXPECT_EQ(observation.touched[1].final_name, "");
}

// A renamed output has both its names.
TEST_F(ExecRunnerTest, ARenamedOutputHasBothNames) {
  ExecRunner runner = Copying("correct/temporary_then_rename");
  const Observation observation = Run(runner);
  EXPECT_EQ(Output(observation), payload_);
  ASSERT_EQ(observation.touched.size(), 2u);
  EXPECT_NE(observation.touched[1].first_name, "out");
  EXPECT_EQ(observation.touched[1].final_name, "out");
}

// A target without {out} is judged by its stdout; its stderr is its diagnostics.
TEST_F(ExecRunnerTest, StreamsAreOutputAndDiagnostics) {
  settings_.target.stdin_is_payload = true;
  ExecRunner runner = Make({"sh", "-c", "cat; echo said >&2; exit 3"});
  const Observation observation = Run(runner, "1:short=1");
  EXPECT_EQ(observation.end, (TargetEnd{Kind::kExited, 3}));
  EXPECT_EQ(Output(observation, "stdout"), payload_);
  EXPECT_EQ(observation.diagnostics, "said\n");
  EXPECT_EQ(observation.diagnostics_bytes, 5u);
}

// Content that exists beforehand is there, and only in the trials that ask for it.
TEST_F(ExecRunnerTest, ExistingContentIsPutInPlace) {
  settings_.existing = "old content";
  ExecRunner runner = Make({"sh", "-c", "test -e \"$1\" && printf new 1<>\"$1\"", "sh", "{out}"});
  Result<Observation> with = runner.Run({.schedule = {}, .with_existing = true});
  EXPECT_EQ(Output(with.value()), "new content");
  Result<Observation> without = runner.Run({.schedule = {}, .with_existing = false});
  EXPECT_EQ(without.value().end, (TargetEnd{Kind::kExited, 1}));
  EXPECT_EQ(Output(without.value()), std::nullopt);
}

// At the deadline, a target that is still at work proves nothing.
TEST_F(ExecRunnerTest, WorkAtTheDeadlineIsSlow) {
  settings_.timeout = std::chrono::milliseconds(300);
  ExecRunner runner = Make({"sh", "-c", "while :; do echo x; done"});
  EXPECT_EQ(Run(runner).end.kind, Kind::kSlow);
}

// What cannot be started is the harness's error, in words.
TEST_F(ExecRunnerTest, WhatIsNoProgramIsAnError) {
  settings_.target.command = {"no-such-program-anywhere"};
  const Result<ExecRunner> missing =
      ExecRunner::Create(settings_, Workspace::Create(1 << 20).value());
  ASSERT_FALSE(missing.ok());
  EXPECT_NE(missing.error().message.find("no-such-program-anywhere"), std::string::npos);
}

}  // namespace
}  // namespace shortwrite
