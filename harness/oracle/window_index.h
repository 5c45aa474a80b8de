// Where each 8-byte window of a text occurs first. For provenance.cpp.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace shortwrite {

// Looks into `text`, which must outlive it. Below 4 GiB (asserted: positions are 32 bits). Costs
// 8 to 16 bytes of memory for each indexed window: all of them up to 4 MiB of text, every eighth
// above.
class WindowIndex {
 public:
  static constexpr size_t kWindowBytes = 8;

  explicit WindowIndex(std::string_view text);

  // The earliest indexed occurrence of the window's bytes; `window` has kWindowBytes of them.
  std::optional<uint64_t> Find(const char* window) const;

 private:
  size_t SlotOf(uint64_t window) const;

  std::string_view text_;
  int slot_shift_ = 0;
  std::vector<uint32_t> slots_;  // position + 1; 0 = free; a power of two, at most half full
};

}  // namespace shortwrite
