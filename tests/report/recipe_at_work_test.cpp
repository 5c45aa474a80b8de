// What the recipes rely on, done to this kernel without any injection.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sched.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <string>

#include "harness/base/unique_fd.h"

namespace shortwrite {
namespace {

constexpr size_t kPage = 4096;
const std::string kBytes(5 * kPage, 'x');

struct Pipe {
  explicit Pipe(int flags = 0) {
    int ends[2];
    EXPECT_EQ(pipe2(ends, O_CLOEXEC), 0);
    reader = UniqueFd(ends[0]);
    writer = UniqueFd(ends[1]);
    EXPECT_EQ(fcntl(ends[1], F_SETFL, flags), 0);
  }
  UniqueFd reader;
  UniqueFd writer;
};

// A count, or a negative errno, from the child.
using CallResult = long;
CallResult Write(int fd, size_t bytes) {
  const ssize_t n = write(fd, kBytes.data(), bytes);
  return n < 0 ? -errno : n;
}

pid_t InChild(const std::function<std::array<CallResult, 2>()>& body, int results) {
  const pid_t pid = fork();
  if (pid != 0) return pid;
  const std::array<CallResult, 2> counts = body();
  _exit(write(results, counts.data(), sizeof(counts)) == sizeof(counts) ? 0 : 1);
}

std::array<CallResult, 2> Await(const Pipe& results, pid_t pid) {
  std::array<CallResult, 2> counts = {-1, -1};
  EXPECT_EQ(read(results.reader.get(), counts.data(), sizeof(counts)),
            static_cast<ssize_t>(sizeof(counts)));
  EXPECT_EQ(waitpid(pid, nullptr, 0), pid);
  return counts;
}

// Until the process sleeps: here it does so in its write alone.
void AwaitSleep(pid_t pid) {
  for (std::string state; state != "S"; sched_yield()) {
    std::ifstream stat("/proc/" + std::to_string(pid) + "/stat");
    std::string word;
    ASSERT_TRUE(stat >> word >> word >> state);
  }
}

// RLIMIT_FSIZE ends a write at its byte; the next one is EFBIG.
TEST(RecipeAtWork, SizeLimit) {
  char path[] = "/tmp/shortwrite-test-XXXXXX";
  const UniqueFd file(mkstemp(path));
  unlink(path);
  const Pipe results;
  const auto body = [&]() -> std::array<CallResult, 2> {
    signal(SIGXFSZ, SIG_IGN);
    const rlimit limit = {101, 101};
    setrlimit(RLIMIT_FSIZE, &limit);
    Write(file.get(), 100);
    const CallResult first = Write(file.get(), 100);
    return {first, Write(file.get(), 99)};
  };
  const pid_t pid = InChild(body, results.writer.get());
  EXPECT_EQ(Await(results, pid), (std::array<CallResult, 2>{1, -EFBIG}));
}

// SIGSTOP and SIGCONT end a write that waits for a pipe of one page, after the pages that went in.
TEST(RecipeAtWork, StoppedAndContinued) {
  for (const size_t taken : {size_t{0}, kPage}) {
    const Pipe pipe;
    ASSERT_EQ(fcntl(pipe.writer.get(), F_SETPIPE_SZ, kPage), static_cast<int>(kPage));
    const Pipe results;
    const auto body = [&]() -> std::array<CallResult, 2> {
      return {Write(pipe.writer.get(), 3 * kPage + 1), 0};
    };
    const pid_t pid = InChild(body, results.writer.get());
    std::string buffer(kPage, '\0');
    for (size_t left = taken; left > 0;) {
      const ssize_t n = read(pipe.reader.get(), buffer.data(), left);
      ASSERT_GT(n, 0);
      left -= static_cast<size_t>(n);
    }
    AwaitSleep(pid);
    kill(pid, SIGSTOP);
    ASSERT_EQ(waitpid(pid, nullptr, WUNTRACED), pid);
    kill(pid, SIGCONT);
    EXPECT_EQ(Await(results, pid)[0], static_cast<CallResult>(taken + kPage));
  }
}

// A pipe that does not wait takes its own size, and then refuses.
TEST(RecipeAtWork, NonblockingPipe) {
  const Pipe pipe(O_NONBLOCK);
  ASSERT_EQ(fcntl(pipe.writer.get(), F_SETPIPE_SZ, 2 * kPage), static_cast<int>(2 * kPage));
  EXPECT_EQ(Write(pipe.writer.get(), 3 * kPage + 1), static_cast<CallResult>(2 * kPage));
  EXPECT_EQ(Write(pipe.writer.get(), 9), -EAGAIN);
}

// A handler without SA_RESTART interrupts a write that waits for a full pipe.
TEST(RecipeAtWork, InterruptedWhileItWaits) {
  const Pipe pipe;
  ASSERT_EQ(fcntl(pipe.writer.get(), F_SETPIPE_SZ, kPage), static_cast<int>(kPage));
  ASSERT_EQ(Write(pipe.writer.get(), kPage), static_cast<CallResult>(kPage));
  const Pipe results;
  const auto body = [&]() -> std::array<CallResult, 2> {
    struct sigaction action = {};
    action.sa_handler = [](int) {};
    sigaction(SIGALRM, &action, nullptr);
    return {Write(pipe.writer.get(), 9), 0};
  };
  const pid_t pid = InChild(body, results.writer.get());
  AwaitSleep(pid);
  kill(pid, SIGALRM);
  EXPECT_EQ(Await(results, pid)[0], -EINTR);
}

}  // namespace
}  // namespace shortwrite
