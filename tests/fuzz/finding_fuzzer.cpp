// Whatever a checked-in corpus holds, reading a kept counterexample ends in a value or a usage
// error that names the file; and what was read is the same after it was saved and read again.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "harness/cli/findings.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* input, size_t input_bytes) {
  using shortwrite::Finding;
  using shortwrite::Result;
  const std::string_view text(reinterpret_cast<const char*>(input), input_bytes);
  const Result<Finding> finding = shortwrite::ParseFinding(text, "kept.sched");
  if (!finding.ok()) {
    if (finding.error().kind != shortwrite::ErrorKind::kUsage) abort();
    if (!finding.error().message.starts_with("kept.sched:")) abort();
    return 0;
  }
  const Result<Finding> again =
      shortwrite::ParseFinding(FindingText(finding.value()), "kept.sched");
  if (!again.ok() || again.value().schedule != finding.value().schedule ||
      again.value().payload != finding.value().payload) {
    abort();
  }
  return 0;
}
