// The built program over every sink: correct writers survive on all that they apply to, under both
// backends, and those that lose bytes to EAGAIN are convicted where it was asked for.
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "tests/cli/fixture.h"
#include "tests/cli/harness_process.h"
#include "tests/ptys.h"

namespace shortwrite {
namespace {

using Json = nlohmann::json;
using Words = std::vector<std::string>;

constexpr char kTime[] = "10m";  // the clock of a slow machine decides nothing

std::string Writer(const std::string& name) {
  return std::string(SHORTWRITE_FIXTURES_DIR "/") + name;
}

class Sinks : public testing::Test {
 protected:
  ProcessEnd Check(const std::string& sink, const Words& command, const Words& options = {}) {
    Words words = {"check", "--json", "--quiet", "--time", kTime, "--sink", sink};
    const bool bounded = std::find(options.begin(), options.end(), "--trials") != options.end();
    if (!bounded) words.insert(words.end(), {"--trials", "500"});
    // Ten pages, with a pause after each.
    if (sink.ends_with(":slow")) words.insert(words.end(), {"--bytes", "40001"});
    words.insert(words.end(), options.begin(), options.end());
    words.emplace_back("--");
    words.insert(words.end(), command.begin(), command.end());
    return RunShortwrite(directory_, words);
  }

  // A slow reader's trials take their time.
  static std::string Trials(const std::string& sink) {
    return sink.find(":slow") == std::string::npos ? "40" : "12";
  }

  void ExpectSurvives(const std::string& sink, const Words& command, const Words& options) {
    const ProcessEnd end = Check(sink, command, options);
    const Json result = end.Last();
    ASSERT_TRUE(result.is_object()) << end.err;
    EXPECT_EQ(end.exit, 0) << sink << ' ' << command[0] << ": " << end.err;
    EXPECT_EQ(result["sink"], sink);
    EXPECT_GT(result["faults_delivered"], 0);
  }

