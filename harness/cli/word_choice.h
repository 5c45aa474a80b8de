// For options whose value is one of a few words.
#pragma once

#include <fmt/format.h>

#include <array>
#include <string>
#include <string_view>

#include "harness/base/result.h"

namespace shortwrite {

// One of a few words; the index of the match.
template <size_t N>
Result<size_t> ParseChoice(std::string_view option, const std::string& text,
                           const std::array<std::string_view, N>& choices) {
  for (size_t i = 0; i < N; ++i) {
    if (choices[i] == text) return i;
  }
  return UsageError(
      fmt::format("{}: '{}' is not one of {}", option, text, fmt::join(choices, ", ")));
}

}  // namespace shortwrite
