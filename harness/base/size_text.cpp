#include "harness/base/size_text.h"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <limits>

namespace shortwrite {
namespace {

struct Suffix {
  std::string_view text;
  uint64_t factor;
};

// Splits "64KiB" into a number and the factor of its suffix; empty when either is not understood or
// the product does not fit.
template <size_t N>
bool ParseScaled(std::string_view text, const std::array<Suffix, N>& suffixes, uint64_t& product) {
  uint64_t number = 0;
  const char* const end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc() || rest == text.data()) return false;
  const std::string_view suffix(rest, static_cast<size_t>(end - rest));
  for (const Suffix& known : suffixes) {
    if (known.text != suffix) continue;
    if (number > std::numeric_limits<uint64_t>::max() / known.factor) return false;
    product = number * known.factor;
    return true;
  }
  return false;
}

constexpr std::array<Suffix, 5> kSizes = {
    {{"", 1}, {"KiB", 1ULL << 10}, {"MiB", 1ULL << 20}, {"GiB", 1ULL << 30}, {"TiB", 1ULL << 40}}};
constexpr std::array<Suffix, 4> kDurationsMs = {{{"", 1000}, {"ms", 1}, {"s", 1000}, {"m", 60000}}};

// Two kinds of limit meet here: off_t, and a deadline that must fit a millisecond poll timeout.
constexpr uint64_t kBytesMax = std::numeric_limits<int64_t>::max();
constexpr uint64_t kMillisecondsMax = std::numeric_limits<int32_t>::max();

}  // namespace

Result<uint64_t> ParseSize(std::string_view text) {
  uint64_t bytes = 0;
  if (!ParseScaled(text, kSizes, bytes) || bytes > kBytesMax) {
    return UsageError(fmt::format(
        "'{}' is not a size; write a whole number of bytes, or one with KiB, MiB, GiB or TiB",
        text));
  }
  return bytes;
}

Result<std::chrono::milliseconds> ParseDuration(std::string_view text) {
  uint64_t milliseconds = 0;
  if (!ParseScaled(text, kDurationsMs, milliseconds) || milliseconds == 0 ||
      milliseconds > kMillisecondsMax) {
    return UsageError(
        fmt::format("'{}' is not a duration; write for example 500ms, 30s or 5m", text));
  }
  return std::chrono::milliseconds(milliseconds);
}

}  // namespace shortwrite
