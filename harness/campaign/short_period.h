// Whether bytes repeat themselves so soon that a part of them could stand for another.
#pragma once

#include <cstdint>
#include <string_view>

namespace shortwrite {

// The least period of the bytes, if it is at most kShortPeriodMax and shows many times over; else
// 0. Where an output has one, a part of that length that is repeated, or sent twice, or left out
// and made up for, makes the same bytes.
inline constexpr uint64_t kShortPeriodMax = 64;
uint64_t ShortPeriod(std::string_view bytes);

}  // namespace shortwrite
