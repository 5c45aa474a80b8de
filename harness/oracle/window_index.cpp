#include "harness/oracle/window_index.h"

#include <bit>
#include <cassert>
#include <cstring>
#include <limits>

namespace shortwrite {
namespace {

constexpr size_t kDenseBytesMax = 4 << 20;

uint64_t Load(const char* window) {
  uint64_t value = 0;
  std::memcpy(&value, window, sizeof(value));
  return value;
}

}  // namespace

WindowIndex::WindowIndex(std::string_view text) : text_(text) {
  assert(text.size() < std::numeric_limits<uint32_t>::max());
  const size_t stride = text.size() <= kDenseBytesMax ? 1 : kWindowBytes;
  const size_t slot_count = std::bit_ceil(2 * (text.size() / stride + 1));
  slot_shift_ = 64 - std::countr_zero(slot_count);
  slots_.assign(slot_count, 0);
  for (size_t at = 0; at + kWindowBytes <= text.size(); at += stride) {
    const uint64_t window = Load(text.data() + at);
    size_t slot = SlotOf(window);
    // An earlier occurrence of the same window keeps its place: the walk ends at it.
    while (slots_[slot] != 0 && Load(text.data() + slots_[slot] - 1) != window) {
      slot = (slot + 1) & (slot_count - 1);
    }
    if (slots_[slot] == 0) slots_[slot] = static_cast<uint32_t>(at + 1);
  }
}

std::optional<uint64_t> WindowIndex::Find(const char* window) const {
  const uint64_t value = Load(window);
  for (size_t slot = SlotOf(value); slots_[slot] != 0; slot = (slot + 1) & (slots_.size() - 1)) {
    const uint64_t at = slots_[slot] - 1;
    if (Load(text_.data() + at) == value) return at;
  }
  return std::nullopt;
}

// Multiplicative hashing: the high bits of the product depend on all bits of the window.
size_t WindowIndex::SlotOf(uint64_t window) const {
  return static_cast<size_t>((window * 0x9E3779B97F4A7C15ULL) >> slot_shift_);
}

}  // namespace shortwrite
