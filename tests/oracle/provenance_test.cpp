#include "harness/oracle/provenance.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <string>

#include "harness/writer/payload.h"

namespace shortwrite {
namespace {

std::string PositionCoded(uint64_t bytes) {
  return ReadWhole(Payload::PositionCoded(bytes)).value();
}

std::string Repeat(const std::string& text, uint64_t bytes) {
  return ReadWhole(Payload::Pattern(text, bytes)).value();
}

std::string Slice(const std::string& text, size_t begin, size_t end) {
  return text.substr(begin, end - begin);
}

// Whatever the shape: the runs cover the output without gaps, each is what it says it is, and
// neighbours are different.
void ExpectTrue(const Provenance& provenance, const std::string& output,
                const std::string& reference, const std::string& existing) {
  uint64_t at = 0;
  const Run* before = nullptr;
  for (const Run& run : provenance.runs) {
    ASSERT_EQ(run.at, at);
    ASSERT_GT(run.bytes, 0u);
    const std::string bytes = output.substr(run.at, run.bytes);
    std::string origin_bytes = bytes;
    if (run.origin == Origin::kReference) origin_bytes = reference.substr(run.from, run.bytes);
    if (run.origin == Origin::kExisting) origin_bytes = existing.substr(run.at, run.bytes);
    if (run.origin == Origin::kZero) origin_bytes.assign(run.bytes, '\0');
    ASSERT_EQ(bytes, origin_bytes);
    if (before != nullptr && before->origin == run.origin) {
      ASSERT_EQ(run.origin, Origin::kReference);
      ASSERT_NE(before->from + before->bytes, run.from);
    }
    before = &run;
    at += run.bytes;
  }
  ASSERT_EQ(at, output.size());
  const auto differ =
      std::mismatch(output.begin(), output.end(), reference.begin(), reference.end());
  ASSERT_EQ(provenance.first_divergence, static_cast<uint64_t>(differ.first - output.begin()));
}

Provenance Trace(const std::string& output, const std::string& reference,
                 const std::string& existing = "") {
  const Provenance provenance = TraceProvenance(output, reference, existing);
  ExpectTrue(provenance, output, reference, existing);
  return provenance;
}

// begin < end <= size, chosen anywhere.
std::pair<size_t, size_t> AnyChunk(size_t size, size_t bytes_min = 1) {
  const size_t begin = *rc::gen::inRange<size_t>(0, size - bytes_min + 1);
  const size_t end = *rc::gen::inRange<size_t>(begin + bytes_min, size + 1);
  return {begin, end};
}

// The same bytes are equal.
TEST(Provenance, EqualOutputsAreEqual) {
  const std::string reference = PositionCoded(10'001);
  const Provenance provenance = Trace(reference, reference);
  EXPECT_EQ(provenance.shape, Shape::kEqual);
  EXPECT_EQ(provenance.first_divergence, reference.size());
  EXPECT_EQ(provenance.sentence, "equal");
  EXPECT_EQ(Trace("", "").shape, Shape::kEqual);
}

// A proper prefix is a truncated tail, and a size with a meaning is named.
TEST(Provenance, PrefixIsATruncatedTail) {
  const std::string reference = PositionCoded(270'001);
  EXPECT_EQ(Trace(reference.substr(0, 10'000), reference).sentence,
            "truncated: 10000 of 270001 bytes, the rest never arrived");
  const Provenance pipe_full = Trace(reference.substr(0, 65536), reference);
  EXPECT_EQ(pipe_full.shape, Shape::kTruncatedTail);
  EXPECT_EQ(pipe_full.sentence,
            "truncated: 65536 of 270001 bytes (65536 = default pipe capacity), the rest never "
            "arrived");
}

// No output at all is told apart from a short one.
TEST(Provenance, EmptyOutputIsAbsent) {
  const Provenance provenance = Trace("", PositionCoded(100));
  EXPECT_EQ(provenance.shape, Shape::kAbsent);
  EXPECT_EQ(provenance.missing, (std::vector<Extent>{{0, 100}}));
}

// A writer that restarts at the head of its 4096-byte buffer is named with the buffer's own
// offsets, although the records agree for some bytes more.
TEST(Provenance, RestartAtTheHeadIsARepeatedPrefix) {
  const std::string reference = PositionCoded(12'288);
  const std::string output =
      Slice(reference, 0, 4096) + Slice(reference, 0, 4096) + Slice(reference, 8192, 12'288);
  const Provenance provenance = Trace(output, reference);
  EXPECT_EQ(provenance.shape, Shape::kRepeatedPrefix);
  EXPECT_EQ(provenance.sentence,
            "bytes 4096-8191 of the output are reference bytes 0-4095 again; reference bytes "
            "4096-8191 never arrived");
}

// One accepted byte is enough: the second call begins at the head again.
TEST(Provenance, RestartAfterOneByteIsARepeatedPrefix) {
  const std::string reference = PositionCoded(30'000);
  const std::string output =
      Slice(reference, 0, 1) + Slice(reference, 0, 9'999) + Slice(reference, 10'000, 30'000);
  const Provenance provenance = Trace(output, reference);
  EXPECT_EQ(provenance.shape, Shape::kRepeatedPrefix);
  EXPECT_EQ(provenance.runs.at(1).at, 1u);
  EXPECT_EQ(provenance.runs.at(1).from, 0u);
  EXPECT_EQ(provenance.missing, (std::vector<Extent>{{9'999, 1}}));
}

// The seam of a lost block is put where buffers end.
TEST(Provenance, LostBlockIsReportedAtItsBufferBoundaries) {
  const std::string reference = PositionCoded(40'000);
  const std::string output = Slice(reference, 0, 5'000) + Slice(reference, 10'000, 40'000);
  EXPECT_EQ(Trace(output, reference).sentence,
            "reference bytes 5000-9999 never arrived: after 5000 bytes the output goes on with "
            "reference byte 10000");
  const std::string head_lost = Slice(reference, 4096, 40'000);
  EXPECT_EQ(Trace(head_lost, reference).sentence,
            "reference bytes 0-4095 never arrived: the output begins with reference byte 4096");
}

// A cut chunk is a missing middle (or a truncated tail) of exactly its size.
RC_GTEST_PROP(Provenance, CutChunkIsAMissingMiddle, ()) {
  const std::string reference = PositionCoded(*rc::gen::inRange<size_t>(40, 40'000));
  const auto [begin, end] = AnyChunk(reference.size());
  const std::string output = reference.substr(0, begin) + reference.substr(end);
  const Provenance provenance = Trace(output, reference);
  if (output.empty()) {
    RC_ASSERT(provenance.shape == Shape::kAbsent);
    return;
  }
  const bool prefix = reference.compare(0, output.size(), output) == 0;
  RC_ASSERT(provenance.shape == (prefix ? Shape::kTruncatedTail : Shape::kMissingMiddle));
  // Which of two equal bytes is missing nobody can say, so we ask that the answer be *a* cut of the
  // right size that gives this output, within the few bytes by which it can slide.
  RC_ASSERT(provenance.missing.size() == 1u);
  const Extent missing = provenance.missing[0];
  RC_ASSERT(missing.bytes == end - begin);
  RC_ASSERT(reference.substr(0, missing.at) + reference.substr(missing.at + missing.bytes) ==
            output);
  RC_ASSERT(missing.at + 16 >= begin && missing.at <= begin + 16);
}

// A chunk written twice is a duplicated chunk of exactly its size.
RC_GTEST_PROP(Provenance, DoubledChunkIsADuplicatedChunk, ()) {
  const std::string reference = PositionCoded(*rc::gen::inRange<size_t>(40, 40'000));
  const auto [begin, end] = AnyChunk(reference.size());
  const std::string output = reference.substr(0, end) + reference.substr(begin);
  const Provenance provenance = Trace(output, reference);
  RC_ASSERT(provenance.shape == Shape::kDuplicatedChunk);
  RC_ASSERT(provenance.missing.empty());
  RC_ASSERT(provenance.repeated_bytes == end - begin);
  RC_ASSERT(provenance.runs.size() == 2u);
  const Run& again = provenance.runs[1];
  RC_ASSERT(again.at - again.from == end - begin);
  RC_ASSERT(again.at + 16 >= end && again.at <= end + 16);
}

// Two chunks of at least 16 bytes that changed places are a change of order, nothing more.
RC_GTEST_PROP(Provenance, SwappedChunksAreReordered, ()) {
  const std::string reference = PositionCoded(*rc::gen::inRange<size_t>(64, 40'000));
  const auto [begin, end] = AnyChunk(reference.size(), 32);
  const size_t middle = *rc::gen::inRange<size_t>(begin + 16, end - 15);
  const std::string output = reference.substr(0, begin) + Slice(reference, middle, end) +
                             Slice(reference, begin, middle) + reference.substr(end);
  const Provenance provenance = Trace(output, reference);
  RC_ASSERT(provenance.shape == Shape::kReordered);
  RC_ASSERT(provenance.missing.empty());
  RC_ASSERT(provenance.repeated_bytes == 0u);
}

// Bytes that became NUL are a NUL hole at exactly their place.
RC_GTEST_PROP(Provenance, ZeroedBytesAreANulHole, ()) {
  const std::string reference = PositionCoded(*rc::gen::inRange<size_t>(40, 40'000));
  const auto [begin, end] = AnyChunk(reference.size());
  std::string output = reference;
  std::fill(output.begin() + static_cast<ptrdiff_t>(begin),
            output.begin() + static_cast<ptrdiff_t>(end), '\0');
  const Provenance provenance = Trace(output, reference);
  RC_ASSERT(provenance.shape == Shape::kNulHole);
  RC_ASSERT(provenance.missing == (std::vector<Extent>{{begin, end - begin}}));
}

// What the file held before, behind the end of what was written, is a stale tail.
RC_GTEST_PROP(Provenance, OldBytesBehindTheEndAreAStaleTail, ()) {
  const std::string reference = PositionCoded(*rc::gen::inRange<size_t>(1, 40'000));
  const size_t extra = *rc::gen::inRange<size_t>(1, 10'000);
  const std::string existing = *rc::gen::element(PositionCoded(reference.size() + extra),
                                                 std::string(reference.size() + extra, 'x'),
                                                 std::string(reference.size() + extra, '\0'));
  const std::string output = reference + existing.substr(reference.size());
  const Provenance provenance = Trace(output, reference, existing);
  RC_ASSERT(provenance.shape == Shape::kStaleTail);
  RC_ASSERT(provenance.runs.back() ==
            (Run{reference.size(), extra, Origin::kExisting, reference.size()}));
  RC_ASSERT(provenance.missing.empty());
}

// Bytes overwritten in place by others are foreign, and only they.
RC_GTEST_PROP(Provenance, OverwrittenBytesAreForeign, ()) {
  const std::string reference = PositionCoded(*rc::gen::inRange<size_t>(40, 40'000));
  const auto [begin, end] = AnyChunk(reference.size());
  std::string output = reference;
  std::fill(output.begin() + static_cast<ptrdiff_t>(begin),
            output.begin() + static_cast<ptrdiff_t>(end), '#');
  const Provenance provenance = Trace(output, reference);
  RC_ASSERT(provenance.shape == Shape::kForeignBytes);
  RC_ASSERT(provenance.first_divergence == begin);
  if (reference.size() - end == 0 || reference.size() - end >= 8) {
    RC_ASSERT(provenance.missing == (std::vector<Extent>{{begin, end - begin}}));
  }
}

// Any two strings: the runs are a true description, and only equal strings are called equal.
RC_GTEST_PROP(Provenance, EveryAnswerIsTrue, (const std::string& existing)) {
  const auto text = rc::gen::container<std::string>(rc::gen::element('a', 'b', '\0'));
  const std::string output = *text;
  const std::string reference = *text;
  const Provenance provenance = Trace(output, reference, existing);
  RC_ASSERT((provenance.shape == Shape::kEqual) == (output == reference));
  RC_ASSERT(!provenance.sentence.empty());
}

// In ordinary text, where windows repeat, one lost or doubled piece is still told exactly.
TEST(Provenance, OrdinaryTextIsExplainedByTheSimplestStory) {
  std::string reference;
  for (int i = 0; i < 500; ++i) {
    reference += "          if (x == " + std::to_string(i * i) + ") {\n            return;\n";
  }
  const std::string lost = Slice(reference, 0, 3'000) + Slice(reference, 7'001, reference.size());
  EXPECT_EQ(Trace(lost, reference).shape, Shape::kMissingMiddle);
  const std::string doubled =
      Slice(reference, 0, 3'000) + Slice(reference, 2'000, reference.size());
  EXPECT_EQ(Trace(doubled, reference).shape, Shape::kDuplicatedChunk);
  const std::string restarted = Slice(reference, 0, 8'000) + Slice(reference, 4'000, 5'000) +
                                Slice(reference, 9'000, reference.size());
  EXPECT_EQ(Trace(restarted, reference).shape, Shape::kRepeatedPrefix);
}

// A periodic reference cannot tell which of its repetitions is missing, and the sentence says so.
TEST(Provenance, PeriodicReferenceAdmitsWhatItCannotShow) {
  const std::string reference = Repeat("ABCD", 16'384);
  const Provenance shorter = Trace(reference.substr(4096), reference);
  EXPECT_EQ(shorter.period_bytes, 4u);
  EXPECT_EQ(shorter.shape, Shape::kTruncatedTail);
  EXPECT_EQ(shorter.sentence,
            "truncated: 12288 of 16384 bytes (12288 = 3 pages of 4096 bytes), the rest never "
            "arrived; the reference repeats every 4 bytes, so it cannot show where whole "
            "repetitions are missing or doubled");
  EXPECT_EQ(Trace(reference + "ABCD", reference).shape, Shape::kDuplicatedChunk);
  EXPECT_EQ(Trace(Slice(reference, 0, 100) + reference.substr(103), reference).shape,
            Shape::kMissingMiddle);
  EXPECT_EQ(Trace(PositionCoded(10), PositionCoded(20'000)).period_bytes, 0u);
}

// Each shape has its own stable name.
TEST(Provenance, ShapesHaveTheirNames) {
  EXPECT_EQ(ShapeText(Shape::kEqual), "equal");
  EXPECT_EQ(ShapeText(Shape::kAbsent), "absent");
  EXPECT_EQ(ShapeText(Shape::kForeignBytes), "foreign-bytes");
  EXPECT_EQ(ShapeText(Shape::kNulHole), "nul-hole");
  EXPECT_EQ(ShapeText(Shape::kStaleTail), "stale-tail");
  EXPECT_EQ(ShapeText(Shape::kTruncatedTail), "truncated-tail");
  EXPECT_EQ(ShapeText(Shape::kMissingMiddle), "missing-middle");
  EXPECT_EQ(ShapeText(Shape::kDuplicatedChunk), "duplicated-chunk");
  EXPECT_EQ(ShapeText(Shape::kReordered), "reordered");
  EXPECT_EQ(ShapeText(Shape::kRepeatedPrefix), "repeated-prefix");
}

// Sizes that point at a cause are named, others are not.
TEST(Provenance, SizesWithAMeaningAreNamed) {
  EXPECT_EQ(SizeMeaning(65536), "65536 = default pipe capacity");
  EXPECT_EQ(SizeMeaning(2147479552), "2147479552 = Linux's ceiling for one write call");
  EXPECT_EQ(SizeMeaning(4096), "4096 = 1 page of 4096 bytes");
  EXPECT_EQ(SizeMeaning(0), "");
  EXPECT_EQ(SizeMeaning(4097), "");
}

// Tens of MiB, and the sparse index, give the same answers.
TEST(Provenance, LargeOutputsAreExplainedToo) {
  const std::string reference = PositionCoded(24 << 20);
  const std::string output = Slice(reference, 0, 1'000'003) +
                             Slice(reference, 9'000'001, 9'500'000) +
                             Slice(reference, 1'500'002, reference.size());
  const Provenance provenance = Trace(output, reference);
  EXPECT_EQ(provenance.shape, Shape::kRepeatedPrefix);
  EXPECT_EQ(provenance.runs.size(), 3u);
}

}  // namespace
}  // namespace shortwrite
