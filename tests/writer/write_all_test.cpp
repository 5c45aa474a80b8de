#include "harness/writer/write_all.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <thread>
#include <vector>

#include "harness/base/unique_fd.h"
#include "harness/writer/payload.h"

namespace shortwrite {
namespace {

std::string PositionCoded(uint64_t bytes) {
  return ReadWhole(Payload::PositionCoded(bytes)).value();
}

UniqueFd MemoryFile() {
  return UniqueFd(::memfd_create("write_all_test", MFD_CLOEXEC));
}

std::string Content(int fd) {
  std::string content;
  char block[4096];
  for (ssize_t n;
       (n = ::pread(fd, block, sizeof(block), static_cast<off_t>(content.size()))) > 0;) {
    content.append(block, static_cast<size_t>(n));
  }
  return content;
}

struct Pipe {
  explicit Pipe(int flags) {
    int fds[2] = {-1, -1};
    EXPECT_EQ(::pipe2(fds, O_CLOEXEC | flags), 0);
    reader.reset(fds[0]);
    writer.reset(fds[1]);
  }
  UniqueFd reader;
  UniqueFd writer;
};

// Reads everything, in pieces of `piece_bytes`, until the writer is closed.
std::string Drain(int fd, size_t piece_bytes) {
  std::string all;
  std::string piece(piece_bytes, '\0');
  for (;;) {
    const ssize_t n = ::read(fd, piece.data(), piece.size());
    if (n < 0 && (errno == EAGAIN || errno == EINTR)) {
      std::this_thread::yield();
      continue;
    }
    if (n <= 0) return all;
    all.append(piece, 0, static_cast<size_t>(n));
  }
}

// Whatever the bound on one request, all bytes arrive in order and the progress adds up.
RC_GTEST_PROP(WriteAll, BoundedRequestsAddUp, ()) {
  const std::string bytes = PositionCoded(*rc::gen::inRange<uint64_t>(0, 5'000));
  WriteAllOptions options;
  options.request_bytes_max = *rc::gen::inRange<uint64_t>(1, 6'000);
  uint64_t total_bytes = 0;
  uint64_t calls = 0;
  options.on_progress = [&](const WriteProgress& progress) {
    RC_ASSERT(progress.call == ++calls);
    RC_ASSERT(progress.asked_bytes ==
              std::min(bytes.size() - total_bytes, options.request_bytes_max));
    RC_ASSERT(progress.accepted_bytes <= progress.asked_bytes);
    total_bytes += progress.accepted_bytes;
    RC_ASSERT(progress.total_bytes == total_bytes);
    RC_ASSERT(progress.of_bytes == bytes.size());
  };
  const UniqueFd fd = MemoryFile();
  const WriteAllResult result = WriteAll(fd.get(), bytes.data(), bytes.size(), options);
  RC_ASSERT(result.complete());
  RC_ASSERT(result.error_number == 0);
  RC_ASSERT(result.accepted_bytes == bytes.size());
  RC_ASSERT(result.calls == calls);
  RC_ASSERT(Content(fd.get()) == bytes);
}

// Nothing to write makes no call, not even on a descriptor that would refuse one.
TEST(WriteAll, NothingToWriteIsComplete) {
  const WriteAllResult result = WriteAll(-1, nullptr, 0);
  EXPECT_TRUE(result.complete());
  EXPECT_EQ(result.calls, 0u);
}

// A full non-blocking pipe is waited for, and its short counts are continued behind.
TEST(WriteAll, NonBlockingPipeIsWaitedFor) {
  Pipe pipe(O_NONBLOCK);
  const std::string bytes = PositionCoded(1'000'001);
  std::string received;
  std::thread reader([&] { received = Drain(pipe.reader.get(), 7'919); });
  uint64_t shorts = 0;
  WriteAllOptions options;
  options.on_progress = [&shorts](const WriteProgress& progress) {
    if (progress.accepted_bytes < progress.asked_bytes) ++shorts;
  };
  const WriteAllResult result = WriteAll(pipe.writer.get(), bytes.data(), bytes.size(), options);
  pipe.writer.reset();
  reader.join();
  EXPECT_TRUE(result.complete());
  EXPECT_GT(shorts, 0u) << "the pipe took everything at once: the test proves nothing";
  EXPECT_EQ(received, bytes);
}

extern "C" void OnSignal(int) {}

// A signal handler without SA_RESTART interrupts blocked calls; not a byte is lost or doubled.
TEST(WriteAll, InterruptedCallsAreContinued) {
  struct sigaction action = {};
  action.sa_handler = OnSignal;
  struct sigaction before = {};
  ASSERT_EQ(::sigaction(SIGUSR1, &action, &before), 0);
  Pipe pipe(0);
  const std::string bytes = PositionCoded(2'000'003);
  WriteAllResult result;
  std::thread writer([&] {
    result = WriteAll(pipe.writer.get(), bytes.data(), bytes.size());
    pipe.writer.reset();
  });
  std::string received;
  std::string piece(4'099, '\0');
  for (ssize_t n; received.size() < bytes.size();) {
    ASSERT_EQ(::pthread_kill(writer.native_handle(), SIGUSR1), 0);
    ASSERT_GT(n = ::read(pipe.reader.get(), piece.data(), piece.size()), 0);
    received.append(piece, 0, static_cast<size_t>(n));
  }
  writer.join();
  ASSERT_EQ(::sigaction(SIGUSR1, &before, nullptr), 0);
  EXPECT_TRUE(result.complete());
  EXPECT_EQ(received, bytes);
}

// A terminal error ends the loop, with its number and what was accepted before it.
TEST(WriteAll, LastingErrorIsReported) {
  const UniqueFd full(::open("/dev/full", O_WRONLY | O_CLOEXEC));
  const WriteAllResult result = WriteAll(full.get(), "abc", 3);
  EXPECT_EQ(result.end, WriteAllEnd::kFailed);
  EXPECT_EQ(result.error_number, ENOSPC);
  EXPECT_EQ(result.accepted_bytes, 0u);
  EXPECT_EQ(result.calls, 1u);
  EXPECT_EQ(WriteAllError("out", result, 5, 8).message,
            "write 'out' (after 5 of 8 bytes, which stay in the file): No space left on device");
}

// A file size limit gives a short count first and the error at the next call (setrlimit(2)).
TEST(WriteAll, ShortCountBeforeAnErrorIsCounted) {
  struct rlimit before = {};
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &before), 0);
  struct sigaction ignore = {};
  ignore.sa_handler = SIG_IGN;
  struct sigaction old_action = {};
  ASSERT_EQ(::sigaction(SIGXFSZ, &ignore, &old_action), 0);
  std::string path = testing::TempDir() + "write_all_test_XXXXXX";
  const UniqueFd fd(::mkstemp(path.data()));
  ::unlink(path.c_str());
  const struct rlimit limit = {10'000, before.rlim_max};
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &limit), 0);
  const std::string bytes = PositionCoded(20'000);
  const WriteAllResult result = WriteAll(fd.get(), bytes.data(), bytes.size());
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &before), 0);
  ASSERT_EQ(::sigaction(SIGXFSZ, &old_action, nullptr), 0);
  EXPECT_EQ(result.end, WriteAllEnd::kFailed);
  EXPECT_EQ(result.error_number, EFBIG);
  EXPECT_EQ(result.accepted_bytes, 10'000u);
  EXPECT_EQ(result.calls, 2u);
  EXPECT_EQ(Content(fd.get()), bytes.substr(0, 10'000));
}

// A pipe without a reader is reported as such, blocking or not.
TEST(WriteAll, ClosedReaderIsAnError) {
  struct sigaction ignore = {};
  ignore.sa_handler = SIG_IGN;
  struct sigaction before = {};
  ASSERT_EQ(::sigaction(SIGPIPE, &ignore, &before), 0);
  for (const int flags : {0, O_NONBLOCK}) {
    Pipe pipe(flags);
    pipe.reader.reset();
    EXPECT_EQ(WriteAll(pipe.writer.get(), "abc", 3).error_number, EPIPE);
  }
  ASSERT_EQ(::sigaction(SIGPIPE, &before, nullptr), 0);
}

}  // namespace
}  // namespace shortwrite
