// One file against one expectation. For verify_command.cpp.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "harness/base/result.h"
#include "harness/oracle/digest.h"
#include "harness/oracle/manifest.h"
#include "harness/writer/payload.h"

namespace shortwrite {

// What the right content is, as far as it is known; at least one of md5 and payload.
struct Expectation {
  std::optional<std::string> md5;
  std::optional<uint64_t> bytes;
  std::optional<Payload> payload;
};

Expectation ExpectationOf(const ManifestEntry& entry);

struct FileVerdict {
  bool right = false;
  std::string reason;   // where and how it differs, or why it cannot be read; empty if right
  std::string matched;  // the manifest entry it was taken for, where that has another name
  Digest found;         // bytes, and the MD5 if it was computed
};

// Errors are of this machine (no MD5); a file that is missing or unreadable is a verdict.
Result<FileVerdict> VerifyFile(const std::string& path, const Expectation& expectation);

// The file stands for the entry of its name, base name or content, in this order.
Result<FileVerdict> VerifyListedFile(const std::string& path, const Manifest& manifest);

}  // namespace shortwrite
