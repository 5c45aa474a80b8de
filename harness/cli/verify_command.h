// `shortwrite verify`: are these files what they must be, and if not, where and how do they differ.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "harness/cli/exit_status.h"

namespace shortwrite {

// Exactly one of manifest, md5, pattern and against says what is right.
struct VerifyOptions {
  std::optional<std::string> manifest;  // path of a manifest (manifest.h)
  std::optional<std::string> md5;       // 32 hexadecimal digits; `bytes` may add the size
  std::optional<uint64_t> bytes;        // with md5 or pattern only
  std::optional<std::string> pattern;   // this text repeated and cut to `bytes`, which is required
  std::optional<std::string> against;   // path of a file with the right content
  // What to verify. May be empty only with a manifest: then every entry, names relative to the
  // current directory. With a manifest each file stands for the entry of its name; else of its base
  // name; else of its content.
  std::vector<std::string> files;
  bool quiet = false;  // no line for a file that is right
  bool json = false;   // JSON Lines instead of text
};

// Prints one line for each file on stdout, "NAME: OK" or "NAME: FAILED: where and how it differs",
// and reads each file once, in bounded memory, whatever its size. Exit statuses: 0 all right; 1 a
// file differs, is missing or cannot be read; 2 malformed options or manifest, or no file named; 3
// stdout cannot be written; 5 an empty manifest: nothing was verified.
ExitStatus RunVerify(const VerifyOptions& options);

}  // namespace shortwrite
