#include "harness/base/unique_fd.h"

#include <fcntl.h>
#include <gtest/gtest.h>

#include <utility>

namespace shortwrite {
namespace {

bool IsOpen(int fd) {
  return fcntl(fd, F_GETFD) >= 0;
}

int OpenSomething() {
  return open("/dev/null", O_WRONLY | O_CLOEXEC);
}

// The owner closes its descriptor once, at its end.
TEST(UniqueFd, ClosesAtItsEnd) {
  const int fd = OpenSomething();
  {
    const UniqueFd owner(fd);
    EXPECT_TRUE(owner.valid());
    EXPECT_EQ(owner.get(), fd);
  }
  EXPECT_FALSE(IsOpen(fd));
}

// 0 is a descriptor like any other; -1 is none.
TEST(UniqueFd, MinusOneIsNone) {
  EXPECT_FALSE(UniqueFd().valid());
  EXPECT_FALSE(UniqueFd(-1).valid());
}

// Moving hands the descriptor over; what the receiver owned before is closed.
TEST(UniqueFd, MovesOwnership) {
  const int first = OpenSomething();
  const int second = OpenSomething();
  UniqueFd a(first);
  UniqueFd b(second);
  b = std::move(a);
  EXPECT_FALSE(IsOpen(second));
  EXPECT_EQ(b.get(), first);
  EXPECT_FALSE(a.valid());  // NOLINT(bugprone-use-after-move): the claim
  const UniqueFd c(std::move(b));
  EXPECT_TRUE(IsOpen(first));
  EXPECT_EQ(c.get(), first);
}

// A move onto itself keeps the descriptor.
TEST(UniqueFd, SurvivesMoveOntoItself) {
  UniqueFd a(OpenSomething());
  UniqueFd& alias = a;
  a = std::move(alias);
  EXPECT_TRUE(IsOpen(a.get()));
}

}  // namespace
}  // namespace shortwrite
