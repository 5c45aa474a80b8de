// The synchronous reference write: what an output must be.
#pragma once

#include <string>

#include "harness/base/result.h"
#include "harness/writer/payload.h"

namespace shortwrite {

// Creates or truncates `path` (mode 0666 before umask) and writes the payload: blocking, in order,
// requests of at most 1 MiB. Errors name the call, the errno text and how many bytes had been
// written; the partial file stays. An error at close is an error: NFS reports a full disk only
// there (close(2)).
Status WriteReference(const Payload& payload, const std::string& path);

}  // namespace shortwrite
