// In a program of its own, because it puts its own `write` before libc's, and so can answer what no
// file here would answer at will.
#include <gtest/gtest.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <deque>
#include <string>

#include "harness/writer/write_all.h"

namespace {

constexpr int kScriptedFd = 1'000'000;  // no real descriptor has this number
std::deque<int> script;                 // bytes to accept, 0, or a negative error number
std::string accepted;

}  // namespace

extern "C" ssize_t write(int fd, const void* data, size_t bytes) {
  if (fd != kScriptedFd) return ::syscall(SYS_write, fd, data, bytes);
  const int answer = script.empty() ? static_cast<int>(bytes) : script.front();
  if (!script.empty()) script.pop_front();
  if (answer < 0) {
    errno = -answer;
    return -1;
  }
  const size_t granted = std::min(bytes, static_cast<size_t>(answer));
  accepted.append(static_cast<const char*>(data), granted);
  return static_cast<ssize_t>(granted);
}

namespace shortwrite {
namespace {

class ScriptedWrite : public testing::Test {
 protected:
  WriteAllResult Write(std::deque<int> answers) {
    script = std::move(answers);
    accepted.clear();
    reports_ = 0;
    WriteAllOptions options;
    options.on_progress = [this](const WriteProgress&) { ++reports_; };
    return WriteAll(kScriptedFd, "abcdef", 6, options);
  }

  uint64_t reports_ = 0;
};

// Short counts, EINTR and EAGAIN in any mixture lose, double and swap nothing.
TEST_F(ScriptedWrite, RecoverableAnswersAreContinued) {
  const WriteAllResult result = Write({-EINTR, 1, -EAGAIN, -EINTR, -EINTR, 2, 1, -EAGAIN});
  EXPECT_TRUE(result.complete());
  EXPECT_EQ(result.error_number, 0);
  EXPECT_EQ(accepted, "abcdef");
  EXPECT_EQ(result.accepted_bytes, 6u);
  EXPECT_EQ(result.calls, 9u);
  EXPECT_EQ(reports_, 4u);
}

// A return of 0 now and then is no reason to stop, nor progress: FUSE with direct_io may do that.
TEST_F(ScriptedWrite, FewZerosAreRetried) {
  std::deque<int> answers(15, 0);
  answers.push_back(1);
  answers.insert(answers.end(), 15, 0);
  const WriteAllResult result = Write(answers);
  EXPECT_TRUE(result.complete());
  EXPECT_EQ(accepted, "abcdef");
  EXPECT_EQ(result.calls, 32u);
  EXPECT_EQ(reports_, 2u);
}

// Zeros without end are stopped, and cannot be taken for success.
TEST_F(ScriptedWrite, ManyZerosInARowEndTheLoop) {
  const WriteAllResult result = Write(std::deque<int>(1'000, 0));
  EXPECT_EQ(result.end, WriteAllEnd::kNoProgress);
  EXPECT_FALSE(result.complete());
  EXPECT_EQ(result.error_number, EIO);
  EXPECT_EQ(result.calls, 16u);
  EXPECT_NE(WriteAllError("out", result, 0, 3).message.find("accepts nothing"), std::string::npos);
}

// Any other error ends the loop at once, with what was accepted before it.
TEST_F(ScriptedWrite, TerminalErrorsEndTheLoop) {
  for (const int error_number : {ENOSPC, EDQUOT, EIO, EFBIG, EPIPE, EBADF}) {
    const WriteAllResult result = Write({2, -error_number});
    EXPECT_EQ(result.end, WriteAllEnd::kFailed);
    EXPECT_EQ(result.error_number, error_number);
    EXPECT_EQ(result.accepted_bytes, 2u);
    EXPECT_EQ(accepted, "ab");
  }
}

}  // namespace
}  // namespace shortwrite
