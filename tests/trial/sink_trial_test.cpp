// Trials whose output is a stream: what arrives is what was written, and no target can hold us up.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <optional>
#include <string>
#include <vector>

#include "harness/trial/exec_runner.h"
#include "harness/trial/process_tree.h"
#include "harness/writer/payload.h"
#include "tests/ptys.h"

namespace shortwrite {
namespace {

constexpr uint64_t kPayloadBytes = 270001;
using Kind = TargetEnd::Kind;

struct Setting {
  SinkSettings sink;
  Backend backend;
};

std::string TextOf(const Setting& setting) {
  return ToText(setting.sink) + ' ' + std::string(BackendName(setting.backend));
}

void PrintTo(const Setting& setting, std::ostream* os) {
  *os << TextOf(setting);
}

std::vector<Setting> AllSettings() {
  std::vector<Setting> settings;
  for (const SinkKind kind : {SinkKind::kPipe, SinkKind::kSocket, SinkKind::kPty}) {
    for (const bool nonblock : {false, true}) {
      for (const bool slow : {false, true}) {
        for (const Backend backend : {Backend::kPreload, Backend::kSyscall}) {
          settings.push_back({{kind, nonblock, slow}, backend});
        }
      }
    }
  }
  return settings;
}

std::string NameOf(const testing::TestParamInfo<Setting>& info) {
  std::string name = TextOf(info.param);
  for (char& c : name) c = c == ':' || c == ' ' ? '_' : c;
  return name;
}

// Kinds of stream that can be had here.
std::vector<SinkKind> Streams() {
  std::vector<SinkKind> kinds = {SinkKind::kPipe, SinkKind::kSocket};
  if (WhyNoPtys().empty()) kinds.push_back(SinkKind::kPty);
  return kinds;
}

class SinkTrial : public testing::Test {
 protected:
  void SetUp() override { payload_ = ReadWhole(Payload::PositionCoded(kPayloadBytes)).value(); }

  ExecRunner Make(const Setting& setting, std::vector<std::string> command) {
    settings_.target.command = std::move(command);
    settings_.sink = setting.sink;
    Workspace workspace = Workspace::Create(1 << 20).value();
    EXPECT_TRUE(WriteFile(workspace.payload(), payload_).ok());
    ExecRunner runner = ExecRunner::Create(settings_, std::move(workspace)).value();
    const Status used = runner.UseBackend(setting.backend);
    EXPECT_TRUE(used.ok()) << used.error().message;
    return runner;
  }
  ExecRunner Make(const SinkSettings& sink, std::vector<std::string> command) {
    return Make(Setting{sink, Backend::kPreload}, std::move(command));
  }

  static std::string Writer(const std::string& name) {
    return std::string(SHORTWRITE_FIXTURES_DIR "/") + name;
  }

  // One trial; afterwards nobody may be alive.
  static Observation Run(ExecRunner& runner, const std::string& schedule = "") {
    Result<Observation> observation =
        runner.Run({.schedule = ParseSchedule(schedule).value(), .full_trace = true});
    EXPECT_TRUE(observation.ok()) << observation.error().message;
    EXPECT_TRUE(Descendants(getpid()).empty());
    EXPECT_EQ(waitpid(-1, nullptr, WNOHANG), -1);
    return observation.ok() ? observation.value() : Observation();
  }

  static std::optional<std::string> Output(const Observation& observation,
                                           const std::string& name = "stdout") {
    for (const OutputFile& output : observation.outputs) {
      if (output.name == name) return std::string(output.bytes.view());
    }
    return std::nullopt;
  }

  static uint64_t Accepted(const Observation& observation) {
    uint64_t accepted = 0;
    for (const TracedCall& call : observation.calls) {
      if (call.result > 0) accepted += static_cast<uint64_t>(call.result);
    }
    return accepted;
  }

