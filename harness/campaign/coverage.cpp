#include "harness/campaign/coverage.h"

#include <algorithm>

namespace shortwrite {
namespace {

struct Extent {
  uint64_t begin;
  uint64_t end;
};

// The extents of one output, merged and sorted.
std::vector<Extent> ExtentsOf(const Observation& control, const std::string& name,
                              uint64_t& write_calls) {
  std::vector<Extent> extents;
  for (const TracedCall& call : control.calls) {
    if (call.number == 0 || call.output >= control.touched.size()) continue;
    if (control.touched[call.output].final_name != name) continue;
    ++write_calls;
    if (call.result <= 0 || call.position < 0) continue;
    const auto begin = static_cast<uint64_t>(call.position);
    extents.push_back({begin, begin + static_cast<uint64_t>(call.result)});
  }
  std::sort(extents.begin(), extents.end(),
            [](const Extent& a, const Extent& b) { return a.begin < b.begin; });
  return extents;
}

// A stream has no positions: as many bytes must have arrived as its calls say were taken. Of a call
// that its process did not live to return from, nobody knows how much of it went.
uint64_t UnseenOfStream(const Observation& control, const OutputFile& output,
                        uint64_t& write_calls) {
  uint64_t accepted = 0;
  uint64_t unreturned = 0;
  for (const TracedCall& call : control.calls) {
    if (call.number == 0 || call.output >= control.touched.size()) continue;
    if (control.touched[call.output].final_name != output.name) continue;
    ++write_calls;
    if (!call.returned) unreturned += call.granted;
    if (call.result > 0) accepted += static_cast<uint64_t>(call.result);
  }
  const uint64_t arrived = output.bytes.size();
  if (arrived < accepted) return accepted - arrived;
  return arrived - std::min(arrived, accepted + unreturned);
}

// A byte outside all extents needs no call if it is NUL (a hole made by lseek or ftruncate) or if
// it stood there before.
uint64_t UnexplainedBytes(std::string_view bytes, uint64_t begin, uint64_t end,
                          std::string_view existing) {
  uint64_t count = 0;
  for (uint64_t i = begin; i < end; ++i) {
    if (bytes[i] != '\0' && (i >= existing.size() || bytes[i] != existing[i])) ++count;
  }
  return count;
}

}  // namespace

std::vector<OutputCoverage> MeasureCoverage(const Observation& control,
                                            const std::string& main_output,
                                            std::string_view existing) {
  std::vector<OutputCoverage> outputs;
  for (const OutputFile& output : control.outputs) {
    if (!output.written) continue;
    OutputCoverage coverage;
    coverage.name = output.name;
    const std::string_view bytes = output.bytes.view();
    const std::string_view before = output.name == main_output ? existing : std::string_view();
    coverage.bytes = bytes.size();
    coverage.stream = output.stream;
    if (output.stream) {
      coverage.unseen_bytes = UnseenOfStream(control, output, coverage.write_calls);
      outputs.push_back(coverage);
      continue;
    }
    uint64_t covered = 0;
    for (const auto& [begin, end] : ExtentsOf(control, output.name, coverage.write_calls)) {
      const uint64_t gap_end = std::min<uint64_t>(begin, bytes.size());
      if (covered < gap_end) {
        coverage.unseen_bytes += UnexplainedBytes(bytes, covered, gap_end, before);
      }
      covered = std::max(covered, end);
    }
    if (covered < bytes.size()) {
      coverage.unseen_bytes += UnexplainedBytes(bytes, covered, bytes.size(), before);
    }
    outputs.push_back(coverage);
  }
  return outputs;
}

}  // namespace shortwrite
