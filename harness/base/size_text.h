// Sizes and durations as people write them.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "harness/base/result.h"

namespace shortwrite {

// "4096", "64KiB", "1MiB", "4GiB" (powers of 1024) -> bytes. No sign, no fraction, no other suffix.
// Errors name the text and the accepted forms.
Result<uint64_t> ParseSize(std::string_view text);

// "500ms", "30s", "5m" -> milliseconds; a bare number means seconds. At least 1 ms.
Result<std::chrono::milliseconds> ParseDuration(std::string_view text);

}  // namespace shortwrite