  TemporaryDirectory directory_;
};

class EverySink : public Sinks, public testing::WithParamInterface<std::string> {
 protected:
  void SetUp() override {
    if (GetParam().starts_with("pty") && !WhyNoPtys().empty()) GTEST_SKIP() << WhyNoPtys();
  }
};
INSTANTIATE_TEST_SUITE_P(Table, EverySink,
                         testing::Values("pipe", "pipe:nonblock", "pipe:slow", "pipe:nonblock:slow",
                                         "socket", "socket:nonblock", "socket:slow",
                                         "socket:nonblock:slow", "pty", "pty:nonblock", "pty:slow",
                                         "pty:nonblock:slow"),
                         [](const auto& sink) {
                           std::string name = sink.param;
                           for (char& c : name) c = c == ':' ? '_' : c;
                           return name;
                         });

// A loop that waits where it must is never convicted, whatever the kernel adds to the faults.
TEST_P(EverySink, APollLoopSurvives) {
  for (const char* const backend : {"preload", "syscall"}) {
    ExpectSurvives(GetParam(), {Writer("correct/poll_stdout"), "{payload}"},
                   {"--trials", Trials(GetParam()), "--backend", backend});
  }
}

// Nor is one that waits for edges.
TEST_P(EverySink, AnEdgeTriggeredLoopSurvives) {
  ExpectSurvives(GetParam(), {Writer("correct/epoll_edges_of_stdout"), "{payload}"},
                 {"--trials", Trials(GetParam())});
}

// Who takes EAGAIN for the end, or drops what met it, is convicted where the target inherits
// O_NONBLOCK; elsewhere there is no EAGAIN, and nothing to convict.
TEST_P(EverySink, LosingToEagainIsFoundWhereItMayHappen) {
  const bool nonblock = GetParam().find(":nonblock") != std::string::npos;
  for (const char* const name : {"broken/eagain_ends_stdout", "broken/eagain_skips_record"}) {
    for (const char* const backend : {"preload", "syscall"}) {
      const ProcessEnd end = Check(GetParam(), {Writer(name), "{payload}"},
                                   {"--trials", Trials(GetParam()), "--backend", backend});
      // A pty's own buffer is so small that its reader's pace decides what a control loses: then a
      // failure may be called unsteady, but never a pass.
      if (GetParam() == "pty:nonblock" && end.exit == 4) continue;
      EXPECT_EQ(end.exit, nonblock ? 1 : 0) << name << ' ' << backend << ": " << end.err;
      EXPECT_EQ(end.Last()["verdict"], nonblock ? "corrupted" : "survived");
    }
  }
}

// The writers that know only a path have the sink there.
TEST_F(Sinks, AreOpenedByTheirPath) {
  for (const std::string& sink : SinksHere({"pipe", "pipe:slow", "pty", "pty:slow"})) {
    int writers = 0;
    for (const Fixture& writer : ReadFixtures("correct")) {
      if (writer.Header("sinks").find(sink.substr(0, sink.find(':'))) == std::string::npos)
        continue;
      Words options = {"--trials", "12"};
      // stdio writes a terminal's output by the kilobyte, and a tracer sees each call.
      if (sink == "pty") options.insert(options.end(), {"--bytes", "40001"});
      ExpectSurvives(sink, writer.Command(), options);
      ++writers;
    }
    EXPECT_GT(writers, 5);
  }
}

// Programs that know nothing of EAGAIN are right as long as nobody makes their stdout non-blocking;
// then they do fail, as they do in the field.
TEST_F(Sinks, BlockingProgramsFailOnlyWhereAskedFor) {
  const Words stdin_payload = {"--trials", "12", "--stdin", "payload"};
  for (const std::string& sink : SinksHere({"pipe", "socket:slow", "pty"})) {
    ExpectSurvives(sink, {"cat"}, stdin_payload);
  }
  for (const char* const sink : {"pipe:nonblock", "socket:nonblock:slow"}) {
    const ProcessEnd end = Check(sink, {"cat"}, stdin_payload);
    EXPECT_EQ(end.exit, 1) << end.err;
    EXPECT_EQ(end.Last()["verdict"], "refused") << end.err;
  }
}

// The replay line has the sink, and fails again when it is pasted; also that of a finding for which
// the sink alone is enough.
TEST_F(Sinks, FindingsAreReplayed) {
  for (const std::string& sink : SinksHere({"pipe:nonblock", "pty:nonblock:slow"})) {
    const ProcessEnd end =
        Check(sink, {Writer("broken/eagain_ends_stdout"), "{payload}"}, {"--trials", "40"});
    ASSERT_EQ(end.exit, 1) << end.err;
    const Json found = end.Last()["counterexamples"][0];
    const std::string replay = found["replay"];
    EXPECT_NE(replay.find("--sink " + sink), std::string::npos) << replay;
    const ProcessEnd again = RunProcess(directory_, {"sh", "-c", replay});
    EXPECT_EQ(again.exit, 1) << again.err;
    EXPECT_TRUE(again.err.starts_with("corrupted: ")) << again.err;
  }
}

// The same seed and sink give the same result, where the kernel has no reason to answer otherwise.
TEST_F(Sinks, TheSameSeedGivesTheSameResult) {
  for (const std::string& sink : SinksHere({"pipe", "pipe:nonblock", "socket:slow", "pty"})) {
    const Words command = {Writer("correct/poll_stdout"), "{payload}"};
    const ProcessEnd first = Check(sink, command, {"--trials", Trials(sink), "--seed", "7"});
    const ProcessEnd second = Check(sink, command, {"--trials", Trials(sink), "--seed", "7"});
    EXPECT_EQ(first.out, second.out) << sink;
    EXPECT_EQ(first.exit, 0) << first.err;
  }
}

// What escapes the backend on a stream is counted as exactly as on a file.
TEST_F(Sinks, UnseenBytesAreNoPass) {
  for (const std::string& sink : SinksHere({"pipe", "socket", "pty"})) {
    const ProcessEnd end = Check(sink, {"head", "-c", "100000", "{payload}"},
                                 {"--backend", "preload", "--reference", "control"});
    EXPECT_EQ(end.exit, 5) << end.err;
    const std::string reason = end.Last()["reason"];
    EXPECT_NE(reason.find("100000 of 100000 bytes of stdout"), std::string::npos) << reason;
  }
}

// A rename puts a file where the sink was: that says nothing about the sink.
TEST_F(Sinks, AnUnusedSinkIsNoPass) {
  const ProcessEnd end =
      Check("pipe", {Writer("correct/temporary_then_rename"), "{payload}", "{out}"});
  EXPECT_EQ(end.exit, 5) << end.err;
}

// A link grows no file, so that no limit is felt; a copy of the same bytes feels every one.
TEST_F(Sinks, ALimitThatNothingReachesIsNoPass) {
  const ProcessEnd linked = Check("full", {"ln", "{payload}", "{out}"});
  EXPECT_EQ(linked.exit, 5) << linked.err;
  EXPECT_EQ(linked.Last()["faults_delivered"], 0);
  const ProcessEnd copied = Check("full", {"cp", "{payload}", "{out}"});
  EXPECT_EQ(copied.exit, 0) << copied.err;
  EXPECT_EQ(copied.Last()["faults_delivered"], copied.Last()["trials"]);
}

// doctor tells which sinks this machine has.
TEST_F(Sinks, DoctorTriesThem) {
  const ProcessEnd end = RunShortwrite(directory_, {"doctor"});
  for (const char* const name : {"sink pipe", "sink socket", "sink pty"}) {
    EXPECT_NE(end.out.find(name), std::string::npos) << end.out;
  }
}

}  // namespace
}  // namespace shortwrite
