// In a program of its own, because it puts its own `write` before libc's.
#include <gtest/gtest.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <string>

#include "harness/writer/write_all.h"

namespace {

constexpr int kStallingFd = 1'000'000;  // no real descriptor has this number
uint32_t zero_returns_left = 0;
std::string accepted;

}  // namespace

// As FUSE with direct_io may answer: 0 for a non-zero request.
extern "C" ssize_t write(int fd, const void* data, size_t bytes) {
  if (fd != kStallingFd) return ::syscall(SYS_write, fd, data, bytes);
  if (zero_returns_left > 0) {
    --zero_returns_left;
    return 0;
  }
  accepted.append(static_cast<const char*>(data), 1);
  return 1;
}

namespace shortwrite {
namespace {

class ZeroReturn : public testing::Test {
 protected:
  void SetUp() override { accepted.clear(); }
};

// A return of 0 now and then is no reason to stop, nor progress.
TEST_F(ZeroReturn, FewAreRetried) {
  zero_returns_left = 15;
  uint64_t reports = 0;
  WriteAllOptions options;
  options.on_progress = [&reports](const WriteProgress&) { ++reports; };
  const WriteAllResult result = WriteAll(kStallingFd, "abc", 3, options);
  EXPECT_TRUE(result.complete());
  EXPECT_EQ(accepted, "abc");
  EXPECT_EQ(result.calls, 18u);
  EXPECT_EQ(reports, 3u);
}

// One that never moves a byte is stopped, and cannot be taken for success.
TEST_F(ZeroReturn, ManyInARowEndTheLoop) {
  zero_returns_left = 1'000;
  const WriteAllResult result = WriteAll(kStallingFd, "abc", 3);
  EXPECT_EQ(result.end, WriteAllEnd::kNoProgress);
  EXPECT_FALSE(result.complete());
  EXPECT_EQ(result.error_number, EIO);
  EXPECT_EQ(result.calls, 16u);
  EXPECT_NE(WriteAllError("out", result, 0, 3).message.find("accepts nothing"), std::string::npos);
}

}  // namespace
}  // namespace shortwrite
