#include "harness/writer/trial_payload.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <sstream>
#include <vector>

namespace shortwrite {
namespace {

class TrialPayloadTest : public testing::TestWithParam<PayloadText> {};
INSTANTIATE_TEST_SUITE_P(Texts, TrialPayloadTest,
                         testing::Values(PayloadText::kAscii, PayloadText::kUtf8));

// Programs that sort, or read lines, hand it on unchanged.
TEST_P(TrialPayloadTest, IsSortedLines) {
  for (const uint64_t bytes : {1u, 2u, 7u, 8u, 9u, 15u, 16u, 17u, 4096u, 65537u}) {
    const std::string payload = MakePayload({bytes, GetParam()});
    ASSERT_EQ(payload.size(), bytes);
    EXPECT_EQ(payload.back(), '\n') << bytes;
    std::istringstream text(payload);
    std::vector<std::string> lines;
    for (std::string line; std::getline(text, line);) lines.push_back(line);
    EXPECT_TRUE(std::is_sorted(lines.begin(), lines.end())) << bytes;
  }
}

TEST_P(TrialPayloadTest, HasNoWindowTwice) {
  const std::string payload = MakePayload({65537, GetParam()});
  std::set<std::string> windows;
  for (size_t at = 0; at + 8 <= payload.size(); ++at) {
    EXPECT_TRUE(windows.insert(payload.substr(at, 8)).second) << at;
  }
}

// Whole characters, whatever the size; and the cuts that programs are tried with split some.
TEST(TrialPayload, Utf8IsValid) {
  for (uint64_t bytes = 1; bytes < 40; ++bytes) {
    const std::string payload = MakePayload({bytes, PayloadText::kUtf8});
    for (size_t at = 0; at < payload.size();) {
      const bool wide = payload[at] == '\xe2';
      if (wide) {
        ASSERT_EQ(payload.substr(at, 3), "\xe2\x82\xac") << bytes;
      } else {
        ASSERT_LT(static_cast<unsigned char>(payload[at]), 128u) << bytes;
      }
      at += wide ? 3 : 1;
    }
  }
  EXPECT_EQ(MakePayload({100, PayloadText::kUtf8}).front(), '\xe2');
}

}  // namespace
}  // namespace shortwrite
