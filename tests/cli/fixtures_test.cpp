// The built program over every writer of fixtures/: each planted mistake is found and named as its
// header says, each correct writer survives, and what cannot be seen is never called good.
#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <vector>

#include "harness/schedule/schedule.h"
#include "tests/cli/fixture.h"
#include "tests/cli/harness_process.h"

namespace shortwrite {
namespace {

using Json = nlohmann::json;

// Far above what any of these needs, so that the clock of a slow machine decides nothing.
constexpr char kTime[] = "10m";

class Writers : public testing::TestWithParam<Fixture> {
 protected:
  void SetUp() override {
    const std::string why_not = GetParam().WhyNotHere();
    if (!why_not.empty()) GTEST_SKIP() << why_not;
  }

  ProcessEnd Check(const std::vector<std::string>& further = {}) const {
    // An interpreter's start takes longer than a whole C writer.
    std::vector<std::string> options = {"--trials", GetParam().interpreter.empty() ? "150" : "30",
                                        "--time", kTime};
    const std::string faults = GetParam().Header("faults");
    if (!faults.empty()) options.insert(options.end(), {"--faults", faults});
    options.insert(options.end(), further.begin(), further.end());
    return Run("check", options);
  }

  ProcessEnd Run(const std::string& subcommand, std::vector<std::string> options) const {
    std::vector<std::string> arguments = {subcommand, "--json", "--quiet"};
    const auto append = [&](const std::vector<std::string>& words) {
      arguments.insert(arguments.end(), words.begin(), words.end());
    };
    append(options);
    append(GetParam().Options());
    append({"--"});
    append(GetParam().Command());
    return RunShortwrite(directory_, std::move(arguments));
  }

  TemporaryDirectory directory_;
};

std::string NameOf(const testing::TestParamInfo<Fixture>& info) {
  return info.param.name;
}

class CorrectWriters : public Writers {};
INSTANTIATE_TEST_SUITE_P(Fixtures, CorrectWriters, testing::ValuesIn(ReadFixtures("correct")),
                         NameOf);

// A correct writer is never convicted, and faults really reached it.
TEST_P(CorrectWriters, Survives) {
  const ProcessEnd end = Check();
  const Json result = end.Last();
  ASSERT_TRUE(result.is_object()) << end.err;
  EXPECT_EQ(end.exit, 0) << end.err;
  EXPECT_EQ(result["verdict"], "survived");
  EXPECT_GT(result["faults_delivered"], 0);
  EXPECT_TRUE(result["counterexamples"].empty()) << result["counterexamples"];
}

class BrokenWriters : public Writers {
 protected:
  // fixtures/README.md: "none" is an output that is right.
  static std::string ShapeOf(const Fixture& fixture) {
    const std::string shape = fixture.Header("shape");
    return shape == "none" ? "equal" : shape;
  }

  static size_t StepsOf(const std::string& schedule) {
    return ParseSchedule(schedule).value().steps.size();
  }

  // A header's shape is that under its schedule. The smallest counterexample accepts one byte, and
  // then this writer goes on far enough behind the right place to repeat nothing.
  static std::string SmallestShapeOf(const Fixture& fixture) {
    return fixture.name == "wrong_side_of_split_vector" ? "missing-middle" : ShapeOf(fixture);
  }

  // A mistake is reported once, and at the last chunk it may have another shape than before it.
  static bool IsAsStated(const Json& found) {
    return found["verdict"] == GetParam().Header("verdict") &&
           (found["shape"] == SmallestShapeOf(GetParam()) ||
            found["class"] == GetParam().Header("class")) &&
           StepsOf(found["schedule"]) <= StepsOf(GetParam().Header("schedule"));
  }
};
INSTANTIATE_TEST_SUITE_P(Fixtures, BrokenWriters, testing::ValuesIn(ReadFixtures("broken")),
                         NameOf);

// The mistake is found with the symptom of its class, in no more steps than its header states, and
// pasting the replay line fails with the same verdict again.
TEST_P(BrokenWriters, AreFoundAndReplayed) {
  const ProcessEnd end = Check();
  const Json result = end.Last();
  ASSERT_TRUE(result.is_object()) << end.err;
  EXPECT_EQ(end.exit, 1) << end.err;
  const Json* stated = nullptr;
  for (const Json& found : result["counterexamples"]) {
    EXPECT_EQ(found["confirmed"], 3);
    if (stated == nullptr && IsAsStated(found)) stated = &found;
  }
  ASSERT_NE(stated, nullptr) << result.dump(2);

  const ProcessEnd again = RunProcess(directory_, {"sh", "-c", (*stated)["replay"]});
  EXPECT_EQ(again.exit, 1) << again.err;
  EXPECT_TRUE(again.err.starts_with(GetParam().Header("verdict") + ": ")) << again.err;
}

// The schedule that the header states has the verdict and the shape that it states.
TEST_P(BrokenWriters, FailAsTheirHeadersState) {
  const ProcessEnd end = Run("replay", {"--schedule", GetParam().Header("schedule")});
  const Json result = end.Last();
  ASSERT_TRUE(result.is_object()) << end.err;
  EXPECT_EQ(end.exit, 1) << end.err;
  EXPECT_EQ(result["verdict"], GetParam().Header("verdict"));
  EXPECT_EQ(result["shape"], ShapeOf(GetParam()));
  EXPECT_EQ(result["faults_delivered"], StepsOf(GetParam().Header("schedule")));
}

// Correct, but out of sight of the preload library.
class UnseenWriters : public Writers {
 protected:
  void SetUp() override {
    constexpr int kNotPermitted = 77;
    Writers::SetUp();
    const std::string out = directory_.File("tried");
    const std::string program = GetParam().program;
    if (RunProcess(directory_, {program, program, out}).exit == kNotPermitted) {
      GTEST_SKIP() << "io_uring is not permitted here";
    }
    ASSERT_EQ(ReadText(out), ReadText(program)) << "it is not correct";
  }

