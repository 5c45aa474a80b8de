#include "harness/base/closest_word.h"

#include <gtest/gtest.h>

#include <array>
#include <string>

namespace shortwrite {
namespace {

constexpr std::array<std::string_view, 4> kKnown = {"trials", "time", "timeout", "sink"};

// A letter left out, put in, replaced or exchanged with the next is found again; the nearest word
// wins.
TEST(DidYouMean, FindsTheNearest) {
  EXPECT_EQ(DidYouMean("trals", kKnown), "; did you mean 'trials'?");
  EXPECT_EQ(DidYouMean("trialss", kKnown), "; did you mean 'trials'?");
  EXPECT_EQ(DidYouMean("isnk", kKnown), "; did you mean 'sink'?");
  EXPECT_EQ(DidYouMean("tmie", kKnown), "; did you mean 'time'?");
  EXPECT_EQ(DidYouMean("mtei", kKnown), "") << "two exchanges";
  EXPECT_EQ(DidYouMean("tima", kKnown), "; did you mean 'time'?");
  EXPECT_EQ(DidYouMean("timeot", kKnown), "; did you mean 'timeout'?");
}

// Another word altogether is no misspelling, however long.
TEST(DidYouMean, SaysNothingOfOtherWords) {
  EXPECT_EQ(DidYouMean("output", kKnown), "");
  EXPECT_EQ(DidYouMean("", kKnown), "");
  EXPECT_EQ(DidYouMean("x", {}), "");
  EXPECT_EQ(DidYouMean(std::string(1 << 20, 't'), kKnown), "");
}

}  // namespace
}  // namespace shortwrite
