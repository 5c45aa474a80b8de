#include "harness/oracle/manifest.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <limits>
#include <unordered_map>
#include <utility>

namespace shortwrite {
namespace {

constexpr size_t kMd5Digits = 32;
constexpr std::string_view kHexDigits = "0123456789abcdefABCDEF";
constexpr std::string_view kEscapedBytes = "\\\n\r";

struct Line {
  std::string_view file_name;
  size_t number;
  std::string_view text;
};

// `column` counts bytes from 0.
Error ErrorAt(const Line& line, size_t column, std::string_view what) {
  return UsageError(fmt::format("{}:{}:{}: {}", line.file_name, line.number, column + 1, what));
}

std::string_view AlgorithmOf(size_t hex_digits) {
  switch (hex_digits) {
    case 40:
      return "SHA-1";
    case 56:
      return "SHA-224";
    case 64:
      return "SHA-256";
    case 96:
      return "SHA-384";
    case 128:
      return "SHA-512";
    default:
      return "";
  }
}

size_t HexDigitsAt(std::string_view text, size_t at) {
  const size_t end = text.find_first_not_of(kHexDigits, at);
  return (end == std::string_view::npos ? text.size() : end) - at;
}

// Undoes coreutils' escaping. `at` is the column where the name begins.
Result<std::string> Unescape(const Line& line, std::string_view escaped, size_t at) {
  std::string name;
  for (size_t i = 0; i < escaped.size(); ++i) {
    if (escaped[i] != '\\') {
      name += escaped[i];
      continue;
    }
    const char kind = i + 1 < escaped.size() ? escaped[i + 1] : '\0';
    if (kind != '\\' && kind != 'n' && kind != 'r') {
      return ErrorAt(line, at + i, "bad escape in a name; write \\\\, \\n or \\r");
    }
    name += kind == 'n' ? '\n' : kind == 'r' ? '\r' : '\\';
    ++i;
  }
  return name;
}

Result<std::string> ParseName(const Line& line, std::string_view name, size_t at, bool escaped) {
  if (name.empty()) return ErrorAt(line, at, "the name is empty; name a file");
  if (!escaped) return std::string(name);
  return Unescape(line, name, at);
}

Result<std::string> ParsePattern(const Line& line, size_t at) {
  const std::string_view escaped = line.text.substr(at);
  std::string pattern;
  for (size_t i = 0; i < escaped.size(); ++i) {
    if (escaped[i] < '!' || escaped[i] > '~') {
      return ErrorAt(line, at + i,
                     "a pattern is printable ASCII without spaces; write other bytes as %XX");
    }
    if (escaped[i] != '%') {
      pattern += escaped[i];
      continue;
    }
    if (HexDigitsAt(escaped.substr(0, std::min(i + 3, escaped.size())), i + 1) != 2) {
      return ErrorAt(line, at + i, "% wants two hexadecimal digits; write a percent sign as %25");
    }
    unsigned int byte = 0;
    std::from_chars(escaped.data() + i + 1, escaped.data() + i + 3, byte, 16);
    pattern += static_cast<char>(byte);
    i += 2;
  }
  return pattern;
}

// " bytes=N" and " pattern=TEXT" from column `at` to the end of the line.
Status ParseAttributes(const Line& line, size_t at, ManifestEntry& entry) {
  constexpr std::string_view kBytes = " bytes=";
  constexpr std::string_view kPattern = " pattern=";
  const std::string_view text = line.text;
  if (at == text.size()) return Ok();
  if (text.substr(at).starts_with(kPattern)) {
    return ErrorAt(line, at + 1, "a pattern has no size of its own; write bytes=N before it");
  }
  if (!text.substr(at).starts_with(kBytes)) {
    return ErrorAt(line, at,
                   "unexpected text after the digest; only ' bytes=N' and ' pattern=TEXT' may "
                   "follow it");
  }
  at += kBytes.size();
  uint64_t bytes = 0;
  const auto [rest, error] = std::from_chars(text.data() + at, text.data() + text.size(), bytes);
  if (error != std::errc() || bytes > std::numeric_limits<int64_t>::max()) {
    return ErrorAt(line, at, "bytes= wants a whole number of bytes below 2^63, without suffix");
  }
  entry.bytes = bytes;
  at = static_cast<size_t>(rest - text.data());
  if (at == text.size()) return Ok();
  if (!text.substr(at).starts_with(kPattern)) {
    return ErrorAt(line, at, "unexpected text after bytes=N; only ' pattern=TEXT' may follow it");
  }
  at += kPattern.size();
  Result<std::string> pattern = ParsePattern(line, at);
  if (!pattern.ok()) return pattern.error();
  if (pattern.value().empty() && bytes > 0) {
    return ErrorAt(line, at, "an empty pattern cannot fill any bytes; write a text");
  }
  entry.pattern = std::move(pattern).value();
  return Ok();
}

// The digest that begins at column `at`.
Result<std::string> ParseMd5At(const Line& line, size_t at) {
  const size_t digits = HexDigitsAt(line.text, at);
  Result<std::string> md5 = ParseMd5(line.text.substr(at, digits));
  if (!md5.ok()) return ErrorAt(line, at, md5.error().message);
  return md5;
}

// "MD5 (NAME) = HEX..." from column `at`. The last ") = " ends the name: names may contain one, and
// nothing behind the digest can.
Result<ManifestEntry> ParseTagged(const Line& line, size_t at, bool escaped) {
  constexpr std::string_view kBegin = "MD5 (";
  constexpr std::string_view kEnd = ") = ";
  at += kBegin.size();
  const size_t end = line.text.rfind(kEnd);
  if (end == std::string_view::npos || end < at) {
    return ErrorAt(line, at, "') = ' is missing; write MD5 (NAME) = DIGEST");
  }
  ManifestEntry entry;
  Result<std::string> name = ParseName(line, line.text.substr(at, end - at), at, escaped);
  if (!name.ok()) return name.error();
  entry.name = std::move(name).value();
  at = end + kEnd.size();
  Result<std::string> md5 = ParseMd5At(line, at);
  if (!md5.ok()) return md5.error();
  entry.md5 = std::move(md5).value();
  const Status attributes = ParseAttributes(line, at + kMd5Digits, entry);
  if (!attributes.ok()) return attributes.error();
  return entry;
}

// "HEX  NAME" or "HEX *NAME" from column `at`.
Result<ManifestEntry> ParseUntagged(const Line& line, size_t at, bool escaped) {
  ManifestEntry entry;
  Result<std::string> md5 = ParseMd5At(line, at);
  if (!md5.ok()) return md5.error();
  entry.md5 = std::move(md5).value();
  at += kMd5Digits;
  const std::string_view separator = line.text.substr(at, 2);
  if (separator != "  " && separator != " *") {
    return ErrorAt(line, at, "after the digest come two spaces, or a space and *, and the name");
  }
  at += separator.size();
  Result<std::string> name = ParseName(line, line.text.substr(at), at, escaped);
  if (!name.ok()) return name.error();
  entry.name = std::move(name).value();
  return entry;
}

Error NotAnEntry(const Line& line, size_t at) {
  const std::string_view text = line.text.substr(at);
  if (text.starts_with("MD5(")) {
    return ErrorAt(line, at, "this is openssl's long form; print it with 'openssl dgst -md5 -r'");
  }
  const size_t tag_end = text.find(" (");
  if (tag_end != std::string_view::npos && text.find(") = ") != std::string_view::npos &&
      text.find(' ') == tag_end) {
    return ErrorAt(
        line, at, fmt::format("the digest is {}; only MD5 is understood", text.substr(0, tag_end)));
  }
  return ErrorAt(line, at, "not a manifest line; write 'DIGEST  NAME' or 'MD5 (NAME) = DIGEST'");
}

Result<ManifestEntry> ParseLine(const Line& line) {
  if (const size_t nul = line.text.find('\0'); nul != std::string_view::npos) {
    return ErrorAt(line, nul, "a NUL byte; a manifest is text, one line for each file");
  }
  if (line.text.back() == '\r') {
    return ErrorAt(line, line.text.size() - 1,
                   "the line ends in CR LF; convert the manifest, e.g. with dos2unix");
  }
  const bool escaped = line.text.front() == '\\';
  const size_t at = escaped ? 1 : 0;
  if (line.text.substr(at).starts_with("MD5 (")) return ParseTagged(line, at, escaped);
  // Eight digits: long enough not to be a word, short enough to name a wrong length.
  if (HexDigitsAt(line.text, at) >= 8) return ParseUntagged(line, at, escaped);
  return NotAnEntry(line, at);
}

}  // namespace

Result<Manifest> ParseManifest(std::string_view text, std::string_view file_name) {
  Manifest manifest;
  std::unordered_map<std::string, size_t> line_of_name;
  for (size_t number = 1; !text.empty(); ++number) {
    const size_t newline = text.find('\n');
    const Line line = {file_name, number, text.substr(0, newline)};
    text.remove_prefix(newline == std::string_view::npos ? text.size() : newline + 1);
    if (line.text.empty() || line.text.front() == '#') continue;
    Result<ManifestEntry> entry = ParseLine(line);
    if (!entry.ok()) return entry.error();
    const auto [known, added] = line_of_name.emplace(entry.value().name, number);
    if (!added) {
      return ErrorAt(line, 0,
                     fmt::format("'{}' is named in line {} already; keep one of the lines",
                                 EscapedName(entry.value().name), known->second));
    }
    manifest.push_back(std::move(entry).value());
  }
  return manifest;
}

Result<std::string> ParseMd5(std::string_view hex) {
  if (hex.size() != kMd5Digits || HexDigitsAt(hex, 0) != kMd5Digits) {
    const std::string_view algorithm =
        HexDigitsAt(hex, 0) == hex.size() ? AlgorithmOf(hex.size()) : "";
    if (!algorithm.empty()) {
      return UsageError(
          fmt::format("{} hexadecimal digits are {}; only MD5 (32 digits) is "
                      "understood",
                      hex.size(), algorithm));
    }
    return UsageError(fmt::format("'{}' is not an MD5 digest; write 32 hexadecimal digits", hex));
  }
  std::string lower(hex);
  std::transform(lower.begin(), lower.end(), lower.begin(), [](char digit) {
    return digit >= 'A' && digit <= 'F' ? static_cast<char>(digit - 'A' + 'a') : digit;
  });
  return lower;
}

std::string EscapedName(std::string_view name) {
  if (name.find_first_of(kEscapedBytes) == std::string_view::npos) return std::string(name);
  std::string escaped = "\\";
  for (const char byte : name) {
    if (byte == '\n') {
      escaped += "\\n";
    } else if (byte == '\r') {
      escaped += "\\r";
    } else if (byte == '\\') {
      escaped += "\\\\";
    } else {
      escaped += byte;
    }
  }
  return escaped;
}

std::string PrintManifestEntry(const ManifestEntry& entry) {
  std::string name = EscapedName(entry.name);
  // The backslash that announces escapes stands before the whole line.
  const bool escaped = name != entry.name;
  if (escaped) name.erase(0, 1);
  std::string line = fmt::format("{}MD5 ({}) = {}", escaped ? "\\" : "", name, entry.md5);
  if (entry.bytes) line += fmt::format(" bytes={}", *entry.bytes);
  if (entry.pattern) {
    line += " pattern=";
    for (const char byte : *entry.pattern) {
      const bool plain = byte >= '!' && byte <= '~' && byte != '%';
      line +=
          plain ? std::string(1, byte) : fmt::format("%{:02X}", static_cast<unsigned char>(byte));
    }
  }
  return line + "\n";
}

std::string PrintManifest(const Manifest& manifest) {
  std::string text;
  for (const ManifestEntry& entry : manifest) text += PrintManifestEntry(entry);
  return text;
}

}  // namespace shortwrite
