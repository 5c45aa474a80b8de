// Where and how a file of any size differs from what it must be, in one pass and little memory.
//
// The counterpart of provenance.h for gigabytes: instead of tracing each run it keeps a few
// hypotheses (same place, one block missing, one block repeated) and says which of them hold to the
// end of the file. All offsets are bytes.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "harness/base/result.h"
#include "harness/writer/payload.h"

namespace shortwrite {

enum class StreamShape {
  kEqual,
  kTruncatedTail,  // a proper prefix of the reference; the empty output too
  kExtraTail,      // the whole reference, then other bytes
  kOverwritten,    // same length, some bytes differ in place
  kBlockMissing,   // one block of the reference is missing, everything else is there
  kBlockRepeated,  // one block comes twice in a row, everything else is there
  kSeveral,        // no single block explains it
};

struct StreamDifference {
  StreamShape shape = StreamShape::kEqual;
  uint64_t output_bytes = 0;
  uint64_t reference_bytes = 0;
  // First offset at which the two differ, or one of them ends; with kEqual the size. A missing or
  // repeated block may have begun a little earlier, where its bytes and the next ones are equal.
  uint64_t first_divergence = 0;
  uint64_t differing_bytes = 0;  // compared at the same offset, over the common length
  uint64_t last_differing = 0;   // offset of the last of them; meaningful if there are any
  uint64_t block_bytes = 0;      // of kBlockMissing and kBlockRepeated: the difference of the sizes
  std::string sentence;          // plain, without a full stop; "equal" for kEqual
};

// Fed with the output from its start, block after block of any size. One thread at a time.
class StreamComparison {
 public:
  // `output_bytes`: the size that the output will turn out to have (needed to know how far a later
  // block could have moved).
  StreamComparison(Payload reference, uint64_t output_bytes);

  // Error: the reference cannot be read (only Payload::File).
  Status Feed(std::span<const char> block);

  // After all `output_bytes` have been fed (asserted).
  //
  // A pattern cannot show where a block of whole repetitions is missing or repeated: only the
  // length tells, and the sentence says so.
  StreamDifference Finish() const;

 private:
  Status FeedPart(std::span<const char> part);
  Status CompareInPlace(std::span<const char> part);
  Status CompareShifted(std::span<const char> part);
  uint64_t PeriodBytes() const;
  StreamShape Shape() const;
  std::string Sentence(const StreamDifference& difference) const;
  std::string PeriodNote() const;

  Payload reference_;
  uint64_t output_bytes_;
  uint64_t fed_bytes_ = 0;
  bool diverged_ = false;
  bool shift_holds_;  // so far: what follows the divergence stands block_bytes earlier or later
  uint64_t first_divergence_ = 0;
  uint64_t differing_bytes_ = 0;
  uint64_t last_differing_ = 0;
  std::string block_;  // reference bytes to compare with
};

}  // namespace shortwrite
