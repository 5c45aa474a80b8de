#include "harness/trial/sink.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <numeric>
#include <string>

#include "tests/ptys.h"
#include "tests/trial/children.h"

namespace shortwrite {
namespace {

constexpr SinkKind kStreams[] = {SinkKind::kPipe, SinkKind::kSocket, SinkKind::kPty};

std::string NameOf(const testing::TestParamInfo<SinkKind>& info) {
  return std::string(kSinkWords[static_cast<size_t>(info.param)]);
}

// Fills the sink until the kernel says EAGAIN; returns how much went in.
size_t Fill(int fd) {
  const std::string bytes(1 << 16, 'x');
  size_t total = 0;
  ssize_t n = 0;
  while ((n = write(fd, bytes.data(), bytes.size())) > 0) total += static_cast<size_t>(n);
  EXPECT_EQ(errno, EAGAIN);
  return total;
}

std::string ReadAll(int fd, size_t bytes) {
  std::string all(bytes, '\0');
  size_t done = 0;
  while (done < bytes) {
    const ssize_t n = read(fd, all.data() + done, bytes - done);
    if (n > 0) {
      done += static_cast<size_t>(n);
      continue;
    }
    if (n == 0 || errno != EAGAIN) break;
    pollfd ready = {fd, POLLIN, 0};
    poll(&ready, 1, -1);
  }
  all.resize(done);
  return all;
}

class StreamSink : public testing::TestWithParam<SinkKind> {
 protected:
  void SetUp() override {
    if (GetParam() == SinkKind::kPty && !WhyNoPtys().empty()) GTEST_SKIP() << WhyNoPtys();
  }

  SinkEnds Open(bool nonblock, bool slow) {
    settings_ = {.kind = GetParam(), .nonblock = nonblock, .slow = slow};
    return OpenSink(settings_, "").value();
  }

  SinkSettings settings_;
};
INSTANTIATE_TEST_SUITE_P(Kinds, StreamSink, testing::ValuesIn(kStreams), NameOf);

// Every byte value arrives as it was written: no line discipline, no end-of-file character.
TEST_P(StreamSink, AltersNoByte) {
  std::string bytes(256, '\0');
  std::iota(bytes.begin(), bytes.end(), '\0');
  const SinkEnds ends = Open(false, false);
  ASSERT_EQ(write(ends.target.get(), bytes.data(), bytes.size()), 256);
  EXPECT_EQ(ReadAll(ends.reader.get(), bytes.size()), bytes);
}

// Only :nonblock makes the target's description non-blocking; no end survives an exec by accident.
TEST_P(StreamSink, HasTheFlagsThatWereAskedFor) {
  for (const bool nonblock : {false, true}) {
    const SinkEnds ends = Open(nonblock, false);
    EXPECT_EQ((fcntl(ends.target.get(), F_GETFL) & O_NONBLOCK) != 0, nonblock);
    EXPECT_NE(fcntl(ends.reader.get(), F_GETFL) & O_NONBLOCK, 0);
    EXPECT_NE(fcntl(ends.target.get(), F_GETFD) & FD_CLOEXEC, 0);
    EXPECT_NE(fcntl(ends.reader.get(), F_GETFD) & FD_CLOEXEC, 0);
  }
}

// A slow sink is full after little, so that the kernel itself answers with short counts and EAGAIN.
TEST_P(StreamSink, IsSmallWhenSlow) {
  const SinkEnds ends = Open(true, true);
  const size_t held = Fill(ends.target.get());
  EXPECT_GT(held, 0u);
  EXPECT_LT(held, 32768u);
}

// Without :slow, a pipe or a socket takes the default payload whole; a pty's buffer is the
// kernel's.
TEST_P(StreamSink, IsAmpleWhenOnlyNonblocking) {
  const SinkEnds ends = Open(true, false);
  const size_t held = Fill(ends.target.get());
  EXPECT_GE(held, GetParam() == SinkKind::kPty ? 1u : 270'001u);
}

// A pipe with a name is a FIFO there, and opens for a writer who comes later.
TEST(Sink, OfAPipeMayHaveAName) {
  const TemporaryDirectory directory;
  const std::string path = directory.path() + "/out";
  const SinkEnds ends = OpenSink({.kind = SinkKind::kPipe}, path).value();
  EXPECT_EQ(ends.path, path);
  const UniqueFd late(open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666));
  ASSERT_EQ(write(late.get(), "late", 4), 4);
  EXPECT_EQ(ReadAll(ends.reader.get(), 4), "late");
}

// A pty always has a name, and what is opened there is the same terminal.
TEST(Sink, OfAPtyHasAName) {
  if (!WhyNoPtys().empty()) GTEST_SKIP() << WhyNoPtys();
  const SinkEnds ends = OpenSink({.kind = SinkKind::kPty}, "").value();
  const UniqueFd late(open(ends.path.c_str(), O_WRONLY | O_NOCTTY | O_CLOEXEC));
  ASSERT_EQ(write(late.get(), "late\n", 5), 5);
  EXPECT_EQ(ReadAll(ends.reader.get(), 5), "late\n");
}

// What is printed is what --sink takes.
TEST(Sink, HasAText) {
  EXPECT_EQ(ToText(SinkSettings{}), "file");
  EXPECT_EQ(ToText(SinkSettings{SinkKind::kPipe, true, false}), "pipe:nonblock");
  EXPECT_EQ(ToText(SinkSettings{SinkKind::kPty, false, true}), "pty:slow");
  EXPECT_EQ(ToText(SinkSettings{SinkKind::kSocket, true, true}), "socket:nonblock:slow");
}

}  // namespace
}  // namespace shortwrite
