// A repeated text, contiguous in address space, in little memory: 4 GiB of `ABCD` for one write
// call cost a few MiB.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "harness/base/result.h"

namespace shortwrite {

// Owns a read-only mapping; move-only. The same few pages of a memfd are mapped again and again
// (mmap(2), MAP_SHARED | MAP_FIXED) over a reserved range, so the bytes count as shared memory, not
// as anonymous memory of this process.
class RepeatedMapping {
 public:
  // One unit holds whole repetitions of the text and whole pages, at most this much. It also bounds
  // the memory that a mapping costs.
  static constexpr uint64_t kUnitBytesMax = 32ULL << 20;

  // `text` (not empty) repeated and cut to `bytes`. Errors: kUnavailable when no unit up to
  // kUnitBytesMax fits (a text of odd length above 8 KiB has a unit of length x 4096), or the range
  // needs more mappings than Linux grants a process; then write in several requests instead.
  // kHarness: no address space, no memfd.
  static Result<RepeatedMapping> Create(std::string_view text, uint64_t bytes);

  RepeatedMapping(RepeatedMapping&& other) noexcept;
  RepeatedMapping& operator=(RepeatedMapping&& other) noexcept;
  RepeatedMapping(const RepeatedMapping&) = delete;
  RepeatedMapping& operator=(const RepeatedMapping&) = delete;
  ~RepeatedMapping();

  const char* data() const { return static_cast<const char*>(address_); }
  size_t size() const { return bytes_; }

 private:
  RepeatedMapping(void* address, size_t bytes, size_t reserved_bytes)
      : address_(address), bytes_(bytes), reserved_bytes_(reserved_bytes) {}

  void* address_ = nullptr;
  size_t bytes_ = 0;
  size_t reserved_bytes_ = 0;  // bytes_ rounded up to pages; 0 = nothing to unmap
};

}  // namespace shortwrite
