// Cuts an output into runs of one origin each. For provenance.cpp, which says what they mean; the
// order of preference between origins is stated in provenance.h.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "harness/oracle/provenance.h"
#include "harness/oracle/window_index.h"

namespace shortwrite {

// Length of the longest common prefix.
uint64_t CommonBytes(std::string_view a, std::string_view b);

// One use: construct, Trace once. The strings must outlive it.
class RunTracer {
 public:
  RunTracer(std::string_view output, std::string_view reference, std::string_view existing);

  // Runs for the whole output; the first `equal_bytes` bytes are known to equal the reference.
  // Between two reference runs the seam is as far to the right as it can be.
  std::vector<Run> Trace(uint64_t equal_bytes);

 private:
  bool Matches(std::string_view source, uint64_t from, uint64_t at) const;
  uint64_t ZerosAt(uint64_t at) const;
  std::optional<uint64_t> ExpectedFrom(uint64_t at) const;
  std::optional<uint64_t> EndAnchoredFrom(uint64_t at) const;
  std::optional<uint64_t> IndexedFrom(uint64_t at) const;
  uint64_t ExistingBytes(uint64_t at) const;
  Run NextRun(uint64_t at) const;
  Run ReferenceRun(uint64_t at, uint64_t from) const;
  void Append(Run run);

  std::string_view output_;
  std::string_view reference_;
  std::string_view existing_;
  WindowIndex index_;
  std::vector<Run> runs_;
  std::optional<Run> last_reference_run_;
};

}  // namespace shortwrite
