// Tests that prove nothing, each for another reason: ctest runs them one by one, and passes when
// they fail and say why. Built twice: with our main(), and with GoogleTest's, which loads nothing.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdio>
#include <fstream>

#include <shortwrite/injector.h>

namespace shortwrite::inprocess {
namespace {

TEST(Unproven, NoFaultWasDelivered) {
  ScopedInjector injector(Schedule("2:short=1"), "out");
  const int fd = open(injector.path().c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0666);
  EXPECT_EQ(write(fd, "abc", 3), 3);
  close(fd);
  EXPECT_TRUE(injector.Judge(Payload("abc")));
}

TEST(Unproven, NoWriteCallWasSeen) {
  ScopedInjector injector(Schedule("1:short=1"), "out");
  EXPECT_EQ(injector.Stop().faults_delivered, 0u);
}

// glibc's stdio calls the kernel without asking anybody.
TEST(Unproven, BytesArrivedUnseen) {
  ScopedInjector injector(Schedule("1:short=1"), "out");
  FILE* const file = fopen(injector.path().c_str(), "w");
  fputs("abc", file);
  fclose(file);
  EXPECT_TRUE(injector.Judge(Payload("abc")));
}

// A control alone demands nothing.
TEST(Proven, Control) {
  ScopedInjector injector(Schedule(), "out");
  const int fd = open(injector.path().c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0666);
  EXPECT_EQ(write(fd, "abc", 3), 3);
  close(fd);
  EXPECT_TRUE(injector.Judge(Payload("abc")));
}

}  // namespace
}  // namespace shortwrite::inprocess
