// Manifests: lists of files with their MD5, as `md5sum`, BSD `md5` and `openssl dgst -r` print
// them, plus a size and a pattern of our own.
//
// One line for each file; all of these name the same bytes:
//   cb08ca4a7bb5f9683c19133a84872ca7  abcd-4        GNU, text mode
//   cb08ca4a7bb5f9683c19133a84872ca7 *abcd-4        GNU, binary mode; openssl dgst -r
//   MD5 (abcd-4) = cb08ca4a7bb5f9683c19133a84872ca7        BSD; md5sum --tag
//   MD5 (abcd-4) = cb08ca4a7bb5f9683c19133a84872ca7 bytes=4 pattern=ABCD        ours
// `bytes` is the size; `pattern` (only behind `bytes`) says that the content is this text repeated
// and cut to size, so that a wrong file can be explained. In a pattern, space, % and all bytes that
// are not printable ASCII are written %XX. A backslash at the head of the line (coreutils)
// announces escapes in the name: \\ for a backslash, \n for a newline, \r for a carriage return;
// without it a backslash stands for itself. Empty lines and lines that begin with # are skipped.
//
// Strict, since a line that is skipped is a file that nobody verifies (`md5sum -c` passes a list
// with garbage in it): anything else is an error. Pure functions.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "harness/base/result.h"

namespace shortwrite {

struct ManifestEntry {
  std::string name;  // not empty; any bytes but NUL
  std::string md5;   // 32 lower-case hexadecimal digits
  std::optional<uint64_t> bytes;
  std::optional<std::string> pattern;  // only with bytes; empty only if bytes == 0

  bool operator==(const ManifestEntry&) const = default;
};

// In the order of the lines; names are unique.
using Manifest = std::vector<ManifestEntry>;

// `file_name` is for messages: "FILE:LINE:COLUMN: what; remedy", lines and columns (bytes) from 1.
// Every error is a usage error.
Result<Manifest> ParseManifest(std::string_view text, std::string_view file_name);

// The BSD form, and ours where there is more to say. ParseManifest(PrintManifest(m)) == m.
std::string PrintManifest(const Manifest& manifest);
// One line with its newline.
std::string PrintManifestEntry(const ManifestEntry& entry);

// 32 hexadecimal digits of either case -> lower case. The error names the digest that has the
// given length (SHA-256, ...) and does not say where it stands.
Result<std::string> ParseMd5(std::string_view hex);

// A name as one line can show it: as it is, or, if it contains a backslash, newline or carriage
// return, escaped and with a leading backslash, like md5sum.
std::string EscapedName(std::string_view name);

}  // namespace shortwrite
