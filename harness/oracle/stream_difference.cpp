#include "harness/oracle/stream_difference.h"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>
#include <cstring>
#include <utility>

#include "harness/oracle/provenance.h"

namespace shortwrite {
namespace {

// Compared at a time: what is copied from the reference is still in the cache for the comparison.
constexpr size_t kPartBytes = 64 << 10;

uint64_t Difference(uint64_t a, uint64_t b) {
  return a > b ? a - b : b - a;
}

std::string Range(uint64_t at, uint64_t bytes) {
  if (bytes == 1) return fmt::format("byte {}", at);
  return fmt::format("bytes {}-{}", at, at + bytes - 1);
}

std::string InParentheses(const std::string& meaning) {
  return meaning.empty() ? "" : fmt::format(" ({})", meaning);
}

}  // namespace

StreamComparison::StreamComparison(Payload reference, uint64_t output_bytes)
    : reference_(std::move(reference)),
      output_bytes_(output_bytes),
      shift_holds_(reference_.size() != output_bytes),
      block_(kPartBytes, '\0') {}

Status StreamComparison::Feed(std::span<const char> block) {
  assert(block.size() <= output_bytes_ - fed_bytes_);
  while (!block.empty()) {
    const std::span<const char> part = block.first(std::min(block.size(), kPartBytes));
    if (Status fed = FeedPart(part); !fed.ok()) return fed;
    fed_bytes_ += part.size();
    block = block.subspan(part.size());
  }
  return Ok();
}

Status StreamComparison::FeedPart(std::span<const char> part) {
  if (Status compared = CompareInPlace(part); !compared.ok()) return compared;
  if (!diverged_ && fed_bytes_ + part.size() > reference_.size()) {
    diverged_ = true;
    first_divergence_ = reference_.size();
  }
  if (!diverged_ || !shift_holds_) return Ok();
  // From the divergence on, which may lie in this part.
  const uint64_t skip_bytes = first_divergence_ > fed_bytes_ ? first_divergence_ - fed_bytes_ : 0;
  return CompareShifted(part.subspan(static_cast<size_t>(skip_bytes)));
}

Status StreamComparison::CompareInPlace(std::span<const char> part) {
  if (fed_bytes_ >= reference_.size()) return Ok();
  const uint64_t common_bytes = std::min<uint64_t>(part.size(), reference_.size() - fed_bytes_);
  const std::span<char> expected(block_.data(), static_cast<size_t>(common_bytes));
  if (Status read = reference_.Read(fed_bytes_, expected); !read.ok()) return read;
  if (std::memcmp(part.data(), expected.data(), expected.size()) == 0) return Ok();
  uint64_t differing_bytes = 0;
  for (size_t i = 0; i < expected.size(); ++i) differing_bytes += part[i] != expected[i] ? 1 : 0;
  differing_bytes_ += differing_bytes;
  size_t last = expected.size() - 1;
  while (part[last] == expected[last]) --last;
  last_differing_ = fed_bytes_ + last;
  if (!diverged_) {
    const auto found = std::mismatch(expected.begin(), expected.end(), part.begin());
    first_divergence_ = fed_bytes_ + static_cast<uint64_t>(found.first - expected.begin());
    diverged_ = true;
  }
  return Ok();
}

// `part` is the tail of what FeedPart got.
Status StreamComparison::CompareShifted(std::span<const char> part) {
  const uint64_t at = std::max(fed_bytes_, first_divergence_);
  const uint64_t shift_bytes = Difference(reference_.size(), output_bytes_);
  const bool missing = output_bytes_ < reference_.size();
  if (!missing && at < shift_bytes) {  // nothing was written that could have come twice
    shift_holds_ = false;
    return Ok();
  }
  const uint64_t from = missing ? at + shift_bytes : at - shift_bytes;
  const std::span<char> expected(block_.data(), part.size());
  if (Status read = reference_.Read(from, expected); !read.ok()) return read;
  shift_holds_ = std::memcmp(part.data(), expected.data(), part.size()) == 0;
  return Ok();
}

StreamDifference StreamComparison::Finish() const {
  assert(fed_bytes_ == output_bytes_);
  StreamDifference difference;
  difference.shape = Shape();
  difference.output_bytes = output_bytes_;
  difference.reference_bytes = reference_.size();
  difference.first_divergence = diverged_ ? first_divergence_ : output_bytes_;
  difference.differing_bytes = differing_bytes_;
  difference.last_differing = last_differing_;
  if (difference.shape == StreamShape::kBlockMissing ||
      difference.shape == StreamShape::kBlockRepeated) {
    difference.block_bytes = Difference(reference_.size(), output_bytes_);
  }
  difference.sentence = Sentence(difference);
  return difference;
}

StreamShape StreamComparison::Shape() const {
  if (!diverged_) {
    return output_bytes_ == reference_.size() ? StreamShape::kEqual : StreamShape::kTruncatedTail;
  }
  if (output_bytes_ == reference_.size()) return StreamShape::kOverwritten;
  if (shift_holds_) {
    return output_bytes_ < reference_.size() ? StreamShape::kBlockMissing
                                             : StreamShape::kBlockRepeated;
  }
  return first_divergence_ == reference_.size() ? StreamShape::kExtraTail : StreamShape::kSeveral;
}

// Smallest period of a pattern that comes at least twice, else 0.
uint64_t StreamComparison::PeriodBytes() const {
  const std::string& text = reference_.pattern();
  if (text.empty()) return 0;
  const std::string doubled = text + text;
  // glibc's memmem is linear, where std::string::find on "aa...ab" would be quadratic.
  const void* const again =
      ::memmem(doubled.data() + 1, doubled.size() - 1, text.data(), text.size());
  const auto period =
      static_cast<uint64_t>(static_cast<const char*>(again) - doubled.data());  // always found
  return reference_.size() / 2 < period ? 0 : period;
}

std::string StreamComparison::Sentence(const StreamDifference& difference) const {
  const uint64_t at = difference.first_divergence;
  const uint64_t size_difference = Difference(output_bytes_, reference_.size());
  std::string text;
  switch (difference.shape) {
    case StreamShape::kEqual:
      return "equal";
    case StreamShape::kTruncatedTail:
      if (output_bytes_ == 0) {
        return fmt::format("the output is empty: none of {} bytes arrived", reference_.size());
      }
      text = fmt::format("truncated: {} of {} bytes{}, the rest never arrived", output_bytes_,
                         reference_.size(), InParentheses(SizeMeaning(output_bytes_)));
      break;
    case StreamShape::kExtraTail:
      return fmt::format(
          "longer: all {} bytes of the reference are there, and foreign {} after them",
          reference_.size(), Range(at, size_difference));
    case StreamShape::kOverwritten:
      return fmt::format("{} of {} bytes differ in place, {} {}", differing_bytes_, output_bytes_,
                         differing_bytes_ == 1 ? "namely" : "within",
                         Range(at, last_differing_ - at + 1));
    case StreamShape::kBlockMissing:
      text = fmt::format(
          "reference {} never arrived: after {} bytes{} the output goes on with "
          "reference byte {}, to the end",
          Range(at, size_difference), at, InParentheses(SizeMeaning(at)), at + size_difference);
      break;
    case StreamShape::kBlockRepeated:
      text = fmt::format("longer: {} of the output repeat reference {}, then everything follows",
                         Range(at, size_difference), Range(at - size_difference, size_difference));
      break;
    case StreamShape::kSeveral:
      return fmt::format(
          "differs in several places, first at byte {}: {} bytes instead of {}, of "
          "which {} differ in place",
          at, output_bytes_, reference_.size(), differing_bytes_);
  }
  return text + PeriodNote();
}

std::string StreamComparison::PeriodNote() const {
  const uint64_t period = PeriodBytes();
  if (period == 0 || Difference(output_bytes_, reference_.size()) < period) return "";
  return fmt::format(
      "; the pattern repeats every {} bytes, so only the length shows that whole repetitions are "
      "missing or doubled, not where",
      period);
}

}  // namespace shortwrite
