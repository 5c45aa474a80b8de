#include "harness/schedule/schedule.h"

#include <gtest/gtest.h>

#include <vector>

namespace shortwrite {
namespace {

// The text is the shortest that says the same.
TEST(Schedule, IsPrintedInItsOneForm) {
  EXPECT_EQ(ToText(Schedule{}), "");
  EXPECT_EQ(ToText({{ShortAt(1, Bytes(1))}}), "1:short=1");
  EXPECT_EQ(ToText({{ShortAt(3, AllBut(1)), FaultAt(4, FaultKind::kEagain)}}),
            "3:short=-1 4:eagain");
  EXPECT_EQ(ToText({{ShortAt(2, Percent(50))}}), "2:short=50%");
  EXPECT_EQ(ToText({{{StepSite::kCalls, {1, kOpenEnd}, "", FaultKind::kCap, Bytes(4096)}}}),
            "*:cap=4096");
  EXPECT_EQ(ToText({{{StepSite::kCalls, {5, kOpenEnd}, "", FaultKind::kEnospc, {}}}}), "5-:enospc");
  EXPECT_EQ(ToText({{{StepSite::kCalls, {3, 7}, "", FaultKind::kEintr, {}}}}), "3-7:eintr");
  EXPECT_EQ(ToText({{{StepSite::kClose, {1, kOpenEnd}, "", FaultKind::kEio, {}}}}), "close:eio");
  EXPECT_EQ(ToText({{{StepSite::kFsync, {1, kOpenEnd}, "out", FaultKind::kEdquot, {}}}}),
            "fsync@out:edquot");
}

// A name that would end a word, a step or a shell's quotes is escaped; a slash is not.
TEST(Schedule, OutputNamesAreEscaped) {
  Step step = FaultAt(1, FaultKind::kEio);
  const auto text = [&](const char* name) {
    step.output = name;
    return ToText({{step}});
  };
  EXPECT_EQ(text("dir/a.txt"), "1@dir/a.txt:eio");
  EXPECT_EQ(text("a b"), "1@a%20b:eio");
  EXPECT_EQ(text("a:b=c%d@e"), "1@a%3Ab%3Dc%25d%40e:eio");
  EXPECT_EQ(text("it's"), "1@it%27s:eio");
  EXPECT_EQ(text("\x01\x7f\xff"), "1@%01%7F%FF:eio");
}

// Recoverable are exactly the faults after which a program that loops loses nothing.
TEST(Schedule, KnowsWhatIsRecoverable) {
  for (const FaultKind fault : {FaultKind::kShort, FaultKind::kCap, FaultKind::kEagain,
                                FaultKind::kEintr, FaultKind::kZero}) {
    EXPECT_TRUE(IsRecoverable(fault)) << FaultName(fault);
  }
  for (const FaultKind fault : {FaultKind::kEnospc, FaultKind::kEdquot, FaultKind::kEio,
                                FaultKind::kEfbig, FaultKind::kEpipe}) {
    EXPECT_FALSE(IsRecoverable(fault)) << FaultName(fault);
  }
  EXPECT_TRUE(IsRecoverable(Schedule{}));
  EXPECT_TRUE(IsRecoverable(Schedule{{ShortAt(1, Bytes(1)), FaultAt(2, FaultKind::kEagain)}}));
  EXPECT_FALSE(IsRecoverable(Schedule{{ShortAt(1, Bytes(1)), FaultAt(2, FaultKind::kEio)}}));
}

}  // namespace
}  // namespace shortwrite
