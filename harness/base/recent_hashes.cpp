#include "harness/base/recent_hashes.h"

#include <algorithm>

namespace shortwrite {

bool RecentHashes::Add(uint64_t hash) {
  const uint64_t stored = hash == 0 ? 1 : hash;
  const size_t bucket = stored >> (64 - kBucketBits);
  const auto begin = slots_.begin() + static_cast<std::ptrdiff_t>(bucket * kWays);
  if (std::find(begin, begin + kWays, stored) != begin + kWays) return false;
  uint8_t& oldest = oldest_[bucket];
  begin[oldest] = stored;
  oldest = static_cast<uint8_t>((oldest + 1) % kWays);
  return true;
}

}  // namespace shortwrite
