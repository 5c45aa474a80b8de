#include "harness/report/style.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdint>

namespace shortwrite {
namespace {

// Bold, and of the colours those that can be read on black and on white alike.
constexpr std::array<std::string_view, 5> kCodes = {"1;32", "1;31", "1;35", "1;36", "1"};

bool IsForced(const std::string& value) {
  return !value.empty() && value != "0";
}

// Continuation bytes of UTF-8 take no column of their own. (Wide characters take two: then a line
// is a little too long, and the terminal breaks it.)
size_t Columns(std::string_view text) {
  return static_cast<size_t>(std::count_if(
      text.begin(), text.end(), [](char c) { return (static_cast<uint8_t>(c) & 0xc0) != 0x80; }));
}

}  // namespace

std::string Style::Paint(Tint tint, std::string_view text) const {
  if (!colour || text.empty()) return std::string(text);
  return fmt::format("\033[{}m{}\033[0m", kCodes[static_cast<size_t>(tint)], text);
}

std::string Style::Wrap(std::string_view text, size_t indent) const {
  // Less room than this makes a tower of single words.
  constexpr size_t kRoomMin = 20;
  if (columns < indent + kRoomMin) return std::string(text);
  const size_t room = columns - indent;
  std::string wrapped;
  size_t used = 0;
  while (!text.empty()) {
    // Spaces go with the word that they stand before: they are kept, or become the line's end.
    const size_t begin = text.find_first_not_of(' ');
    const size_t end = begin == std::string_view::npos
                           ? text.size()
                           : std::min(text.find(' ', begin), text.size());
    const std::string_view word = text.substr(0, end);
    const bool breaks = used > 0 && used + Columns(word) > room;
    const std::string_view shown = breaks ? word.substr(std::min(begin, word.size())) : word;
    if (breaks) wrapped += '\n' + std::string(indent, ' ');
    wrapped += shown;
    used = (breaks ? 0 : used) + Columns(shown);
    text.remove_prefix(end);
  }
  return wrapped;
}

bool WantsColour(ColourWish wish, const ColourFacts& facts) {
  if (wish != ColourWish::kAuto) return wish == ColourWish::kAlways;
  if (!facts.no_color.empty()) return false;
  if (IsForced(facts.force_color) || IsForced(facts.clicolor_force)) return true;
  return facts.is_terminal && facts.term != "dumb";
}

size_t ProseColumns(size_t terminal_columns) {
  constexpr size_t kLeast = 40;
  constexpr size_t kMost = 120;
  return terminal_columns < kLeast ? 0 : std::min(terminal_columns, kMost);
}

}  // namespace shortwrite
