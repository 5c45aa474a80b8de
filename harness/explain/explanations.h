// What a word of ours means: a verdict, a class of mistake, a fault. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "harness/report/style.h"

namespace shortwrite {

struct Explanation {
  std::string_view kind;  // "class", "verdict", "fault"
  std::string_view name;
  std::string title;  // may be empty
  std::string_view cause;
  std::string_view bug;                   // C; "" where there is none
  std::string_view fix;                   // C, or a sentence
  std::vector<std::string_view> threads;  // "owner/repository#number"
};

// All there are: classes in their order, then verdicts, then faults.
std::vector<Explanation> AllExplanations();

// In capitals or not.
std::optional<Explanation> FindExplanation(std::string_view word);

// "; did you mean 'corrupted'?"; "" where no explained word is near.
std::string DidYouMeanExplained(std::string_view word);

// For people.
std::string ExplanationText(const Explanation& explanation, const Style& style);
// One line for each, with its title.
std::string ExplanationList(const std::vector<Explanation>& explanations, const Style& style);

// One object of JSON Lines, without the newline.
std::string ExplanationJson(const Explanation& explanation);

}  // namespace shortwrite
