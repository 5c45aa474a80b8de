#include "harness/report/plain_text.h"

#include <fmt/format.h>

#include <array>
#include <cstdint>
#include <utility>

namespace shortwrite {
namespace {

struct Character {
  uint32_t code = 0;
  size_t bytes = 0;  // 0: no UTF-8 begins here
};

// RFC 3629: no overlong forms, no surrogates, nothing above U+10FFFF.
Character Decode(std::string_view text) {
  const auto byte = [&](size_t i) { return static_cast<uint32_t>(static_cast<uint8_t>(text[i])); };
  const uint32_t first = byte(0);
  if (first < 0x80) return {first, 1};
  constexpr std::array<uint32_t, 3> kLeast = {0x80, 0x800, 0x10000};
  const size_t more = first >= 0xf0 ? 3 : first >= 0xe0 ? 2 : first >= 0xc0 ? 1 : 0;
  if (more == 0 || first >= 0xf8 || text.size() <= more) return {};
  uint32_t code = first & (0x3fu >> more);
  for (size_t i = 1; i <= more; ++i) {
    if ((byte(i) & 0xc0) != 0x80) return {};
    code = code << 6 | (byte(i) & 0x3f);
  }
  const bool surrogate = code >= 0xd800 && code < 0xe000;
  if (code < kLeast[more - 1] || surrogate || code > 0x10ffff) return {};
  return {code, more + 1};
}

// Inclusive. Controls; what ends a line or turns its direction; what XML 1.0 has no place for.
constexpr std::array<std::pair<uint32_t, uint32_t>, 7> kUnsafe = {{{0x00, 0x1f},
                                                                   {0x7f, 0x9f},
                                                                   {0x200e, 0x200f},
                                                                   {0x2028, 0x202e},
                                                                   {0x2066, 0x2069},
                                                                   {0xfeff, 0xfeff},
                                                                   {0xfffe, 0xffff}}};

bool IsUnsafe(uint32_t code) {
  for (const auto& [first, last] : kUnsafe) {
    if (code >= first && code <= last) return true;
  }
  return (code & 0xfffe) == 0xfffe;
}

std::string Plain(std::string_view text, bool keeps_newlines) {
  std::string plain;
  while (!text.empty()) {
    const Character character = Decode(text);
    const size_t bytes = character.bytes == 0 ? 1 : character.bytes;
    const bool kept = keeps_newlines && text[0] == '\n';
    if (character.bytes == 0 || (character.code < 0x80 && IsUnsafe(character.code) && !kept)) {
      plain += fmt::format("\\x{:02x}", static_cast<uint8_t>(text[0]));
    } else if (IsUnsafe(character.code) && !kept) {
      plain += fmt::format("\\u{{{:x}}}", character.code);
    } else {
      plain += text.substr(0, bytes);
    }
    text.remove_prefix(bytes);
  }
  return plain;
}

}  // namespace

std::string PlainText(std::string_view text) {
  return Plain(text, false);
}

std::string PlainLines(std::string_view text) {
  return Plain(text, true);
}

std::string Shortened(std::string_view text, size_t bytes_max) {
  if (text.size() <= bytes_max) return std::string(text);
  size_t cut = bytes_max;
  while (cut > 0 && (static_cast<uint8_t>(text[cut]) & 0xc0) == 0x80) --cut;
  return fmt::format("{}... ({} more bytes)", text.substr(0, cut), text.size() - cut);
}

std::string HexDigits(std::string_view bytes) {
  std::string digits;
  for (const char c : bytes) {
    if (!digits.empty()) digits += ' ';
    digits += fmt::format("{:02x}", static_cast<uint8_t>(c));
  }
  return digits;
}

std::string HexLetters(std::string_view bytes) {
  std::string letters(bytes);
  for (char& c : letters) {
    if (c < ' ' || c > '~') c = '.';
  }
  return letters;
}

}  // namespace shortwrite
