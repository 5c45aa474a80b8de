#include "fault_inject/descriptor.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>

#include "harness/base/unique_fd.h"
#include "tests/ptys.h"

namespace shortwrite::fault_inject {
namespace {

SinkClass ClassOf(const UniqueFd& fd) {
  EXPECT_TRUE(fd.valid());
  DescriptorState state;
  EXPECT_TRUE(Inspect(fd.get(), state));
  errno = 12345;
  const SinkClass sink = Classify(fd.get(), state);
  EXPECT_EQ(errno, 12345) << "a target would notice";
  return sink;
}

UniqueFd Open(const char* path) {
  return UniqueFd(open(path, O_WRONLY | O_CLOEXEC));
}

UniqueFd Memory(int seals) {
  UniqueFd fd(memfd_create("test", MFD_CLOEXEC | MFD_ALLOW_SEALING));
  EXPECT_EQ(fcntl(fd.get(), F_ADD_SEALS, seals), 0);
  return fd;
}

TEST(Classify, KnowsATerminal) {
  if (!WhyNoPtys().empty()) GTEST_SKIP() << WhyNoPtys();
  EXPECT_EQ(ClassOf(UniqueFd(posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC))), SinkClass::kTty);
}

// What a descriptor refers to, asked of the kernel.
TEST(Classify, TellsSinksApart) {
  char path[] = "/tmp/shortwrite-test-XXXXXX";
  const UniqueFd file(mkstemp(path));
  unlink(path);
  EXPECT_EQ(ClassOf(file), SinkClass::kRegular);
  int ends[2];
  ASSERT_EQ(pipe2(ends, O_CLOEXEC), 0);
  const UniqueFd reader(ends[0]);
  EXPECT_EQ(ClassOf(UniqueFd(ends[1])), SinkClass::kPipe);
  EXPECT_EQ(ClassOf(Open("/dev/full")), SinkClass::kFullDevice);
  EXPECT_EQ(ClassOf(Open("/dev/null")), SinkClass::kOther);
  EXPECT_EQ(ClassOf(UniqueFd(eventfd(0, EFD_CLOEXEC))), SinkClass::kEventfd);
  EXPECT_EQ(ClassOf(UniqueFd(timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC))), SinkClass::kOther);
  EXPECT_EQ(ClassOf(Memory(0)), SinkClass::kRegular);
  EXPECT_EQ(ClassOf(Memory(F_SEAL_SHRINK)), SinkClass::kRegular);
  EXPECT_EQ(ClassOf(Memory(F_SEAL_GROW)), SinkClass::kSealedMemory);
}

struct SocketRow {
  int family, type;
  SinkClass sink;
};

// TCP cuts small requests too, and a message goes whole: the kind of a socket matters.
TEST(Classify, TellsSocketsApart) {
  for (const auto& [family, type, sink] :
       {SocketRow{AF_UNIX, SOCK_STREAM, SinkClass::kStreamSocket},
        {AF_UNIX, SOCK_DGRAM, SinkClass::kDatagramSocket},
        {AF_UNIX, SOCK_SEQPACKET, SinkClass::kSeqpacketSocket},
        {AF_INET, SOCK_STREAM, SinkClass::kTcpSocket},
        {AF_INET6, SOCK_STREAM, SinkClass::kTcpSocket},
        {AF_INET, SOCK_DGRAM, SinkClass::kDatagramSocket}}) {
    const UniqueFd fd(socket(family, type | SOCK_CLOEXEC, 0));
    if (!fd.valid() && errno == EAFNOSUPPORT) continue;  // a machine without IPv6
    EXPECT_EQ(ClassOf(fd), sink) << family << ' ' << type;
  }
}

// SO_SNDTIMEO is seen where it is set, and asked of sockets alone.
TEST(HasSendTimeout, IsOfTheSocket) {
  const UniqueFd fd(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  EXPECT_FALSE(HasSendTimeout(fd.get(), SinkClass::kStreamSocket));
  const timeval timeout = {.tv_sec = 0, .tv_usec = 500000};
  ASSERT_EQ(setsockopt(fd.get(), SOL_SOCKET, SO_SNDTIMEO, &timeout, sizeof(timeout)), 0);
  EXPECT_TRUE(HasSendTimeout(fd.get(), SinkClass::kStreamSocket));
  EXPECT_FALSE(HasSendTimeout(fd.get(), SinkClass::kPipe));
  EXPECT_FALSE(HasSendTimeout(-1, SinkClass::kStreamSocket));
}

}  // namespace
}  // namespace shortwrite::fault_inject
