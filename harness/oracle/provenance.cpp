#include "harness/oracle/provenance.h"

#include <algorithm>
#include <cstring>

#include "harness/oracle/provenance_text.h"
#include "harness/oracle/run_tracer.h"
#include "harness/oracle/seams.h"

namespace shortwrite {
namespace {

constexpr uint64_t kPeriodBytesMax = 64 << 10;

// Smallest period of a text that repeats at least twice, else 0. Looks for its head again and then
// checks the rest; the work is bounded, since a text made to be nearly periodic everywhere could
// make it quadratic.
uint64_t PeriodBytes(std::string_view text) {
  const uint64_t most = std::min<uint64_t>(kPeriodBytesMax, text.size() / 2);
  uint64_t budget_bytes = 16 * static_cast<uint64_t>(text.size());
  for (uint64_t period = 1; period <= most; ++period) {
    const void* const head = std::memchr(text.data() + period, text[0], most - period + 1);
    if (head == nullptr) return 0;
    period = static_cast<uint64_t>(static_cast<const char*>(head) - text.data());
    const uint64_t common_bytes = CommonBytes(text, text.substr(period));
    if (common_bytes == text.size() - period) return period;
    if (common_bytes > budget_bytes) return 0;
    budget_bytes -= common_bytes;
  }
  return 0;
}

// Sets `missing` and `repeated_bytes` from the runs.
void CountReferenceBytes(uint64_t reference_bytes, Provenance& provenance) {
  std::vector<Extent> seen;
  for (const Run& run : provenance.runs) {
    if (run.origin == Origin::kReference) seen.push_back({run.from, run.bytes});
  }
  std::sort(seen.begin(), seen.end(), [](const Extent& a, const Extent& b) { return a.at < b.at; });
  uint64_t covered_to = 0;
  for (const Extent& extent : seen) {
    const uint64_t end = extent.at + extent.bytes;
    if (extent.at > covered_to) {
      provenance.missing.push_back({covered_to, extent.at - covered_to});
    } else {
      provenance.repeated_bytes += std::min(covered_to, end) - extent.at;
    }
    covered_to = std::max(covered_to, end);
  }
  if (covered_to < reference_bytes) {
    provenance.missing.push_back({covered_to, reference_bytes - covered_to});
  }
}

bool Holds(const Provenance& provenance, Origin origin) {
  return std::any_of(provenance.runs.begin(), provenance.runs.end(),
                     [origin](const Run& run) { return run.origin == origin; });
}

// The order of the header's table.
Shape Classify(const Provenance& provenance) {
  if (provenance.runs.empty()) return Shape::kAbsent;
  if (Holds(provenance, Origin::kForeign)) return Shape::kForeignBytes;
  if (Holds(provenance, Origin::kZero)) return Shape::kNulHole;
  if (Holds(provenance, Origin::kExisting)) return Shape::kStaleTail;
  const bool missing = !provenance.missing.empty();
  const bool repeated = provenance.repeated_bytes > 0;
  if (missing && repeated) return Shape::kRepeatedPrefix;
  if (repeated) return Shape::kDuplicatedChunk;
  if (!missing) return Shape::kReordered;
  const bool prefix = provenance.runs.size() == 1 && provenance.runs.front().from == 0;
  return prefix ? Shape::kTruncatedTail : Shape::kMissingMiddle;
}

}  // namespace

std::string_view ShapeText(Shape shape) {
  switch (shape) {
    case Shape::kEqual:
      return "equal";
    case Shape::kAbsent:
      return "absent";
    case Shape::kForeignBytes:
      return "foreign-bytes";
    case Shape::kNulHole:
      return "nul-hole";
    case Shape::kStaleTail:
      return "stale-tail";
    case Shape::kTruncatedTail:
      return "truncated-tail";
    case Shape::kMissingMiddle:
      return "missing-middle";
    case Shape::kDuplicatedChunk:
      return "duplicated-chunk";
    case Shape::kReordered:
      return "reordered";
    case Shape::kRepeatedPrefix:
      break;
  }
  return "repeated-prefix";
}

Provenance TraceProvenance(std::string_view output, std::string_view reference,
                           std::string_view existing) {
  Provenance provenance;
  const uint64_t equal_bytes = CommonBytes(output, reference);
  provenance.first_divergence = equal_bytes;
  if (equal_bytes == output.size()) {  // equal, or a prefix: no index needed
    if (equal_bytes > 0) provenance.runs.push_back({0, equal_bytes, Origin::kReference, 0});
    if (equal_bytes == reference.size()) {
      provenance.sentence = "equal";
      return provenance;
    }
  } else {
    provenance.runs = RunTracer(output, reference, existing).Trace(equal_bytes);
  }
  provenance.period_bytes = PeriodBytes(reference);
  // In a periodic reference seams can slide for ever and mean nothing.
  if (provenance.period_bytes == 0 &&
      (Holds(provenance, Origin::kForeign) || Holds(provenance, Origin::kZero) ||
       Holds(provenance, Origin::kExisting) ||
       !MoveSeamsToReorder(output, reference, provenance.runs))) {
    MoveSeamsToRound(output, reference, provenance.runs);
  }
  CountReferenceBytes(reference.size(), provenance);
  provenance.shape = Classify(provenance);
  provenance.sentence = DescribeProvenance(provenance, output.size(), reference.size());
  return provenance;
}

}  // namespace shortwrite