  TrialSettings settings_;
  std::string payload_;
};

class EverySinkTrial : public SinkTrial, public testing::WithParamInterface<Setting> {
 protected:
  void SetUp() override {
    if (GetParam().sink.kind == SinkKind::kPty && !WhyNoPtys().empty()) {
      GTEST_SKIP() << WhyNoPtys();
    }
    SinkTrial::SetUp();
  }
};

INSTANTIATE_TEST_SUITE_P(All, EverySinkTrial, testing::ValuesIn(AllSettings()), NameOf);

// A correct writer's bytes arrive under faults, and the trace adds up to them.
TEST_P(EverySinkTrial, ACorrectWriterSurvives) {
  const bool nonblock = GetParam().sink.nonblock;
  ExecRunner runner = Make(GetParam(), {Writer("correct/poll_stdout"), "{payload}"});
  const Observation observation =
      Run(runner, nonblock ? "1:short=5001 2:eagain 3:eagain" : "1:short=5001 2:short=50%");
  EXPECT_EQ(observation.end, (TargetEnd{Kind::kExited, 0}));
  EXPECT_EQ(Output(observation), payload_);
  EXPECT_EQ(Accepted(observation), kPayloadBytes);
  EXPECT_GE(observation.faults_delivered, 1u);
  const char* const sink[] = {"regular file", "pipe", "stream socket", "terminal"};
  ASSERT_FALSE(observation.calls.empty());
  EXPECT_EQ(observation.calls[0].sink, sink[static_cast<size_t>(GetParam().sink.kind)]);
  EXPECT_EQ(observation.calls[0].position, -1);
  EXPECT_EQ((observation.calls[0].status_flags & O_NONBLOCK) != 0, nonblock);
}

// With a slow reader the kernel itself answers EAGAIN to a target that inherits O_NONBLOCK, and
// never to another one.
TEST_P(EverySinkTrial, TheKernelAnswersEagainOnlyWhereAskedFor) {
  ExecRunner runner = Make(GetParam(), {Writer("correct/poll_stdout"), "{payload}"});
  const Observation observation = Run(runner);
  EXPECT_EQ(Output(observation), payload_);
  int refused = 0;
  for (const TracedCall& call : observation.calls) refused += call.error == EAGAIN ? 1 : 0;
  if (!GetParam().sink.nonblock) {
    EXPECT_EQ(refused, 0);
  } else if (GetParam().sink.slow) {
    EXPECT_GT(refused, 0);
  }
}

// Who leaves a process behind that holds the stream open waits for nobody, and loses nothing.
TEST_P(EverySinkTrial, AnOpenEndLeftBehindIsNoObstacle) {
  ExecRunner runner = Make(GetParam(), {"sh", "-c", "sleep 1000 & exec \"$@\"", "sh",
                                        Writer("correct/poll_stdout"), "{payload}"});
  const Observation observation = Run(runner);
  EXPECT_EQ(observation.end, (TargetEnd{Kind::kExited, 0}));
  EXPECT_EQ(observation.processes_left, 1u);
  EXPECT_EQ(Output(observation), payload_);
}

// A target that waits for edges (EPOLLET) gets one after an EAGAIN that had no full buffer behind
// it, and after a short count: both would else look like its own hang.
TEST_P(EverySinkTrial, EdgesFollowInjectedFaults) {
  ExecRunner runner = Make(GetParam(), {Writer("correct/epoll_edges_of_stdout"), "{payload}"});
  runner.Calibrate({});
  const Observation observation =
      Run(runner, GetParam().sink.nonblock ? "1:eagain 2:short=5001 3:eagain" : "1:short=5001");
  EXPECT_EQ(observation.end, (TargetEnd{Kind::kExited, 0}));
  EXPECT_EQ(Output(observation), payload_);
}

// A process that goes on writing after the target's end is heard until it is done.
TEST_F(SinkTrial, ATailThatIsStillWritingIsHeard) {
  for (const SinkKind kind : Streams()) {
    ExecRunner runner =
        Make(SinkSettings{kind, false, true},
             {"sh", "-c", "\"$@\" & exit 0", "sh", Writer("correct/poll_stdout"), "{payload}"});
    EXPECT_EQ(Output(Run(runner)), payload_) << ToText(SinkSettings{kind, false, true});
  }
}

// A stream that is closed early, or never used, is what it is; nobody waits for more.
TEST_F(SinkTrial, AnEarlyCloseIsAnEnd) {
  for (const SinkKind kind : Streams()) {
    ExecRunner closes =
        Make(SinkSettings{kind, false, false}, {"sh", "-c", "echo first; exec >&-; exit 3"});
    const Observation observation = Run(closes);
    EXPECT_EQ(observation.end, (TargetEnd{Kind::kExited, 3}));
    EXPECT_EQ(Output(observation), "first\n");
    ExecRunner silent = Make(SinkSettings{kind, false, true}, {"true"});
    EXPECT_EQ(Output(Run(silent)), "");
  }
}

// Waiting for good is a hang on a stream, too, although its reader waits as well; what was written
// before is there.
TEST_F(SinkTrial, AHangIsAHang) {
  ExecRunner runner = Make(SinkSettings{SinkKind::kPipe, false, true},
                           {"sh", "-c", "exec \"$1\" \"$2\" /dev/stdout", "sh",
                            Writer("misbehaving/hangs"), "{payload}"});
  runner.Calibrate({});
  const Observation observation = Run(runner);
  EXPECT_EQ(observation.end.kind, Kind::kHung);
  EXPECT_EQ(Output(observation), payload_.substr(0, kPayloadBytes / 2));
}

// One blocking write that a slow reader takes seconds over makes progress all the time: it is no
// hang, however short the deadline after which silence would be one.
TEST_F(SinkTrial, ALongWriteIsNoHang) {
  payload_ = ReadWhole(Payload::PositionCoded(20 << 20)).value();
  settings_.timeout = std::chrono::milliseconds(400);
  ExecRunner runner =
      Make(SinkSettings{SinkKind::kPipe, false, true}, {"dd", "if={payload}", "bs=20M"});
  const Observation observation = Run(runner);
  EXPECT_TRUE(observation.end.kind == Kind::kSlow ||
              observation.end == (TargetEnd{Kind::kExited, 0}))
      << ToText(observation.end) << ", after " << Output(observation)->size() << " bytes";
}

// Output without end is stopped, at a bound, whoever the reader is.
TEST_F(SinkTrial, ARunawayIsStopped) {
  ExecRunner runner = Make(SinkSettings{SinkKind::kPipe, false, false}, {"yes"});
  runner.Calibrate({});  // as if a control had left nothing
  const Observation observation = Run(runner);
  EXPECT_EQ(observation.end.kind, Kind::kRunaway);
  EXPECT_LE(Output(observation)->size(), uint64_t{64} << 20);
}

// {out} is a FIFO, or the terminal itself, and several openings in a row are one stream.
TEST_F(SinkTrial, AnOutputByNameIsTheSink) {
  for (const SinkKind kind : Streams()) {
    if (kind == SinkKind::kSocket) continue;  // has no path
    for (const Backend backend : {Backend::kPreload, Backend::kSyscall}) {
      ExecRunner runner = Make(
          Setting{{kind, false, false}, backend},
          {"sh", "-c", "echo unjudged; echo first >\"$1\"; echo second >\"$1\"", "sh", "{out}"});
      const Observation observation = Run(runner);
      EXPECT_EQ(observation.end, (TargetEnd{Kind::kExited, 0}));
      ASSERT_EQ(observation.outputs.size(), 1u);
      EXPECT_EQ(Output(observation, "out"), "first\nsecond\n");
      EXPECT_EQ(observation.touched[0].first_name, "out");
      EXPECT_TRUE(observation.outputs[0].stream);
    }
  }
}

// A step that names {out} reaches it there.
TEST_F(SinkTrial, AStepMayNameTheSink) {
  const SinkKind kind = WhyNoPtys().empty() ? SinkKind::kPty : SinkKind::kPipe;
  ExecRunner runner =
      Make(SinkSettings{kind, false, false}, {Writer("correct/plain_loop"), "{payload}", "{out}"});
  const Observation observation = Run(runner, "1@out:short=1");
  EXPECT_EQ(observation.faults_delivered, 1u);
  EXPECT_EQ(Output(observation, "out"), payload_);
}

// What is put in the place of the FIFO is another output, not what arrived.
TEST_F(SinkTrial, AFileInItsPlaceIsNotTheSink) {
  ExecRunner runner = Make(SinkSettings{SinkKind::kPipe, false, false},
                           {Writer("correct/temporary_then_rename"), "{payload}", "{out}"});
  const Observation observation = Run(runner);
  EXPECT_EQ(Output(observation, "out"), "");
  EXPECT_EQ(Output(observation, "out (in the place of the sink)"), payload_);
}

// A plain sink is asked for trial by trial: the same kind, without what was added to it.
TEST_F(SinkTrial, MayBePlainForOnce) {
  ExecRunner runner =
      Make(SinkSettings{SinkKind::kPipe, true, true}, {Writer("correct/poll_stdout"), "{payload}"});
  Result<Observation> plain = runner.Run({.schedule = {}, .plain_sink = true});
  ASSERT_TRUE(plain.ok());
  ASSERT_FALSE(plain.value().calls.empty());
  EXPECT_EQ(plain.value().calls[0].status_flags & O_NONBLOCK, 0u);
  EXPECT_EQ(plain.value().calls[0].sink, "pipe");
  EXPECT_EQ(Output(plain.value()), payload_);
}

// The target is never told that its reader is gone: that would be our doing.
TEST_F(SinkTrial, TheReaderOutlivesTheTarget) {
  ExecRunner runner = Make(SinkSettings{SinkKind::kPipe, false, true},
                           {"sh", "-c", "(\"$@\"; echo $? >\"$0\") & exit 0", "{dir}/status",
                            Writer("correct/poll_stdout"), "{payload}"});
  const Observation observation = Run(runner);
  EXPECT_EQ(Output(observation, "status"), "0\n");
  EXPECT_EQ(Output(observation), payload_);
}

}  // namespace
}  // namespace shortwrite
