// Digest and comparison of a file in one pass.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "harness/base/result.h"
#include "harness/oracle/stream_difference.h"
#include "harness/writer/payload.h"

namespace shortwrite {

struct StreamCheck {
  uint64_t bytes = 0;
  std::string md5;                             // empty unless asked for
  std::optional<StreamDifference> difference;  // only with a reference
};

// Reads `path` once, in blocks of 1 MiB; less than 8 MiB of memory whatever its size. The MD5 runs
// on a second thread, so that the whole takes hardly longer than the digest alone. `reference` may
// be null. Errors: cannot open or read (errno text), not a regular file, the file changed its size
// meanwhile, no MD5 on this machine.
Result<StreamCheck> CheckStream(const std::string& path, const Payload* reference,
                                bool want_digest);

}  // namespace shortwrite
