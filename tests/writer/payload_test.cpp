#include "harness/writer/payload.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>
#include <string>
#include <unordered_set>

namespace shortwrite {
namespace {

std::string Whole(const Payload& payload) {
  return ReadWhole(payload).value();
}

class PayloadFile : public testing::Test {
 protected:
  PayloadFile() {
    std::string path = testing::TempDir() + "payload_test_XXXXXX";
    const int fd = ::mkstemp(path.data());
    EXPECT_GE(fd, 0);
    ::close(fd);
    path_ = path;
  }
  ~PayloadFile() override { ::unlink(path_.c_str()); }

  void Fill(const std::string& bytes) const { std::ofstream(path_, std::ios::binary) << bytes; }

  std::string path_;
};

// Reading any slice equals slicing the whole.
void ExpectSlicesOfWhole(const Payload& payload, const std::string& whole) {
  RC_ASSERT(payload.size() == whole.size());
  const auto begin = *rc::gen::inRange<size_t>(0, whole.size() + 1);
  const auto end = *rc::gen::inRange<size_t>(begin, whole.size() + 1);
  std::string slice(end - begin, '?');
  RC_ASSERT(payload.Read(begin, slice).ok());
  RC_ASSERT(slice == whole.substr(begin, end - begin));
}

// A pattern is its text over and over, cut to size, from whatever offset it is read.
RC_GTEST_PROP(Payload, PatternRepeatsItsText, ()) {
  const auto text = *rc::gen::nonEmpty(rc::gen::arbitrary<std::string>());
  const auto bytes =
      *rc::gen::oneOf(rc::gen::inRange<size_t>(0, 300), rc::gen::inRange<size_t>(65'000, 200'000));
  std::string whole;
  while (whole.size() < bytes) whole += text;
  whole.resize(bytes);
  const Payload payload = Payload::Pattern(text, bytes);
  RC_ASSERT(Whole(payload) == whole);
  ExpectSlicesOfWhole(payload, whole);
}

// Position-coded payloads read the same in pieces as in one go.
RC_GTEST_PROP(Payload, PositionCodedSlicesAgree, ()) {
  const Payload payload = Payload::PositionCoded(*rc::gen::inRange<uint64_t>(0, 400'000));
  ExpectSlicesOfWhole(payload, Whole(payload));
}

// The records count up in base 36, one to a line, and the last one is cut.
TEST(Payload, PositionCodedRecordsCountUp) {
  EXPECT_EQ(Whole(Payload::PositionCoded(21)), "0000000\n0000001\n00000");
  const std::string whole = Whole(Payload::PositionCoded(8 * 40));
  EXPECT_EQ(whole.substr(8 * 9, 16), "0000009\n000000a\n");
  EXPECT_EQ(whole.substr(8 * 35, 16), "000000z\n0000010\n");
  std::string far(16, '?');
  const Payload longest = Payload::PositionCoded(Payload::kPositionCodedBytesMax);
  ASSERT_TRUE(longest.Read(longest.size() - 16, far).ok());
  EXPECT_EQ(far, "zzzzzzy\nzzzzzzz\n");
}

// No 8-byte window occurs twice, at whatever alignment.
TEST(Payload, PositionCodedWindowsAreUnique) {
  const std::string whole = Whole(Payload::PositionCoded(8 * 36 * 36 * 36 * 2 + 5));
  std::unordered_set<std::string_view> windows;
  for (size_t at = 0; at + 8 <= whole.size(); ++at) {
    ASSERT_TRUE(windows.insert(std::string_view(whole).substr(at, 8)).second) << "at " << at;
  }
}

// Lines are in ASCII order, so that a correct sort changes nothing.
TEST(Payload, PositionCodedLinesAreSorted) {
  const std::string whole = Whole(Payload::PositionCoded(8 * 50'000));
  for (size_t at = 8; at < whole.size(); at += 8) {
    ASSERT_LT(whole.compare(at - 8, 8, whole, at, 8), 0) << "at " << at;
  }
}

// A pattern as long as the payload is the payload.
TEST(Payload, PatternOfItsOwnSizeIsLiteral) {
  const std::string text("a\0b", 3);
  EXPECT_EQ(Whole(Payload::Pattern(text, 3)), text);
  EXPECT_EQ(Whole(Payload::Pattern(text, 2)), text.substr(0, 2));
  EXPECT_EQ(Whole(Payload::Pattern("", 0)), "");
}

// A file payload has the file's bytes, also after the name is gone.
TEST_F(PayloadFile, FileHasTheFilesBytes) {
  Fill("hello\nworld");
  const Result<Payload> payload = Payload::File(path_);
  ASSERT_TRUE(payload.ok());
  ::unlink(path_.c_str());
  EXPECT_EQ(Whole(payload.value()), "hello\nworld");
  std::string slice(5, '?');
  ASSERT_TRUE(payload.value().Read(6, slice).ok());
  EXPECT_EQ(slice, "world");
}

// A file that shrinks under us is an error, not silence.
TEST_F(PayloadFile, ShrunkFileIsAnError) {
  Fill("hello");
  const Result<Payload> payload = Payload::File(path_);
  ASSERT_TRUE(payload.ok());
  ASSERT_EQ(::truncate(path_.c_str(), 2), 0);
  EXPECT_FALSE(ReadWhole(payload.value()).ok());
}

// What is no regular file is refused at once: a FIFO without a writer must not block us.
TEST_F(PayloadFile, OnlyRegularFilesAreAccepted) {
  ::unlink(path_.c_str());
  EXPECT_EQ(Payload::File(path_).error().kind, ErrorKind::kHarness);
  ASSERT_EQ(::mkfifo(path_.c_str(), 0600), 0);
  EXPECT_EQ(Payload::File(path_).error().kind, ErrorKind::kUsage);
  EXPECT_EQ(Payload::File(testing::TempDir()).error().kind, ErrorKind::kUsage);
}

}  // namespace
}  // namespace shortwrite
