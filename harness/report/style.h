// How text for people looks: colours, and where lines are broken. Colour never says anything alone:
// a word or a sign is there too, and without its escapes a coloured text is the plain one.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace shortwrite {

enum class Tint { kGood, kBad, kUnsure, kFault, kHeading };

struct Style {
  bool colour = false;
  size_t columns = 0;  // lines of prose are broken to fit; 0: they are not

  // text in a colour, if there is any. text: safe to show (plain_text.h), and on one line.
  std::string Paint(Tint tint, std::string_view text) const;

  // Prose after `indent` columns: broken at spaces, and what follows a break is indented likewise.
  // A word that is longer than a line stays whole: it may be a path that somebody wants to copy.
  std::string Wrap(std::string_view text, size_t indent) const;
};

// What was asked for with --color.
enum class ColourWish { kAuto, kAlways, kNever };

// What decides when nobody asked; the values of the variables, empty where they are not set.
struct ColourFacts {
  bool is_terminal = false;
  std::string term = {};
  std::string no_color = {};
  std::string force_color = {};
  std::string clicolor_force = {};
};

// --color > NO_COLOR > FORCE_COLOR, CLICOLOR_FORCE > a terminal that is not dumb.
bool WantsColour(ColourWish wish, const ColourFacts& facts);

// The width that prose is broken to on a terminal so wide: never more than people like to read.
// 0 where it is not known, or too narrow to be worth it.
size_t ProseColumns(size_t terminal_columns);

}  // namespace shortwrite
