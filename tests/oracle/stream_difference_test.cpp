#include "harness/oracle/stream_difference.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>
#include <unistd.h>

#include <fstream>
#include <string>

#include "harness/oracle/digest.h"
#include "harness/oracle/stream_check.h"

namespace shortwrite {
namespace {

// In blocks of `block_bytes`, as they might come from a file.
StreamDifference Compare(const std::string& output, const Payload& reference,
                         size_t block_bytes = 1 << 20) {
  StreamComparison comparison(reference, output.size());
  for (size_t at = 0; at < output.size(); at += block_bytes) {
    const std::string block = output.substr(at, block_bytes);
    EXPECT_TRUE(comparison.Feed(block).ok());
  }
  return comparison.Finish();
}

Payload PositionCoded(uint64_t bytes) {
  return Payload::PositionCoded(bytes);
}

std::string Whole(const Payload& payload) {
  return ReadWhole(payload).value();
}

struct Case {
  Payload payload = PositionCoded(*rc::gen::inRange<uint64_t>(40, 300'000));
  std::string reference = Whole(payload);
  size_t begin = *rc::gen::inRange<size_t>(1, reference.size() - 1);
  size_t end = *rc::gen::inRange<size_t>(begin + 1, reference.size());
  size_t block_bytes = *rc::gen::inRange<size_t>(1'000, 200'000);
};

// Equal files are equal, however they come in blocks.
RC_GTEST_PROP(StreamDifference, EqualIsEqual, ()) {
  const Case c;
  const StreamDifference difference = Compare(c.reference, c.payload, c.block_bytes);
  RC_ASSERT(difference.shape == StreamShape::kEqual);
  RC_ASSERT(difference.first_divergence == c.reference.size());
}

// A prefix is truncated.
RC_GTEST_PROP(StreamDifference, PrefixIsTruncated, ()) {
  const Case c;
  const StreamDifference difference =
      Compare(c.reference.substr(0, c.begin), c.payload, c.block_bytes);
  RC_ASSERT(difference.shape == StreamShape::kTruncatedTail);
  RC_ASSERT(difference.first_divergence == c.begin);
}

// A lost block is found with its size, and where it was up to equal bytes.
RC_GTEST_PROP(StreamDifference, LostBlockIsMissing, ()) {
  const Case c;
  const std::string output = c.reference.substr(0, c.begin) + c.reference.substr(c.end);
  const StreamDifference difference = Compare(output, c.payload, c.block_bytes);
  if (c.reference.compare(0, output.size(), output) == 0) return;
  RC_ASSERT(difference.shape == StreamShape::kBlockMissing);
  RC_ASSERT(difference.block_bytes == c.end - c.begin);
  RC_ASSERT(difference.first_divergence >= c.begin && difference.first_divergence < c.begin + 8);
}

// A block that comes twice is found with its size.
RC_GTEST_PROP(StreamDifference, DoubledBlockIsRepeated, ()) {
  const Case c;
  const std::string output = c.reference.substr(0, c.end) + c.reference.substr(c.begin);
  const StreamDifference difference = Compare(output, c.payload, c.block_bytes);
  RC_ASSERT(difference.shape == StreamShape::kBlockRepeated);
  RC_ASSERT(difference.block_bytes == c.end - c.begin);
  RC_ASSERT(difference.first_divergence >= c.end && difference.first_divergence < c.end + 8);
}

// Overwritten bytes are counted, with the range in which they lie.
RC_GTEST_PROP(StreamDifference, OverwrittenBytesAreCounted, ()) {
  const Case c;
  std::string output = c.reference;
  output[c.begin] = '#';
  output[c.end] = '#';
  const StreamDifference difference = Compare(output, c.payload, c.block_bytes);
  RC_ASSERT(difference.shape == StreamShape::kOverwritten);
  RC_ASSERT(difference.first_divergence == c.begin);
  RC_ASSERT(difference.last_differing == c.end);
  RC_ASSERT(difference.differing_bytes == 2u);
}

// Bytes behind the end are a tail of their own.
RC_GTEST_PROP(StreamDifference, ForeignTailIsExtra, ()) {
  const Case c;
  const std::string output = c.reference + std::string(c.end - c.begin, '#');
  const StreamDifference difference = Compare(output, c.payload, c.block_bytes);
  RC_ASSERT(difference.shape == StreamShape::kExtraTail);
  RC_ASSERT(difference.first_divergence == c.reference.size());
}

// What no single block explains is not explained by one.
TEST(StreamDifference, SeveralPlacesAreSeveral) {
  const std::string reference = Whole(PositionCoded(100'000));
  std::string output = reference.substr(0, 10'000) + reference.substr(20'000);
  output[50'000] = '#';
  const StreamDifference difference = Compare(output, PositionCoded(100'000));
  EXPECT_EQ(difference.shape, StreamShape::kSeveral);
  EXPECT_EQ(difference.sentence.rfind("differs in several places, first at byte 1000", 0), 0u)
      << difference.sentence;
}

// An output far longer than the reference, and different early, could repeat nothing.
TEST(StreamDifference, LongForeignOutputIsSeveral) {
  const std::string output = Whole(PositionCoded(10)) + std::string(500, '#');
  const StreamDifference difference = Compare(output, PositionCoded(100));
  EXPECT_EQ(difference.shape, StreamShape::kSeveral);
  EXPECT_EQ(difference.sentence,
            "differs in several places, first at byte 10: 510 bytes instead of 100, of which 90 "
            "differ in place");
}

// The sentences say what a reader needs: where, how much, and what the size means.
TEST(StreamDifference, SentencesAreExact) {
  const std::string reference = Whole(PositionCoded(100'000));
  EXPECT_EQ(Compare(reference, PositionCoded(100'000)).sentence, "equal");
  EXPECT_EQ(Compare("", PositionCoded(100'000)).sentence,
            "the output is empty: none of 100000 bytes arrived");
  EXPECT_EQ(Compare(reference.substr(0, 65'536), PositionCoded(100'000)).sentence,
            "truncated: 65536 of 100000 bytes (65536 = default pipe capacity), the rest never "
            "arrived");
  EXPECT_EQ(Compare(reference + "#", PositionCoded(100'000)).sentence,
            "longer: all 100000 bytes of the reference are there, and foreign byte 100000 after "
            "them");
  std::string flipped = reference;
  flipped[77] = '#';
  EXPECT_EQ(Compare(flipped, PositionCoded(100'000)).sentence,
            "1 of 100000 bytes differ in place, namely byte 77");
  EXPECT_EQ(Compare(reference.substr(0, 4'095) + reference.substr(8'192), PositionCoded(100'000))
                .sentence,
            "reference bytes 4095-8191 never arrived: after 4095 bytes the output goes on with "
            "reference byte 8192, to the end");
}

// A pattern cannot show where a block of whole repetitions is missing, and the sentence says so.
TEST(StreamDifference, PatternsAdmitWhatTheyCannotShow) {
  const Payload reference = Payload::Pattern("ABCD", 100'000);
  const std::string note =
      "; the pattern repeats every 4 bytes, so only the length shows that whole repetitions are "
      "missing or doubled, not where";
  EXPECT_EQ(Compare(Whole(reference).substr(8), reference).sentence,
            "truncated: 99992 of 100000 bytes, the rest never arrived" + note);
  const StreamDifference doubled = Compare(Whole(reference) + "ABCD", reference);
  EXPECT_EQ(doubled.shape, StreamShape::kBlockRepeated);
  EXPECT_NE(doubled.sentence.find(note), std::string::npos);
  // The period is the shortest one, whatever the text.
  const Payload twice = Payload::Pattern("ABAB", 100);
  EXPECT_NE(Compare(Whole(twice).substr(4), twice).sentence.find("every 2 bytes"),
            std::string::npos);
  // Less than a repetition shifts all that follows, which shows.
  const StreamDifference shifted = Compare(Whole(reference).substr(3), reference);
  EXPECT_EQ(shifted.shape, StreamShape::kBlockMissing);
  EXPECT_EQ(shifted.block_bytes, 3u);
  EXPECT_EQ(shifted.sentence.find(note), std::string::npos);
}

class StreamCheckOfFile : public testing::Test {
 protected:
  StreamCheckOfFile() : path_(testing::TempDir() + "stream_check_XXXXXX") {
    const int fd = ::mkstemp(path_.data());
    EXPECT_GE(fd, 0);
    ::close(fd);
  }
  ~StreamCheckOfFile() override { ::unlink(path_.c_str()); }

  std::string path_;
};

// One pass gives the digest of the whole file and its difference, for sizes around our blocks.
TEST_F(StreamCheckOfFile, DigestAndDifferenceInOnePass) {
  constexpr uint64_t kBlock = 1 << 20;
  for (const uint64_t bytes :
       {uint64_t{0}, uint64_t{1}, kBlock - 1, kBlock, kBlock + 1, 9 * kBlock + 5}) {
    const Payload payload = PositionCoded(bytes);
    std::ofstream(path_, std::ios::binary) << Whole(payload);
    const StreamCheck both = CheckStream(path_, &payload, true).value();
    EXPECT_EQ(both.bytes, bytes);
    EXPECT_EQ(both.md5, DigestPayload(payload).value().md5);
    EXPECT_EQ(both.difference->shape, StreamShape::kEqual);
    EXPECT_EQ(CheckStream(path_, &payload, false).value().md5, "");
    EXPECT_FALSE(CheckStream(path_, nullptr, true).value().difference.has_value());
    const Payload longer = PositionCoded(bytes + 1);
    const StreamCheck shorter = CheckStream(path_, &longer, true).value();
    EXPECT_EQ(shorter.difference->shape, StreamShape::kTruncatedTail);
    EXPECT_EQ(shorter.md5, both.md5);
  }
}

// A reference that fails in the middle is an error, and the hashing thread ends all the same.
TEST_F(StreamCheckOfFile, FailingReferenceIsAnError) {
  const std::string content = Whole(PositionCoded(5 << 20));
  std::ofstream(path_, std::ios::binary) << content;
  const std::string reference_path = path_ + ".reference";
  std::ofstream(reference_path, std::ios::binary) << content;
  const Payload reference = Payload::File(reference_path).value();
  ASSERT_EQ(::truncate(reference_path.c_str(), 2 << 20), 0);
  EXPECT_EQ(CheckStream(path_, &reference, true).error().kind, ErrorKind::kHarness);
  ::unlink(reference_path.c_str());
}

// A file that does not have the size it claims is not judged; /proc holds such files.
TEST_F(StreamCheckOfFile, WrongSizeIsAnError) {
  const Result<StreamCheck> check = CheckStream("/proc/self/status", nullptr, true);
  ASSERT_FALSE(check.ok());
  EXPECT_NE(check.error().message.find("not the size that it claims"), std::string::npos);
  const Payload reference = PositionCoded(10);
  EXPECT_FALSE(CheckStream("/proc/self/status", &reference, false).ok());
}

// Files that cannot be read have a reason.
TEST_F(StreamCheckOfFile, UnreadableFilesHaveAReason) {
  EXPECT_EQ(CheckStream(path_ + ".none", nullptr, true).error().message,
            "open '" + path_ + ".none': No such file or directory");
  EXPECT_EQ(CheckStream(testing::TempDir(), nullptr, true).error().kind, ErrorKind::kUsage);
}

}  // namespace
}  // namespace shortwrite
