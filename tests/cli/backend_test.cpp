// Which backend is used, and what is said where the tracer is not to be had.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/cli/harness_process.h"

namespace shortwrite {
namespace {

using Json = nlohmann::json;

constexpr char kStatic[] = SHORTWRITE_FIXTURES_DIR "/unseen/static_writer";
constexpr char kDynamic[] = SHORTWRITE_FIXTURES_DIR "/correct/plain_loop";
constexpr char kRemedy[] = "--cap-add=SYS_PTRACE";

class Backends : public testing::Test {
 protected:
  ProcessEnd Check(const std::string& backend, const char* program) const {
    return RunShortwrite(directory_, Arguments(backend, program));
  }
  ProcessEnd WithoutPtrace(const std::vector<std::string>& arguments) const {
    std::vector<std::string> command = ShortwriteCommand(arguments);
    command.insert(command.begin(), SHORTWRITE_WITHOUT_PTRACE);
    return RunProcess(directory_, command);
  }
  static std::vector<std::string> Arguments(const std::string& backend, const char* program) {
    return {"check",     "--json", "--quiet", "--trials", "20",        "--time", "10m",
            "--backend", backend,  "--",      program,    "{payload}", "{out}"};
  }

  TemporaryDirectory directory_;
};

// preload where it suffices, the tracer where it does not; what was asked for is what is used.
TEST_F(Backends, AreChosenByNeed) {
  EXPECT_EQ(Check("auto", kDynamic).Last()["backend"], "preload");
  EXPECT_EQ(Check("auto", kStatic).Last()["backend"], "syscall");
  EXPECT_EQ(Check("syscall", kDynamic).Last()["backend"], "syscall");
  EXPECT_EQ(Check("syscall", kDynamic).exit, 0);
  EXPECT_EQ(Check("preload", kStatic).Last()["backend"], "preload");
  EXPECT_EQ(Check("preload", kStatic).exit, 5);
}

// A counterexample of the tracer's is replayed by it, without being told.
TEST_F(Backends, ReplaysUseTheSameOne) {
  const ProcessEnd end =
      Check("syscall", SHORTWRITE_FIXTURES_DIR "/broken/single_call_count_ignored");
  ASSERT_EQ(end.exit, 1) << end.err;
  const std::string replay = end.Last()["counterexamples"].at(0)["replay"];
  EXPECT_NE(replay.find("--backend syscall"), std::string::npos) << replay;
  const ProcessEnd again = RunProcess(directory_, {"sh", "-c", replay});
  EXPECT_EQ(again.exit, 1) << again.err;
  EXPECT_NE(again.err.find("backend     syscall"), std::string::npos) << again.err;
}

// Where ptrace is forbidden doctor says so with the remedy, and the machine is still fit.
TEST_F(Backends, DoctorNamesTheRemedy) {
  const ProcessEnd end = WithoutPtrace({"doctor"});
  EXPECT_EQ(end.exit, 0) << end.out;
  const size_t line = end.out.find("absent   backend syscall");
  ASSERT_NE(line, std::string::npos) << end.out;
  EXPECT_NE(end.out.find(kRemedy, line), std::string::npos) << end.out;
}

// Asked for and not to be had: 77 with the remedy, and nothing was judged.
TEST_F(Backends, AskedForButForbiddenIs77) {
  for (const char* program : {kStatic, kDynamic}) {
    const ProcessEnd end = WithoutPtrace(Arguments("syscall", program));
    EXPECT_EQ(end.exit, 77) << end.err;
    EXPECT_NE(end.err.find("ptrace is not permitted"), std::string::npos) << end.err;
    EXPECT_NE(end.err.find(kRemedy), std::string::npos) << end.err;
    EXPECT_EQ(end.out.find("survived"), std::string::npos) << end.out;
  }
}

// Left to choose: a dynamic program is none the worse for it, a static one ends with 5, and both
// reasons are given.
TEST_F(Backends, AutoSaysWhyNobodySaw) {
  EXPECT_EQ(WithoutPtrace(Arguments("auto", kDynamic)).exit, 0);
  const ProcessEnd end = WithoutPtrace(Arguments("auto", kStatic));
  EXPECT_EQ(end.exit, 5) << end.err;
  EXPECT_EQ(end.Last()["backend"], "preload");
  for (const char* says : {"statically linked", "ptrace is not permitted", kRemedy}) {
    EXPECT_NE(end.err.find(says), std::string::npos) << says << ": " << end.err;
  }
}

}  // namespace
}  // namespace shortwrite
