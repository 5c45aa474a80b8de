#include "harness/trial/snapshot_runner.h"

#include <gtest/gtest.h>
#include <sys/prctl.h>
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

  // What a new start shows under the same schedule.
  Observation ByExec(const std::string& schedule) {
    SnapshotRunner exec = Make(settings_.target.command, false);
    return Run(exec, schedule);
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

// Where a trial begins, nothing is left of the one before: not in an old output, not in what it
// appended to its stdout, and stdin is read from the place where the snapshot had come to.
TEST_P(SnapshotRunnerTest, TrialsAreIndependent) {
  settings_.existing = "OLD.";
  settings_.target.stdin_is_payload = true;
  SnapshotRunner runner =
      Make(Shell("read a; read b; echo \"$a\" >> {out}; read c; echo \"$b\" >> {out}; echo \"$c\"; "
                 "echo \"$c\" > {dir}/more"));
  (void)Control(runner);
  const Observation by_exec = ByExec("2@out:short=1");
  EXPECT_TRUE(Output(by_exec)->starts_with("OLD.0000000"));
  EXPECT_EQ(Output(by_exec, "more"), "0000002\n");
  for (int i = 0; i < 5; ++i) {
    EXPECT_EQ(DescribeTrialDifference(by_exec, Run(runner, "2@out:short=1")), "");
  }
  EXPECT_EQ(runner.served(), 5u) << runner.why_not();
}

// What a target printed counts in each trial.
TEST_P(SnapshotRunnerTest, DiagnosticsBelongToTheirTrial) {
  SnapshotRunner runner = Make(Shell("echo early >&2; echo x > {out}; echo late >&2"));
  EXPECT_EQ(Control(runner).diagnostics, "early\nlate\n");
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(Run(runner, "2:short=1").diagnostics, "early\nlate\n");
  }
  EXPECT_EQ(runner.served(), 3u) << runner.why_not();
}

// Programs without a loader, and what hides below stdio, are held like any other.
TEST_P(SnapshotRunnerTest, HoldsStaticPrograms) {
  if (GetParam() == Backend::kPreload) GTEST_SKIP() << "the library does not see it";
  SnapshotRunner runner = Make(Fixture("unseen/static_writer"));
  (void)Control(runner);
  for (int i = 0; i < 3; ++i) {
    const Observation observation = Run(runner, "1:short=1");
    EXPECT_EQ(Output(observation), payload_);
    EXPECT_EQ(observation.faults_delivered, 1u);
  }
  EXPECT_EQ(runner.served(), 3u) << runner.why_not();
}

// A step that never comes leaves a trial as the control was.
constexpr char kNoFault[] = "900:short=1";

struct Had {
  const char* what;
  const char* found;
};

class WhatACloneHas : public SnapshotRunnerTest {
 protected:
  SnapshotRunner Target(const std::string& what) {
    return Make({SHORTWRITE_SNAPSHOT_TARGET, what, "{out}"});
  }

  void ExpectItsOwn(const std::string& program) {
    constexpr Had kAll[] = {
        {"raise", "handled"},      {"thread_clock", "own"},    {"timer", "rang"},
        {"shared_mapping", "two"}, {"process_id", "same"},     {"group", "own group"},
        {"inherited", "fresh"},    {"pipe", "one byte"},       {"thread_later", "joined"},
        {"child_later", "child"},  {"refused_copy", "refused"}};
    for (const Had& had : kAll) {
      SCOPED_TRACE(had.what);
      SnapshotRunner runner = Make({program, had.what, "{out}"});
      EXPECT_EQ(Output(Control(runner)), "begun " + std::string(had.found));
      const Observation by_exec = ByExec(kNoFault);
      for (int i = 0; i < 3; ++i) {
        EXPECT_EQ(DescribeTrialDifference(by_exec, Run(runner, kNoFault)), "");
      }
      EXPECT_EQ(runner.served(), 3u) << runner.why_not();
    }
    ExpectNobodyLeft();
  }
};
INSTANTIATE_TEST_SUITE_P(Beside, WhatACloneHas,
                         testing::Values(Backend::kPreload, Backend::kSyscall),
                         [](const auto& backend) {
                           return std::string(BackendName(backend.param));
                         });

// Whatever a program has made or asked for before its first output, a clone of it has too, and has
// it for itself: its own id where libc keeps it, its own timer, memory, group and pipe.
TEST_P(WhatACloneHas, IsItsOwn) {
  ExpectItsOwn(SHORTWRITE_SNAPSHOT_TARGET);
}

TEST_P(WhatACloneHas, IsItsOwnUnderMusl) {
  const std::string program = SHORTWRITE_MUSL_SNAPSHOT_TARGET;
  if (program.empty()) GTEST_SKIP() << "no musl-gcc";
  ExpectItsOwn(program);
}

