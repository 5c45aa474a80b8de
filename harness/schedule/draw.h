// Draws from RapidCheck's random numbers. All randomness of schedules comes from here, so that a
// seed reproduces it.
#pragma once

#include <rapidcheck.h>

#include <array>
#include <cstddef>
#include <cstdint>

namespace shortwrite {

class Draw {
 public:
  explicit Draw(const rc::Random& random) : random_(random) {}

  // 0 to bound - 1. The bias of the remainder is far below what a search could notice.
  uint64_t Below(uint64_t bound) { return random_.next() % bound; }
  bool OneIn(uint64_t n) { return Below(n) == 0; }
  template <typename T, size_t N>
  T OneOf(const std::array<T, N>& values) {
    return values[Below(N)];
  }

 private:
  rc::Random random_;
};

}  // namespace shortwrite
