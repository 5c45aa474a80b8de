#include "harness/trial/judge_command.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <string>

#include "harness/trial/process_tree.h"
#include "tests/trial/children.h"

namespace shortwrite {
namespace {

constexpr std::chrono::milliseconds kLong{60000};

class JudgeCommandTest : public testing::Test {
 protected:
  Result<bool> Ask(const std::string& command, std::string_view output = "a\n",
                   std::string_view reference = "b\n", std::chrono::milliseconds timeout = kLong) {
    const JudgeCommand judge(command, directory_.path() + "/judge", timeout);
    Result<bool> answer = judge.MeansTheSame("sub/out.txt", output, reference);
    EXPECT_TRUE(Descendants(getpid()).empty());
    EXPECT_EQ(waitpid(-1, nullptr, WNOHANG), -1);
    return answer;
  }

  std::string Failure(const std::string& command, std::chrono::milliseconds timeout = kLong) {
    const Result<bool> answer = Ask(command, "a", "b", timeout);
    EXPECT_FALSE(answer.ok()) << command;
    if (answer.ok()) return "";
    EXPECT_EQ(answer.error().kind, ErrorKind::kHarness);
    return answer.error().message;
  }

  TemporaryDirectory directory_;
};

// Exit status 0 means the same, 1 means different.
TEST_F(JudgeCommandTest, ExitStatusIsTheAnswer) {
  EXPECT_TRUE(Ask("true").value());
  EXPECT_FALSE(Ask("false").value());
  EXPECT_TRUE(Ask("diff -i \"$1\" \"$2\"", "ABC\n", "abc\n").value());
  EXPECT_FALSE(Ask("diff -i \"$1\" \"$2\"", "ABC\n", "abd\n").value());
}

// $1 is the output, $2 the reference, both with their own file name; the variable has the whole
// one.
TEST_F(JudgeCommandTest, GetsBothFilesAndTheName) {
  EXPECT_TRUE(Ask("[ \"$(cat \"$1\")\" = left ] && [ \"$(cat \"$2\")\" = right ]", "left", "right")
                  .value());
  EXPECT_TRUE(Ask("[ \"${1##*/}\" = out.txt ] && [ \"${2##*/}\" = out.txt ]").value());
  EXPECT_TRUE(Ask("[ \"$SHORTWRITE_OUTPUT\" = sub/out.txt ]").value());
  const std::string zeros("x\0y", 3);
  EXPECT_TRUE(Ask("cmp \"$1\" \"$2\"", zeros, zeros).value());
}

// Nothing that makes a target's writes short reaches the judge.
TEST_F(JudgeCommandTest, RunsWithoutOurLibrary) {
  setenv("LD_PRELOAD", "libsomething.so", 1);
  setenv("SHORTWRITE_REGION", "/region", 1);
  EXPECT_TRUE(Ask("[ -z \"$LD_PRELOAD\" ] && [ -z \"$SHORTWRITE_REGION\" ]").value());
  unsetenv("LD_PRELOAD");
  unsetenv("SHORTWRITE_REGION");
}

// Any other end is no answer, and says in the command's own words what happened.
TEST_F(JudgeCommandTest, AnyOtherEndIsAnError) {
  EXPECT_NE(Failure("echo first; echo cannot compare >&2; exit 2").find("cannot compare"),
            std::string::npos);
  EXPECT_NE(Failure("exit 2").find("exit status 2"), std::string::npos);
  EXPECT_NE(Failure("kill -SEGV $$").find("SIGSEGV"), std::string::npos);
  EXPECT_NE(Failure("no-such-program-at-all").find("no-such-program-at-all"), std::string::npos);
  EXPECT_NE(Failure("exit 2").find("sub/out.txt"), std::string::npos);
}

// A judge that waits for ever is ended, with all that it started.
TEST_F(JudgeCommandTest, HasADeadline) {
  const std::string failure = Failure("sleep 1000 & sleep 1000", std::chrono::milliseconds(50));
  EXPECT_NE(failure.find("deadline"), std::string::npos) << failure;
}

// What it leaves behind is gone when it answers, and so are both files.
TEST_F(JudgeCommandTest, LeavesNothingBehind) {
  EXPECT_TRUE(Ask("sleep 1000 & exit 0").value());
  for (const char* const side : {"/judge/output", "/judge/reference"}) {
    EXPECT_TRUE(std::filesystem::is_empty(directory_.path() + side)) << side;
  }
}

}  // namespace
}  // namespace shortwrite
