#include "harness/base/recent_hashes.h"

#include <gtest/gtest.h>

#include <random>

namespace shortwrite {
namespace {

TEST(RecentHashes, TellsNewFromKnown) {
  RecentHashes hashes;
  for (const uint64_t hash : {uint64_t{0}, uint64_t{7}, UINT64_MAX}) {
    EXPECT_TRUE(hashes.Add(hash)) << hash;
    EXPECT_FALSE(hashes.Add(hash)) << hash;
  }
}

// A search ends when nothing is left to try, so what few schedules there are must stay known.
TEST(RecentHashes, ForgetsNoneOfAFewThousand) {
  RecentHashes hashes;
  for (const bool is_new : {true, false}) {
    std::mt19937_64 random(1);
    for (size_t i = 0; i < RecentHashes::kNeverForgotten; ++i) {
      ASSERT_EQ(hashes.Add(random()), is_new) << i;
    }
  }
}

// The oldest of a bucket goes first.
TEST(RecentHashes, ForgetsTheOldest) {
  RecentHashes hashes;
  for (uint64_t hash = 1; hash <= 9; ++hash) EXPECT_TRUE(hashes.Add(hash));
  for (uint64_t hash = 2; hash <= 9; ++hash) EXPECT_FALSE(hashes.Add(hash)) << hash;
  EXPECT_TRUE(hashes.Add(1));
}

}  // namespace
}  // namespace shortwrite
