// The classes of mistakes that can be told from outside, and the rules that tell them.
#pragma once

#include <span>
#include <string_view>

#include "harness/diagnosis/facts.h"

namespace shortwrite {

// Rules are tried in order; the first that fits names the class. Where several classes look the
// same from outside, all stand here, the one that is met most often first.
struct Rule {
  std::string_view classes;  // "W12 W25"
  bool (*fits)(const Facts&);
};
std::span<const Rule> Rules();

// "pointer not advanced"; empty for what is no class.
std::string_view ClassTitle(std::string_view class_name);

// Where no rule fits: the kind of mistake, in words that claim no more than what was seen.
std::string_view NearestFamily(const Facts& facts);

}  // namespace shortwrite