// Who does this before its first output is not held, and is judged by exec all the same.
TEST_P(WhatACloneHas, ExecServesWhoCannotBeHeld) {
  constexpr Had kAll[] = {
      {"thread", "it starts other processes or threads before its first output"},
      {"child", "it starts other processes or threads before its first output"},
      {"nothing", "it ends without touching an output"},
      {"proc_file", "it keeps a file of /proc open, which would tell a clone of another process"}};
  for (const Had& had : kAll) {
    SCOPED_TRACE(had.what);
    SnapshotRunner runner = Target(had.what);
    (void)Control(runner);
    EXPECT_EQ(DescribeTrialDifference(ByExec(kNoFault), Run(runner, kNoFault)), "");
    EXPECT_EQ(runner.served(), 0u);
    EXPECT_EQ(runner.why_not(), had.found);
    ExpectNobodyLeft();
  }
}

// What is not known beforehand shows in the first clone, which must do as the control did: here it
// waits for ever for a lock that it holds.
TEST_P(WhatACloneHas, ExecServesWhoIsNotTheSameInAClone) {
  SnapshotRunner runner = Target("held_lock");
  (void)Control(runner);
  EXPECT_EQ(Output(Run(runner, kNoFault)), "begun mine");
  EXPECT_EQ(runner.served(), 0u);
  EXPECT_EQ(runner.why_not(),
            "a clone without faults differs from the control: it did not end in time, or left "
            "processes behind");
  ExpectNobodyLeft();
}

// Beside the library only the clone shows it; under the tracer the control did, and the campaign
// ends there.
TEST_P(WhatACloneHas, ExecServesWhoAsksForIoUring) {
  SnapshotRunner runner = Target("io_uring");
  (void)Control(runner);
  EXPECT_EQ(Output(Run(runner, kNoFault)), "begun asked");
  if (GetParam() == Backend::kPreload) {
    EXPECT_EQ(runner.served(), 0u);
    EXPECT_NE(runner.why_not().find("io_uring"), std::string::npos) << runner.why_not();
  } else {
    EXPECT_EQ(runner.served(), 1u) << runner.why_not();
  }
}

// A close at which no fault can be is no difference between the tracer and the library.
TEST_P(WhatACloneHas, ClosesOfUnwrittenFilesDoNotMatter) {
  SnapshotRunner runner = Target("closes_idle");
  (void)Control(runner);
  const Observation by_exec = ByExec("close@out:eio");
  EXPECT_EQ(DescribeTrialDifference(by_exec, Run(runner, "close@out:eio")), "");
  EXPECT_EQ(runner.served(), 1u) << runner.why_not();
}

// One at which the tracer alone could put a fault: exec has the schedules about it, a clone the
// others.
TEST_P(WhatACloneHas, ExecServesClosesThatTheLibraryDoesNotSee) {
  SnapshotRunner runner = Target("closes_written");
  (void)Control(runner);
  const bool sees = GetParam() == Backend::kSyscall;
  for (uint32_t i = 1; i <= 2; ++i) {
    EXPECT_EQ(Run(runner, "close@out:eio").faults_delivered, sees ? 1u : 0u);
    EXPECT_EQ(Run(runner, "1@out:short=1").faults_delivered, 1u);
    EXPECT_EQ(runner.served(), sees ? 2 * i : i) << runner.why_not();
  }
}

TEST_P(WhatACloneHas, ExecServesStreams) {
  settings_.sink.kind = SinkKind::kPipe;
  SnapshotRunner runner = Make(Fixture("correct/plain_loop"));
  (void)Control(runner);
  EXPECT_EQ(Output(Run(runner, "1:short=4097")), payload_);
  EXPECT_EQ(runner.served(), 0u);
  EXPECT_NE(runner.why_not(), "");
}

TEST_P(WhatACloneHas, ExecServesWhoPrintsMuch) {
  payload_ = ReadWhole(Payload::PositionCoded(FileBytes::kCopiedBytesMax + 1)).value();
  SnapshotRunner runner = Make({"/bin/cat", "{payload}"});
  (void)Control(runner);
  EXPECT_TRUE(Output(Run(runner, "1:short=1"), "stdout") == payload_);
  EXPECT_NE(runner.why_not().find("prints more than"), std::string::npos) << runner.why_not();
}

// A clone that does not come to its end is not judged: exec proves the hang, and ends whom a trial
// left behind.
TEST_P(WhatACloneHas, ExecJudgesHangsAndLeftovers) {
  {
    SnapshotRunner runner = Target("hangs");
    (void)Control(runner);
    EXPECT_EQ(Run(runner, "2:short=1").end.kind, Kind::kHung);
    EXPECT_EQ(Run(runner, kNoFault).end.kind, Kind::kExited);
    EXPECT_EQ(runner.served(), 1u) << runner.why_not();
  }
  {
    SnapshotRunner runner = Target("leaves_child");
    (void)Control(runner);
    EXPECT_EQ(Run(runner, "2:short=1").processes_left, 1u);
    EXPECT_EQ(runner.served(), 0u);
  }
  ExpectNobodyLeft();
}

