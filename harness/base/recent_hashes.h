// Which of many hashes were there lately, in memory that does not grow: a search that runs for days
// must end as small as it began.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace shortwrite {

class RecentHashes {
 public:
  RecentHashes() : slots_(kBuckets * kWays), oldest_(kBuckets) {}

  // Whether it was not there. From now on it is, until kWays others have come to its bucket. Of
  // fewer than kNeverForgotten well mixed hashes practically none is forgotten.
  bool Add(uint64_t hash);

  static constexpr size_t kNeverForgotten = 16'384;

 private:
  static constexpr int kBucketBits = 14;
  static constexpr size_t kBuckets = size_t{1} << kBucketBits;
  static constexpr size_t kWays = 8;

  std::vector<uint64_t> slots_;  // by buckets; 0: free
  std::vector<uint8_t> oldest_;  // of each bucket, the slot to be taken next
};

}  // namespace shortwrite
