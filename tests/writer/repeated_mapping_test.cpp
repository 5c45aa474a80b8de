#include "harness/writer/repeated_mapping.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cstring>
#include <fstream>
#include <string>
#include <utility>

#include "harness/writer/payload.h"

namespace shortwrite {
namespace {

// A line of /proc/self/status in KiB (proc(5)).
uint64_t StatusKib(const std::string& key) {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.rfind(key + ":", 0) == 0) return std::stoull(line.substr(key.size() + 1));
  }
  return 0;
}

// The mapping reads like the pattern payload, whatever the lengths.
RC_GTEST_PROP(RepeatedMapping, ReadsLikeThePattern, ()) {
  const auto text = *rc::gen::nonEmpty(rc::gen::arbitrary<std::string>());
  const auto bytes = *rc::gen::oneOf(rc::gen::inRange<uint64_t>(0, 20'000),
                                     rc::gen::inRange<uint64_t>(4'000'000, 9'000'000));
  const Result<RepeatedMapping> mapping = RepeatedMapping::Create(text, bytes);
  RC_ASSERT(mapping.ok());
  RC_ASSERT(mapping.value().size() == bytes);
  const std::string whole = ReadWhole(Payload::Pattern(text, bytes)).value();
  RC_ASSERT(bytes == 0 || std::memcmp(mapping.value().data(), whole.data(), bytes) == 0);
}

// 4 GiB are there, up to the last byte, for a few MiB of memory.
TEST(RepeatedMapping, FourGibibytesCostAlmostNoMemory) {
  constexpr uint64_t kBytes = 4ULL << 30;
  const uint64_t before_kib = StatusKib("RssAnon");
  const Result<RepeatedMapping> mapping = RepeatedMapping::Create("ABCD", kBytes);
  ASSERT_TRUE(mapping.ok()) << mapping.error().message;
  const char* const data = mapping.value().data();
  for (uint64_t at = 0; at < kBytes; at += 1'000'003) ASSERT_EQ(data[at], "ABCD"[at % 4]) << at;
  EXPECT_EQ(std::string(data + kBytes - 8, 8), "ABCDABCD");
  EXPECT_LT(StatusKib("RssAnon"), before_kib + (64 << 10));
}

// A text that fits no unit is refused as unavailable: the caller then writes in several requests.
TEST(RepeatedMapping, AwkwardLengthsAreRefused) {
  const std::string text(100'003, 'x');
  const Result<RepeatedMapping> mapping = RepeatedMapping::Create(text, 1ULL << 30);
  ASSERT_FALSE(mapping.ok());
  EXPECT_EQ(mapping.error().kind, ErrorKind::kUnavailable);
  // Short of one unit it still fits.
  EXPECT_TRUE(RepeatedMapping::Create(text, 250'000).ok());
}

// Moving hands the mapping over; it is released once.
TEST(RepeatedMapping, MovesHandTheMappingOver) {
  RepeatedMapping a = RepeatedMapping::Create("ABC", 10).value();
  RepeatedMapping b = RepeatedMapping::Create("xy", 5'000'000).value();
  b = std::move(a);
  EXPECT_EQ(std::string(b.data(), b.size()), "ABCABCABCA");
  const RepeatedMapping c(std::move(b));
  EXPECT_EQ(std::string(c.data(), c.size()), "ABCABCABCA");
}

}  // namespace
}  // namespace shortwrite
