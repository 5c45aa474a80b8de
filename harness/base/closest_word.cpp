#include "harness/base/closest_word.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <utility>
#include <vector>

namespace shortwrite {
namespace {

// Longer words are no misspelling of ours, and the distance takes the product of both lengths.
constexpr size_t kTypedBytesMax = 64;

// How many letters must be put in, left out, replaced, or exchanged with their neighbour
// (Damerau's and Levenshtein's distance, no letter twice).
size_t Distance(std::string_view a, std::string_view b) {
  std::vector<size_t> before(b.size() + 1);
  std::vector<size_t> above(b.size() + 1);
  std::iota(above.begin(), above.end(), size_t{0});
  for (size_t i = 0; i < a.size(); ++i) {
    std::vector<size_t> row(b.size() + 1, i + 1);
    for (size_t j = 0; j < b.size(); ++j) {
      const size_t replaced = above[j] + (a[i] == b[j] ? 0 : 1);
      row[j + 1] = std::min({replaced, row[j] + 1, above[j + 1] + 1});
      const bool exchanged = i > 0 && j > 0 && a[i] == b[j - 1] && a[i - 1] == b[j];
      if (exchanged) row[j + 1] = std::min(row[j + 1], before[j - 1] + 1);
    }
    before = std::exchange(above, std::move(row));
  }
  return above.back();
}

}  // namespace

std::string DidYouMean(std::string_view typed, std::span<const std::string_view> known) {
  if (typed.empty() || typed.size() > kTypedBytesMax) return "";
  std::string_view closest;
  // At most a third of the letters, or the word would be another one.
  size_t least = std::max<size_t>(typed.size() / 3, 1) + 1;
  for (const std::string_view word : known) {
    const size_t distance = Distance(typed, word);
    if (distance >= least) continue;
    least = distance;
    closest = word;
  }
  return closest.empty() ? "" : fmt::format("; did you mean '{}'?", closest);
}

}  // namespace shortwrite
