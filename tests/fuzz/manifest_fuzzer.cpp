// Whatever the bytes, parsing a manifest ends in a value or a usage error; and what was parsed is
// the same after it was printed and parsed again.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "harness/oracle/manifest.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* input, size_t input_bytes) {
  using shortwrite::Manifest;
  using shortwrite::ParseManifest;
  using shortwrite::Result;
  const std::string_view text(reinterpret_cast<const char*>(input), input_bytes);
  const Result<Manifest> manifest = ParseManifest(text, "fuzz");
  if (!manifest.ok()) {
    if (manifest.error().kind != shortwrite::ErrorKind::kUsage) abort();
    return 0;
  }
  const Result<Manifest> again = ParseManifest(PrintManifest(manifest.value()), "again");
  if (!again.ok() || again.value() != manifest.value()) abort();
  return 0;
}
