#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <string>
#include <string_view>

#include "harness/schedule/generators.h"
#include "harness/schedule/schedule.h"

namespace shortwrite {
namespace {

struct ValidRow {
  std::string_view text;
  Schedule schedule;
};

Step Ranged(uint32_t first, uint32_t last, FaultKind fault, Amount amount = {}) {
  return {StepSite::kCalls, {first, last}, "", fault, amount};
}

Step Named(std::string output, Step step) {
  step.output = std::move(output);
  return step;
}

// Each form of the grammar means what the header says.
TEST(ParseSchedule, ReadsEveryForm) {
  const ValidRow rows[] = {
      {"", {}},
      {"   ", {}},
      {"1:short=1", {{ShortAt(1, Bytes(1))}}},
      {"2:short=-3", {{ShortAt(2, AllBut(3))}}},
      {"2:short=1%", {{ShortAt(2, Percent(1))}}},
      {"2:short=99%", {{ShortAt(2, Percent(99))}}},
      {"7:cap=4096", {{Ranged(7, 7, FaultKind::kCap, Bytes(4096))}}},
      {"*:cap=1", {{Ranged(1, kOpenEnd, FaultKind::kCap, Bytes(1))}}},
      {"1-:cap=1", {{Ranged(1, kOpenEnd, FaultKind::kCap, Bytes(1))}}},
      {"3-7:eagain", {{Ranged(3, 7, FaultKind::kEagain)}}},
      {"3-3:eintr", {{FaultAt(3, FaultKind::kEintr)}}},
      {"9-:enospc", {{Ranged(9, kOpenEnd, FaultKind::kEnospc)}}},
      {"4294967294:zero", {{FaultAt(4294967294u, FaultKind::kZero)}}},
      {"1-4294967295:efbig", {{Ranged(1, kOpenEnd, FaultKind::kEfbig)}}},
      {"1:short=18446744073709551615", {{ShortAt(1, Bytes(UINT64_MAX))}}},
      {"1@stdout:epipe", {{Named("stdout", FaultAt(1, FaultKind::kEpipe))}}},
      {"1@a/b%20%c3%A9%3a:edquot", {{Named("a/b \xc3\xa9:", FaultAt(1, FaultKind::kEdquot))}}},
      {"1@a@b:eio", {{Named("a@b", FaultAt(1, FaultKind::kEio))}}},
      {"close:eio", {{{StepSite::kClose, {1, kOpenEnd}, "", FaultKind::kEio, {}}}}},
      {"fsync@x:enospc", {{{StepSite::kFsync, {1, kOpenEnd}, "x", FaultKind::kEnospc, {}}}}},
      {"  1:eio   2:short=1 ", {{FaultAt(1, FaultKind::kEio), ShortAt(2, Bytes(1))}}},
  };
  for (const auto& [text, expected] : rows) {
    const Result<Schedule> schedule = ParseSchedule(text);
    ASSERT_TRUE(schedule.ok()) << text << ": " << schedule.error().message;
    EXPECT_EQ(schedule.value(), expected) << text;
  }
}

struct InvalidRow {
  std::string_view text;
  size_t column;
  std::string_view remedy;  // must occur in the message
};

const InvalidRow kInvalid[] = {
    // No step at all.
    {"x", 2, "':' is missing; write CALLS:FAULT, for example 1:short=1"},
    {"1", 2, "':' is missing"},
    {"1:eio 22", 9, "':' is missing"},
    {"short=1", 8, "':' is missing"},
    {"1:eio\t2:eio", 3, "is no fault"},
    {"1:eio,2:eio", 3, "is no fault"},
    {"1:eio\n", 3, "is no fault"},
    // Calls.
    {":short=1", 1, "'' names no calls; write 3, 3-7, 3-, *, close or fsync"},
    {"a:eio", 1, "'a' names no calls"},
    {"1:eio +2:eio", 7, "'+2' names no calls"},
    {"-1:eio", 1, "'-1' names no calls"},
    {"-:eio", 1, "'-' names no calls"},
    {"1-2-3:eio", 1, "'1-2-3' names no calls"},
    {"1--3:eio", 1, "names no calls"},
    {"3-x:eio", 1, "names no calls"},
    {"1.5:eio", 1, "names no calls"},
    {"**:eio", 1, "names no calls"},
    {"open:eio", 1, "names no calls"},
    {"Close:eio", 1, "names no calls"},
    {"99999999999999999999:eio", 1, "names no calls"},
    {"0:short=1", 1, "calls are counted from 1"},
    {"0-3:eio", 1, "calls are counted from 1"},
    {"1:eio 0-:eio", 7, "calls are counted from 1"},
    {"4294967295:eio", 1, "below 4294967295"},
    {"4294967295-:eio", 1, "below 4294967295"},
    {"1-4294967296:eio", 1, "below 4294967295"},
    {"7-3:eagain", 1, "the range 7-3 is empty"},
    {"1-0:eagain", 1, "the range 1-0 is empty"},
    // Outputs.
    {"1@:eio", 3, "the output's name is missing after '@'"},
    {"@out:eio", 1, "names no calls"},
    {"1@a%:eio", 4, "'%' starts two hexadecimal digits, such as %20"},
    {"1@a%2:eio", 4, "two hexadecimal digits"},
    {"1@%zz:eio", 3, "two hexadecimal digits"},
    {"1@ok%20%4:eio", 8, "two hexadecimal digits"},
    {"1@a%00b:eio", 3, "an output's name has no NUL byte"},
    // Faults.
    {"1:", 3, "'' is no fault; known: short cap eagain eintr zero enospc edquot eio efbig epipe"},
    {"12: 13:eio", 4, "'' is no fault"},
    {"1:SHORT=1", 3, "'SHORT' is no fault"},
    {"1:ebadf", 3, "'ebadf' is no fault"},
    {"1:eio:eio", 3, "'eio:eio' is no fault"},
    {"1:=1", 3, "'' is no fault"},
    {"1@x:none", 5, "'none' is no fault"},
    {"1:eagain=1", 3, "eagain takes no argument"},
    {"1:eio=", 3, "eio takes no argument"},
    {"1:short", 3, "short needs a count, for example short=1"},
    {"1:cap", 3, "cap needs a count, for example cap=1"},
    {"close:short=1", 7, "close and fsync can fail with enospc, edquot or eio only"},
    {"close:eagain", 7, "enospc, edquot or eio only"},
    {"fsync:eintr", 7, "enospc, edquot or eio only"},
    {"fsync@a:epipe", 9, "enospc, edquot or eio only"},
    // Counts.
    {"1:short=", 9, "the count is N, -N (all but N) or P%, and above 0"},
    {"1:short=0", 9, "above 0"},
    {"1:short=-0", 9, "above 0"},
    {"1:short=-", 9, "the count is N"},
    {"1:short=--1", 9, "the count is N"},
    {"1:short=%", 9, "the count is N"},
    {"1:short=0%", 9, "above 0"},
    {"1:short=-5%", 9, "the count is N"},
    {"1:short=+1", 9, "the count is N"},
    {"1:short=1.5", 9, "the count is N"},
    {"1:short=4KiB", 9, "the count is N"},
    {"1:short=1=1", 9, "the count is N"},
    {"1:short=18446744073709551616", 9, "the count is N"},
    {"1:short=100%", 9, "a short write accepts 1% to 99%"},
    {"1:short=200%", 9, "1% to 99%"},
    {"1:cap=-1", 7, "cap takes a number of bytes, for example cap=4096"},
    {"1:cap=50%", 7, "cap takes a number of bytes"},
    {"1:cap=0", 7, "above 0"},
    {"1:eio  2@out:short=x", 20, "the count is N"},
};

// Every malformed text is a usage error that names the column of the offence and the remedy.
TEST(ParseSchedule, RefusesWithColumnAndRemedy) {
  for (const auto& [text, column, remedy] : kInvalid) {
    const Result<Schedule> schedule = ParseSchedule(text);
    ASSERT_FALSE(schedule.ok()) << text;
    const Error& error = schedule.error();
    EXPECT_EQ(error.kind, ErrorKind::kUsage) << text;
    const std::string place = "schedule, column " + std::to_string(column) + ": ";
    EXPECT_TRUE(error.message.starts_with(place)) << text << "\n" << error.message;
    EXPECT_NE(error.message.find(remedy), std::string::npos) << text << "\n" << error.message;
  }
}

// The library has room for this many steps; one more is refused, with the column of that one.
TEST(ParseSchedule, BoundsTheNumberOfSteps) {
  std::string text;
  for (size_t i = 0; i < kScheduleStepsMax; ++i) text += "1:eio ";
  ASSERT_TRUE(ParseSchedule(text).ok());
  const Result<Schedule> schedule = ParseSchedule(text + "1:eio");
  ASSERT_FALSE(schedule.ok());
  const std::string column = "column " + std::to_string(text.size() + 1) + ":";
  EXPECT_NE(schedule.error().message.find(column), std::string::npos);
  EXPECT_NE(schedule.error().message.find("use ranges such as 3-7"), std::string::npos);
}

// Any name but the empty one and those with a NUL, which no path has.
rc::Gen<std::string> WeirdName() {
  const auto byte = rc::gen::oneOf(
      rc::gen::map(rc::gen::inRange(1, 256), [](int value) { return static_cast<char>(value); }),
      rc::gen::element(' ', '%', ':', '@', '=', '\'', '"', '-', '*', '/', '0', 'A'));
  return rc::gen::nonEmpty(rc::gen::container<std::string>(byte));
}

// Parse and print are inverse to each other, whatever the outputs are called.
RC_GTEST_PROP(ParseSchedule, IsTheInverseOfPrinting, ()) {
  const auto outputs = *rc::gen::container<std::vector<std::string>>(3, WeirdName());
  const Schedule schedule = *ArbitrarySchedule(
      {.calls_max = 4000000000u, .terminal = true, .hostile = true, .outputs = outputs});
  const std::string text = ToText(schedule);
  const Result<Schedule> parsed = ParseSchedule(text);
  RC_ASSERT(parsed.ok());
  RC_ASSERT(parsed.value() == schedule);
  RC_ASSERT(text.find('\'') == std::string::npos);
}

// Any bytes are answered: by a schedule that prints and parses to itself, or by a usage error.
RC_GTEST_PROP(ParseSchedule, AnswersAnyBytes, ()) {
  const auto byte =
      rc::gen::oneOf(rc::gen::arbitrary<char>(),
                     rc::gen::element('1', '9', '-', '*', '@', ':', '=', '%', ' ', 's', 'c', 'e'));
  const auto text = *rc::gen::container<std::string>(byte);
  const Result<Schedule> schedule = ParseSchedule(text);
  if (!schedule.ok()) {
    RC_ASSERT(schedule.error().kind == ErrorKind::kUsage);
    return;
  }
  RC_ASSERT(ParseSchedule(ToText(schedule.value())).value() == schedule.value());
}

// One damaged byte in a valid text is still answered, and never by a schedule that cannot be said.
RC_GTEST_PROP(ParseSchedule, AnswersDamagedTexts, ()) {
  const Schedule original = *ArbitrarySchedule({.terminal = true, .outputs = {"stdout", "a b"}});
  std::string text = ToText(original);
  const auto at = *rc::gen::inRange<size_t>(0, text.size());
  text[at] = *rc::gen::arbitrary<char>();
  const Result<Schedule> schedule = ParseSchedule(text);
  if (schedule.ok()) {
    RC_ASSERT(ParseSchedule(ToText(schedule.value())).value() == schedule.value());
  }
}

// A real shortage is a part of the schedule, with steps or without; it comes first.
TEST(ParseSchedule, FullIsTheSizeThatFilesMayHave) {
  for (const char* const text : {"full=0", "full=4096", "full=18446744073709551614 1:short=1"}) {
    const Result<Schedule> schedule = ParseSchedule(text);
    ASSERT_TRUE(schedule.ok()) << text;
    EXPECT_TRUE(schedule.value().full) << text;
    EXPECT_FALSE(schedule.value().empty()) << text;
    EXPECT_FALSE(IsRecoverable(schedule.value())) << text;
    EXPECT_EQ(ToText(schedule.value()), text);
  }
  EXPECT_EQ(FaultCount(ParseSchedule("full=1 1:short=1").value()), 2u);
  for (const char* const text : {"full=", "full=x", "full=-1", "1:short=1 full=1k"}) {
    const Result<Schedule> schedule = ParseSchedule(text);
    ASSERT_FALSE(schedule.ok()) << text;
    EXPECT_NE(schedule.error().message.find("full=4096"), std::string::npos);
  }
}

}  // namespace
}  // namespace shortwrite
