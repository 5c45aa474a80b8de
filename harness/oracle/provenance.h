// Where the bytes of a wrong output came from.
//
// Pure: strings in, a value out; no files, no clock. Called for outputs that were already found to
// differ (the index is built only then), up to some tens of MiB; for larger ones see
// stream_difference.h. All offsets and lengths are bytes, ranges in sentences are inclusive.
//
// Every run of output bytes is mapped back to its origin. With a position-coded payload the answer
// is exact, because each of its 8-byte windows occurs once; with other contents it is the simplest
// story: go on with the current run; the same place in the reference; what the file held before at
// this place; the place from which the reference's end is reached together with the output's; the
// longest match among the earliest occurrences. Runs shorter than 8 bytes cannot be placed by
// content alone. Above 4 MiB of reference only every eighth window is indexed (to bound memory), so
// runs below 15 bytes may be called foreign there.
//
// Where two neighbouring runs agree on the bytes around their seam (leading zeros of a record), the
// seam is put where it is roundest: at the head of the reference, else at the offset divisible by
// the highest powers of two. Programs cut at such offsets.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace shortwrite {

enum class Origin {
  kReference,  // reference bytes [from, from + bytes)
  kZero,       // NUL bytes that no reference bytes explain
  kExisting,   // what the output held before the trial, at the same offset (from == at)
  kForeign,    // from none of these
};

struct Run {
  uint64_t at = 0;     // offset in the output
  uint64_t bytes = 0;  // at least 1
  Origin origin = Origin::kForeign;
  uint64_t from = 0;  // kReference, kExisting: offset there; else 0

  bool operator==(const Run&) const = default;
};

// A half-open range of reference bytes.
struct Extent {
  uint64_t at = 0;
  uint64_t bytes = 0;

  bool operator==(const Extent&) const = default;
};

// What the difference looks like. The first that holds, in this order:
//   kEqual            output == reference
//   kAbsent           the output is empty (or there is none), the reference is not
//   kForeignBytes     some bytes have no origin
//   kNulHole          some bytes are NUL without reason
//   kStaleTail        some bytes are what the file held before; mostly its tail (no O_TRUNC)
// and, where everything comes from the reference, by what of it is missing and what is there twice:
//   kTruncatedTail    a proper prefix
//   kMissingMiddle    missing, nothing twice: jumps forward (the tail may be missing besides)
//   kDuplicatedChunk  nothing missing, some twice: goes back, then everything follows to the end
//   kReordered        nothing missing, nothing twice: another order
//   kRepeatedPrefix   some missing, some twice: went back to the head of the reference, or of a
//                     buffer, and made no room for what should have stood there
enum class Shape {
  kEqual,
  kAbsent,
  kForeignBytes,
  kNulHole,
  kStaleTail,
  kTruncatedTail,
  kMissingMiddle,
  kDuplicatedChunk,
  kReordered,
  kRepeatedPrefix,
};

// "equal", "absent", "foreign-bytes", "nul-hole", "stale-tail", "truncated-tail", "missing-middle",
// "duplicated-chunk", "reordered", "repeated-prefix".
std::string_view ShapeText(Shape shape);

struct Provenance {
  Shape shape = Shape::kEqual;
  // First offset at which output and reference differ, or one of them ends; with kEqual the size.
  uint64_t first_divergence = 0;
  std::vector<Run> runs;  // the whole output, in order, without gaps; neighbours are different
  std::vector<Extent> missing;  // reference bytes that are nowhere in the output, ascending
  uint64_t repeated_bytes = 0;  // reference bytes that are there again, counted each time
  // Smallest period of a reference that repeats at least twice, else 0. A periodic reference cannot
  // show where a block of a multiple of its period is missing, and the sentence says so.
  uint64_t period_bytes = 0;
  std::string sentence;  // one plain sentence without a full stop; "equal" for kEqual
};

// `existing`: what the output file held before the trial, empty where there was none.
Provenance TraceProvenance(std::string_view output, std::string_view reference,
                           std::string_view existing);

// What a size means to somebody who looks for a cause, or "": "65536 = default pipe capacity",
// "2147479552 = Linux's ceiling for one write call", "8192 = 2 pages of 4096 bytes".
std::string SizeMeaning(uint64_t bytes);

}  // namespace shortwrite