  static void ExpectUnseen(const ProcessEnd& end, const std::string& why) {
    const Json result = end.Last();
    ASSERT_TRUE(result.is_object()) << end.err;
    EXPECT_EQ(end.exit, 5) << end.err;
    EXPECT_EQ(result["exit"], 5);
    EXPECT_EQ(result["verdict"], "inconclusive");
    EXPECT_EQ(result["faults_delivered"], 0);
    const std::string reason = result["reason"];
    EXPECT_NE(reason.find(why), std::string::npos) << reason;
    EXPECT_NE(end.err.find(reason), std::string::npos) << end.err;
  }
};
INSTANTIATE_TEST_SUITE_P(Fixtures, UnseenWriters, testing::ValuesIn(ReadFixtures("unseen")),
                         NameOf);

// What the preload library did not see arrive is not called good: exit 5, and the reason in words.
TEST_P(UnseenWriters, AreNeverCalledGoodByPreload) {
  const ProcessEnd end = Check({"--backend", "preload"});
  const bool is_static = GetParam().name == "static_writer";
  ExpectUnseen(end, is_static ? "statically linked" : "cannot see");
  EXPECT_EQ(end.Last()["backend"], "preload");
}

// Left to choose, shortwrite goes on to the tracer, which sees all of them but those that write
// without any system call: they are not called good either, and the way that they took is named.
TEST_P(UnseenWriters, AreSeenByTheTracerOrNamed) {
  const ProcessEnd end = Check();
  const Json result = end.Last();
  ASSERT_TRUE(result.is_object()) << end.err;
  EXPECT_EQ(result["backend"], "syscall") << result;
  if (GetParam().name == "mmap_writer") return ExpectUnseen(end, "maps a file");
  if (GetParam().name == "io_uring_writer") return ExpectUnseen(end, "uses io_uring");
  EXPECT_EQ(end.exit, 0) << end.err;
  EXPECT_EQ(result["verdict"], "survived");
  EXPECT_GT(result["faults_delivered"], 0);
  const std::string reason = result["backend_reason"];
  EXPECT_NE(reason.find("preload fell short: "), std::string::npos) << reason;
}

// A real shortage reaches them all the same, and they report it.
TEST_P(UnseenWriters, ReportARealShortage) {
  const ProcessEnd end = Run("check", {"--sink", "full", "--time", kTime});
  const Json result = end.Last();
  ASSERT_TRUE(result.is_object()) << end.err;
  EXPECT_EQ(end.exit, 0) << end.err;
  EXPECT_GT(result["faults_delivered"], 0);
  EXPECT_EQ(result["faults_delivered"], result["faults_planned"]);
}

// What a shortage loses is found without any injection, and found again by the line that is given.
TEST(RealShortage, IsFoundAndReplayed) {
  const TemporaryDirectory directory;
  const std::string writer = SHORTWRITE_FIXTURES_DIR "/broken/error_after_short_swallowed";
  const ProcessEnd end =
      RunShortwrite(directory, {"check", "--json", "--quiet", "--sink", "full", "--time", kTime,
                                "--", writer, "{payload}", "{out}"});
  const Json result = end.Last();
  ASSERT_TRUE(result.is_object()) << end.err;
  EXPECT_EQ(result["exit"], 1);
  ASSERT_FALSE(result["counterexamples"].empty());
  const Json& found = result["counterexamples"][0];
  EXPECT_EQ(found["verdict"], "false-success");
  EXPECT_TRUE(found["schedule"].get<std::string>().starts_with("full=")) << found;
  const ProcessEnd again = RunProcess(directory, {"sh", "-c", found["replay"]});
  EXPECT_EQ(again.exit, 1) << again.err;
  EXPECT_TRUE(again.err.starts_with("false-success: ")) << again.err;
}

// Outputs that differ by right are compared by the user's command, in controls too, and the replay
// line knows of it; one that cannot answer is the harness's failure, in its own words.
TEST(UserJudge, ReplacesBytes) {
  const TemporaryDirectory directory;
  if (RunProcess(directory, {"python3", "-c", ""}).exit != 0) GTEST_SKIP() << "no python3";
  const auto check = [&](const std::string& judge) {
    // Random bytes, then the payload, in a single call whose count is ignored.
    const char* const script =
        "import os,sys; os.write(1, os.urandom(9) + open(sys.argv[1], 'rb').read())";
    return RunShortwrite(
        directory, {"check", "--json", "--quiet", "--time", kTime, "--trials", "20", "--bytes",
                    "100", "--judge", judge, "--", "python3", "-c", script, "{payload}"});
  };
  const ProcessEnd end = check("[ $(stat -c %s \"$1\") = 109 ]");
  const Json result = end.Last();
  ASSERT_TRUE(result.is_object()) << end.err;
  EXPECT_EQ(result["verdict"], "corrupted") << result;
  ASSERT_FALSE(result["counterexamples"].empty());
  const ProcessEnd again =
      RunProcess(directory, {"sh", "-c", result["counterexamples"][0]["replay"]});
  EXPECT_EQ(again.exit, 1) << again.err;

  EXPECT_EQ(check("exit 1").exit, 4);
  const ProcessEnd failed = check("echo no idea; exit 7");
  EXPECT_EQ(failed.exit, 3);
  EXPECT_NE(failed.err.find("no idea"), std::string::npos) << failed.err;
}

class MisbehavingWriters : public Writers {};
INSTANTIATE_TEST_SUITE_P(Fixtures, MisbehavingWriters,
                         testing::ValuesIn(ReadFixtures("misbehaving")), NameOf);

int ExpectedExit(const std::string& name) {
  const bool copies =
      name == "changes_directory" || name == "closes_all_descriptors" || name == "daemonises";
  return copies ? 0 : 4;
}

// Whatever the target does to itself or leaves behind: the right exit status, and afterwards no
// process and no directory of ours.
TEST_P(MisbehavingWriters, LeaveNothingBehind) {
  // The shell tells us the directory, then becomes the target. One that is stopped on the way, with
  // the worker that ran it, leaves no half of the note.
  const std::string note = directory_.File("dir");
  const std::string tell = "printf %s \"$1\" >" + note + ".$$ && mv " + note + ".$$ " + note;
  std::vector<std::string> arguments = {"check", "--json", "--quiet", "--trials",
                                        "40",    "--time", kTime};
  // A control that computes without writing is given a minute by default.
  if (GetParam().name == "spins") arguments.insert(arguments.end(), {"--timeout", "10s"});
  arguments.insert(arguments.end(), {"--", "sh", "-c", tell + "; shift; exec \"$@\"", "sh", "{dir}",
                                     GetParam().program, "{payload}", "{out}"});
  const ProcessEnd end = RunShortwrite(directory_, std::move(arguments));
  EXPECT_EQ(end.exit, ExpectedExit(GetParam().name)) << end.err;
  const Json result = end.Last();
  ASSERT_TRUE(result.is_object()) << end.err;
  EXPECT_EQ(result["verdict"], end.exit == 0 ? "survived" : "inconclusive");
  if (end.exit == 0) {
    EXPECT_GT(result["faults_delivered"], 0);
  } else {
    EXPECT_FALSE(result["reason"].get<std::string>().empty());
  }
  const std::filesystem::path dir = ReadText(note);
  ASSERT_TRUE(dir.is_absolute()) << dir;
  EXPECT_FALSE(std::filesystem::exists(dir.parent_path())) << dir;
  EXPECT_TRUE(ProcessesNaming(dir.string()).empty());
}

// Without fixtures the suites above would be empty, and green.
TEST(Fixtures, AreThere) {
  EXPECT_GE(ReadFixtures("correct").size(), 34u);
  EXPECT_GE(ReadFixtures("broken").size(), 66u);
  EXPECT_GE(ReadFixtures("unseen").size(), 5u);
  EXPECT_GE(ReadFixtures("misbehaving").size(), 9u);
  for (const Fixture& fixture : ReadFixtures("broken")) {
    EXPECT_FALSE(fixture.Header("verdict").empty()) << fixture.name;
    EXPECT_TRUE(ParseSchedule(fixture.Header("schedule")).ok()) << fixture.name;
  }
}

}  // namespace
}  // namespace shortwrite