// The checks bite: a clone that knows an id which is not its own writes other bytes under a fault,
// is found out in that trial, and from then on nothing is trusted that it did.
TEST_P(WhatACloneHas, DistrustsASnapshotThatDisagrees) {
  SnapshotRunner runner = Target("thread_id");
  (void)Control(runner);
  EXPECT_EQ(Run(runner, kNoFault).end.kind, Kind::kExited);
  const Result<Observation> wrong = runner.Run({.schedule = ParseSchedule("2:short=1").value()});
  ASSERT_FALSE(wrong.ok());
  EXPECT_EQ(wrong.error().kind, ErrorKind::kUntrusted);
  const Observation by_exec = Run(runner, "2:short=1");
  EXPECT_EQ(Output(by_exec), "begun 12345678");
  EXPECT_EQ(runner.served(), 2u);
  ExpectNobodyLeft();
}

// Where new starts differ among themselves, a clone that does, too, says nothing about clones.
TEST_P(WhatACloneHas, IsNotDistrustedWhereNewStartsDiffer) {
  {
    SnapshotRunner runner = Target("random_name");
    (void)Control(runner);
    for (int i = 0; i < 2; ++i) {
      EXPECT_EQ(Output(Run(runner, "2@out:short=1")), "begun 12345678");
      EXPECT_EQ(Run(runner, kNoFault).end, (TargetEnd{Kind::kExited, 0}));
    }
    EXPECT_EQ(runner.served(), 4u) << runner.why_not();
    EXPECT_EQ(runner.why_not(), "");
  }
  ExpectNobodyLeft();
}

// A target that kills its snapshot spoils nothing but that trial.
TEST_P(WhatACloneHas, OutlivesItsSnapshot) {
  SnapshotRunner runner = Target("kills_old_id");
  (void)Control(runner);
  EXPECT_EQ(Run(runner, "2:short=1").end, (TargetEnd{Kind::kSignaled, SIGKILL}));
  EXPECT_EQ(Run(runner, kNoFault).end, (TargetEnd{Kind::kExited, 0}));
}

// --snapshot off, controls, and whoever asks for a full trace.
TEST_P(SnapshotRunnerTest, ServesNobodyElse) {
  SnapshotRunner unwanted = Make(Fixture("correct/plain_loop"), false);
  (void)Control(unwanted);
  EXPECT_EQ(Output(Run(unwanted, "1:short=1")), payload_);
  EXPECT_EQ(unwanted.served(), 0u);
  EXPECT_EQ(unwanted.why_not(), "");

  SnapshotRunner runner = Make(Fixture("correct/plain_loop"));
  (void)Control(runner);
  const Schedule schedule = ParseSchedule("1:short=1").value();
  EXPECT_TRUE(runner.Run({.schedule = schedule, .full_trace = true}).ok());
  EXPECT_TRUE(runner.Run({}).ok());
  EXPECT_EQ(runner.served(), 0u);
  EXPECT_TRUE(runner.Run({.schedule = schedule}).ok());
  EXPECT_EQ(runner.served(), 1u);
}

// Another payload is another snapshot.
TEST_P(SnapshotRunnerTest, ForgetsWithItsPayload) {
  SnapshotRunner runner = Make(Fixture("correct/plain_loop"));
  (void)Control(runner);
  (void)Run(runner, "1:short=1");
  payload_ = "another payload";
  ASSERT_TRUE(runner.UsePayload(payload_).ok());
  (void)Control(runner);
  EXPECT_EQ(Output(Run(runner, "1:short=1")), payload_);
  EXPECT_EQ(runner.served(), 2u) << runner.why_not();
}

// However we end, a held target ends with us.
TEST_P(SnapshotRunnerTest, DiesWithTheHarness) {
  prctl(PR_SET_CHILD_SUBREAPER, 1);
  int ready[2];
  ASSERT_EQ(pipe(ready), 0);
  const pid_t harness = fork();
  if (harness == 0) {
    SnapshotRunner runner = Make(Fixture("correct/plain_loop"));
    (void)Control(runner);
    (void)Run(runner, kNoFault);
    (void)Run(runner, kNoFault);
    (void)write(ready[1], "x", 1);
    pause();
    _exit(0);
  }
  char byte = 0;
  ASSERT_EQ(read(ready[0], &byte, 1), 1);
  const std::vector<ProcessState> held = Descendants(harness);
  EXPECT_EQ(held.size(), 1u);
  kill(harness, SIGKILL);
  int status = 0;
  EXPECT_EQ(waitpid(harness, &status, 0), harness);
  for (const ProcessState& process : held) EXPECT_EQ(waitpid(process.pid, &status, 0), process.pid);
  ExpectNobodyLeft();
  close(ready[0]);
  close(ready[1]);
  CleanStaleWorkspaces();
}

}  // namespace
}  // namespace shortwrite
