#include "harness/base/count_text.h"

#include <gtest/gtest.h>

namespace shortwrite {
namespace {

TEST(CountText, IsSingularForOneAlone) {
  EXPECT_EQ(CountText(0, "write call"), "0 write calls");
  EXPECT_EQ(CountText(1, "write call"), "1 write call");
  EXPECT_EQ(CountText(11, "run"), "11 runs");
}

}  // namespace
}  // namespace shortwrite
