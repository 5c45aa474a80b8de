// Text of a target (names, messages, commands) made safe to show. Pure.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace shortwrite {

// Valid UTF-8 in which nothing steers a terminal, forges a line, turns the writing direction, or is
// refused by a parser of XML: such characters become "\x1b" or "\u{202e}", and bytes that are no
// UTF-8 become "\xff".
std::string PlainText(std::string_view text);
// The same, but newlines stay: a quoted command that has one can still be pasted.
std::string PlainLines(std::string_view text);

// At most bytes_max of it, cut between characters, and how much is left out. text: valid UTF-8.
std::string Shortened(std::string_view text, size_t bytes_max);

// "30 31 .. |01|" for people: two digits a byte, then the printable ones.
std::string HexDigits(std::string_view bytes);
std::string HexLetters(std::string_view bytes);

}  // namespace shortwrite
