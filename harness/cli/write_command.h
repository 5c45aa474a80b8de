// `shortwrite write`: the reference writer, and the write-all loop with its call table.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "harness/cli/exit_status.h"

namespace shortwrite {

struct WriteOptions {
  // false: the synchronous reference write. true: open(O_NONBLOCK) and the write-all loop over one
  // request for the whole payload, so that the kernel's own short counts show (2147479552 bytes for
  // each call on Linux, write(2); O_NONBLOCK itself changes nothing for regular files, open(2)).
  bool async = false;
  // Exactly one payload: `pattern` repeated and cut to `bytes`, or the content of the file `from`
  // (then `bytes` must be 0).
  std::optional<std::string> pattern;
  uint64_t bytes = 0;
  std::optional<std::string> from;
  std::string out;     // created or truncated
  bool quiet = false;  // no line for each call on stderr
  bool json = false;   // JSON Lines on stdout instead of text
};

// Writes, then reads OUT back and prints its digest, "MD5 (OUT) = ...", which `verify` accepts as a
// manifest. Exit statuses: 0; 2 for bad options (nothing was touched); 3 with the errno text if OUT
// cannot be written or read back, and then what was written stays.
ExitStatus RunWrite(const WriteOptions& options);

}  // namespace shortwrite
