#include "harness/oracle/provenance_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>
#include <iterator>
#include <map>
#include <vector>

namespace shortwrite {
namespace {

constexpr uint64_t kPageBytes = 4096;

std::string Range(uint64_t at, uint64_t bytes) {
  assert(bytes > 0);
  if (bytes == 1) return fmt::format("byte {}", at);
  return fmt::format("bytes {}-{}", at, at + bytes - 1);
}

std::string_view Are(uint64_t bytes) {
  return bytes == 1 ? "is" : "are";
}

std::string InParentheses(const std::string& meaning) {
  return meaning.empty() ? "" : fmt::format(" ({})", meaning);
}

// "reference bytes 5000-9999 never arrived", or "" where nothing is missing.
std::string NeverArrived(const Provenance& provenance) {
  const std::vector<Extent>& missing = provenance.missing;
  if (missing.empty()) return "";
  const std::string first = "reference " + Range(missing[0].at, missing[0].bytes);
  if (missing.size() == 1) return first + " never arrived";
  uint64_t bytes = 0;
  for (const Extent& extent : missing) bytes += extent.bytes;
  return fmt::format("{} and {} later {} never arrived, {} bytes in all", first, missing.size() - 1,
                     missing.size() == 2 ? "range" : "ranges", bytes);
}

const Run& FirstOf(Origin origin, const std::vector<Run>& runs) {
  const auto found = std::find_if(runs.begin(), runs.end(),
                                  [origin](const Run& run) { return run.origin == origin; });
  assert(found != runs.end());
  return *found;
}

// The first run that does not begin where the one before it ended; runs[0] if it is not the head.
const Run& FirstJump(const std::vector<Run>& runs) {
  uint64_t expected_from = 0;
  for (const Run& run : runs) {
    if (run.from != expected_from) return run;
    expected_from = run.from + run.bytes;
  }
  return runs.front();
}

// The first stretch of output that holds reference bytes which are in the output before it.
Run FirstRepeat(const std::vector<Run>& runs) {
  std::map<uint64_t, uint64_t> seen;  // start -> end, disjoint
  for (const Run& run : runs) {
    if (run.origin != Origin::kReference) continue;
    const uint64_t end = run.from + run.bytes;
    auto next = seen.upper_bound(run.from);
    if (next != seen.begin() && std::prev(next)->second > run.from) {
      return {run.at, std::min(run.bytes, std::prev(next)->second - run.from), run.origin,
              run.from};
    }
    if (next != seen.end() && next->first < end) {
      const uint64_t new_bytes = next->first - run.from;
      return {run.at + new_bytes, std::min(end, next->second) - next->first, run.origin,
              next->first};
    }
    seen[run.from] = end;
  }
  assert(false);
  return runs.front();
}

std::string Missing(const Provenance& provenance) {
  const Run& jump = FirstJump(provenance.runs);
  if (jump.at == 0) {
    return fmt::format("{}: the output begins with reference byte {}", NeverArrived(provenance),
                       jump.from);
  }
  return fmt::format("{}: after {} bytes{} the output goes on with reference byte {}",
                     NeverArrived(provenance), jump.at, InParentheses(SizeMeaning(jump.at)),
                     jump.from);
}

std::string Repeated(const Provenance& provenance, uint64_t output_bytes,
                     uint64_t reference_bytes) {
  const Run run = FirstRepeat(provenance.runs);
  const std::string text =
      fmt::format("{} of the output {} reference {} again", Range(run.at, run.bytes),
                  Are(run.bytes), Range(run.from, run.bytes));
  if (!provenance.missing.empty()) return text + "; " + NeverArrived(provenance);
  return fmt::format("{}; nothing is missing, but the output has {} bytes instead of {}", text,
                     output_bytes, reference_bytes);
}

std::string Reordered(const Provenance& provenance) {
  const Run& run = FirstJump(provenance.runs);
  return fmt::format(
      "every reference byte is there, but in another order: {} of the output {} reference {}",
      Range(run.at, run.bytes), Are(run.bytes), Range(run.from, run.bytes));
}

// A run that is not the reference's: foreign, NUL or old content.
std::string Intruder(const Provenance& provenance, Origin origin, uint64_t reference_bytes) {
  const Run& run = FirstOf(origin, provenance.runs);
  std::string text = Range(run.at, run.bytes) + " of the output ";
  text += Are(run.bytes);
  switch (origin) {
    case Origin::kZero:
      text += " NUL where no NUL belongs";
      break;
    case Origin::kExisting:
      text += " what the file held before";
      break;
    case Origin::kForeign:
      text += " foreign";
      break;
    case Origin::kReference:
      assert(false);
  }
  const auto same_origin = [origin](const Run& other) { return other.origin == origin; };
  const auto count = std::count_if(provenance.runs.begin(), provenance.runs.end(), same_origin);
  if (count > 1) text += fmt::format(" (the first of {} such runs)", count);
  if (run.at >= reference_bytes) {
    text += fmt::format(", behind the reference's end at {}", reference_bytes);
  }
  if (!provenance.missing.empty()) text += "; " + NeverArrived(provenance);
  return text;
}

std::string Sentence(const Provenance& provenance, uint64_t output_bytes,
                     uint64_t reference_bytes) {
  switch (provenance.shape) {
    case Shape::kEqual:
      return "equal";
    case Shape::kAbsent:
      return fmt::format("the output is empty or absent: none of {} bytes arrived",
                         reference_bytes);
    case Shape::kTruncatedTail:
      return fmt::format("truncated: {} of {} bytes{}, the rest never arrived", output_bytes,
                         reference_bytes, InParentheses(SizeMeaning(output_bytes)));
    case Shape::kForeignBytes:
      return Intruder(provenance, Origin::kForeign, reference_bytes);
    case Shape::kNulHole:
      return Intruder(provenance, Origin::kZero, reference_bytes);
    case Shape::kStaleTail:
      return Intruder(provenance, Origin::kExisting, reference_bytes);
    case Shape::kMissingMiddle:
      return Missing(provenance);
    case Shape::kReordered:
      return Reordered(provenance);
    case Shape::kDuplicatedChunk:
    case Shape::kRepeatedPrefix:
      break;
  }
  return Repeated(provenance, output_bytes, reference_bytes);
}

// Whether a block of whole periods may be missing, or there twice, at a place we cannot know.
bool HidesPlace(const Provenance& provenance) {
  if (provenance.period_bytes == 0 || provenance.shape == Shape::kAbsent) return false;
  uint64_t missing_bytes = 0;
  for (const Extent& extent : provenance.missing) missing_bytes += extent.bytes;
  return std::max(missing_bytes, provenance.repeated_bytes) >= provenance.period_bytes;
}

}  // namespace

std::string SizeMeaning(uint64_t bytes) {
  if (bytes == 65536) return "65536 = default pipe capacity";
  if (bytes == 2147479552) return "2147479552 = Linux's ceiling for one write call";
  if (bytes == 2147483647) return "2147483647 = macOS's ceiling for one write call";
  if (bytes == 0 || bytes % kPageBytes != 0) return "";
  const uint64_t pages = bytes / kPageBytes;
  return fmt::format("{} = {} {} of 4096 bytes", bytes, pages, pages == 1 ? "page" : "pages");
}

std::string DescribeProvenance(const Provenance& provenance, uint64_t output_bytes,
                               uint64_t reference_bytes) {
  std::string text = Sentence(provenance, output_bytes, reference_bytes);
  if (HidesPlace(provenance)) {
    text += fmt::format(
        "; the reference repeats every {} bytes, so it cannot show where whole repetitions are "
        "missing or doubled",
        provenance.period_bytes);
  }
  return text;
}

}  // namespace shortwrite
