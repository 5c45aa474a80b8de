#include "harness/base/size_text.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <array>
#include <cstdint>
#include <limits>
#include <string>

namespace shortwrite {
namespace {

using std::chrono::milliseconds;

struct SizeRow {
  const char* text;
  uint64_t bytes;
};

// Sizes are whole numbers of bytes or of powers of 1024.
TEST(SizeText, SizesAreReadInPowersOf1024) {
  for (const auto& [text, bytes] : {SizeRow{"0", 0},
                                    {"1", 1},
                                    {"4096", 4096},
                                    {"007", 7},
                                    {"64KiB", 65536},
                                    {"1MiB", 1 << 20},
                                    {"4GiB", 4294967296},
                                    {"2TiB", 2199023255552},
                                    {"0TiB", 0},
                                    {"9223372036854775807", INT64_MAX},
                                    {"8388607TiB", 9223370937343148032}}) {
    const Result<uint64_t> size = ParseSize(text);
    ASSERT_TRUE(size.ok()) << text;
    EXPECT_EQ(size.value(), bytes) << text;
  }
}

// Whatever is not such a number is a usage error that shows the text and the forms that are known.
TEST(SizeText, OtherSizesAreRefusedWithTheRemedy) {
  for (const char* text : {"",
                           " ",
                           "-1",
                           "+1",
                           "1.5KiB",
                           "1e3",
                           "0x10",
                           "4 KiB",
                           " 4",
                           "4 ",
                           "4K",
                           "4KB",
                           "4kib",
                           "KiB",
                           "4KiBs",
                           "9223372036854775808",
                           "8388608TiB",
                           "18446744073709551616",
                           "99999999999999999999999",
                           "1GiB1",
                           "٤"}) {
    const Result<uint64_t> size = ParseSize(text);
    ASSERT_FALSE(size.ok()) << text;
    EXPECT_EQ(size.error().kind, ErrorKind::kUsage) << text;
    EXPECT_NE(size.error().message.find('\'' + std::string(text) + '\''), std::string::npos);
    EXPECT_NE(size.error().message.find("KiB, MiB, GiB or TiB"), std::string::npos);
  }
}

struct DurationRow {
  const char* text;
  int64_t milliseconds;
};

// A bare number means seconds; ms, s and m are known.
TEST(SizeText, DurationsAreReadInMilliseconds) {
  for (const auto& [text, expected] : {DurationRow{"1ms", 1},
                                       {"500ms", 500},
                                       {"1", 1000},
                                       {"30s", 30000},
                                       {"5m", 300000},
                                       {"2147483647ms", 2147483647},
                                       {"35791m", 2147460000}}) {
    const Result<milliseconds> duration = ParseDuration(text);
    ASSERT_TRUE(duration.ok()) << text;
    EXPECT_EQ(duration.value().count(), expected) << text;
  }
}

// A duration of nothing, or one that no poll timeout can hold, is refused.
TEST(SizeText, OtherDurationsAreRefusedWithTheRemedy) {
  for (const char* text : {"", "0", "0ms", "-1s", "1h", "1.5s", "s", "30 s", "2147483648ms",
                           "35792m", "18446744073709551615m"}) {
    const Result<milliseconds> duration = ParseDuration(text);
    ASSERT_FALSE(duration.ok()) << text;
    EXPECT_EQ(duration.error().kind, ErrorKind::kUsage) << text;
    EXPECT_NE(duration.error().message.find("500ms, 30s or 5m"), std::string::npos);
  }
}

// Every number with every suffix is either its product, or refused because the product does not
// fit: it never wraps.
RC_GTEST_PROP(SizeText, ProductsNeverWrap, ()) {
  constexpr std::array<const char*, 5> kSuffixes = {"", "KiB", "MiB", "GiB", "TiB"};
  const auto number = *rc::gen::arbitrary<uint64_t>();
  const auto exponent = *rc::gen::inRange<size_t>(0, kSuffixes.size());
  const Result<uint64_t> size = ParseSize(std::to_string(number) + kSuffixes.at(exponent));
  const auto product = static_cast<unsigned __int128>(number) << (10 * exponent);
  const bool fits = product <= static_cast<uint64_t>(std::numeric_limits<int64_t>::max());
  RC_ASSERT(size.ok() == fits);
  if (fits) RC_ASSERT(size.value() == static_cast<uint64_t>(product));
}

// No bytes whatever make the parsers do anything but answer.
RC_GTEST_PROP(SizeText, AnyBytesAreAnswered, (const std::string& text)) {
  const Result<uint64_t> size = ParseSize(text);
  const Result<milliseconds> duration = ParseDuration(text);
  RC_ASSERT((size.ok() || size.error().kind == ErrorKind::kUsage));
  RC_ASSERT((duration.ok() || duration.error().kind == ErrorKind::kUsage));
}

}  // namespace
}  // namespace shortwrite
