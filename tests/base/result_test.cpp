#include "harness/base/result.h"

#include <gtest/gtest.h>

#include <cerrno>
#include <memory>

namespace shortwrite {
namespace {

// A result is its value or its error, never both, and hands a value on by move.
TEST(Result, HoldsAValueOrAnError) {
  Result<std::unique_ptr<int>> value = std::make_unique<int>(7);
  ASSERT_TRUE(value.ok());
  const std::unique_ptr<int> moved = std::move(value).value();
  EXPECT_EQ(*moved, 7);

  const Result<std::unique_ptr<int>> error = UsageError("column 3: wrong");
  ASSERT_FALSE(error.ok());
  EXPECT_EQ(error.error().kind, ErrorKind::kUsage);
  EXPECT_EQ(error.error().message, "column 3: wrong");
}

// errno becomes one line that says what was tried and why it failed.
TEST(Result, ErrnoIsPutIntoWords) {
  const Error error = ErrnoError("open 'x'", ENOENT);
  EXPECT_EQ(error.kind, ErrorKind::kHarness);
  EXPECT_EQ(error.message, "open 'x': No such file or directory");
}

// Asking a failed result for its value is a bug of ours and stops the program in every preset.
TEST(ResultDeathTest, TheValueOfAFailureIsABug) {
  const Result<int> error = HarnessError("no");
  const Result<int> value = 1;
  EXPECT_DEATH((void)error.value(), "ok");
  EXPECT_DEATH((void)value.error(), "ok");
}

}  // namespace
}  // namespace shortwrite
