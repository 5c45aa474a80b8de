// Claim: what the public generators make stays within its bounds, and is shown as C++ that makes
// the same again.
#include <shortwrite/generators.h>

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <sstream>
#include <stdexcept>
#include <string>

namespace shortwrite::inprocess {
namespace {

template <typename T>
std::string Shown(const T& value) {
  std::ostringstream text;
  rc::show(value, text);
  return text.str();
}

RC_GTEST_PROP(PublicSchedule, IsShownAsWhatMakesIt, (const Schedule& schedule)) {
  RC_ASSERT(!schedule.empty());
  RC_ASSERT(schedule.is_recoverable());
  RC_ASSERT(Schedule(schedule.text()) == schedule);
  RC_ASSERT(Shown(schedule) == "Schedule(\"" + schedule.text() + "\")");
}

RC_GTEST_PROP(PublicSchedule, TerminalOnesOnlyWhenAskedFor, ()) {
  bool any = false;
  for (int i = 0; i < 50 && !any; ++i) any = !(*Schedules({.terminal = true})).is_recoverable();
  RC_ASSERT(any);
}

RC_GTEST_PROP(PublicPayload, StaysWithinItsBound, ()) {
  const size_t bytes_max = *rc::gen::inRange<size_t>(0, 9000);
  RC_ASSERT((*Payloads(bytes_max)).size() <= bytes_max);
}

TEST(PublicPayload, IsShownAsWhatMakesIt) {
  EXPECT_EQ(Shown(Payload("a\"\\\n\xff"
                          "7")),
            R"(Payload("a\"\\\012\3777"))");
  EXPECT_EQ(Shown(Payload(std::string("a\0"
                                      "1",
                                      3))),
            R"(Payload(std::string("a\0001", 3)))");
  EXPECT_EQ(Shown(Payload::Repeated("ab", 5)), R"(Payload::Repeated("ab", 5))");
  EXPECT_EQ(Payload::Repeated("ab", 5).bytes(), "ababa");
  EXPECT_EQ(Shown(Payload::PositionCoded(9)), "Payload::PositionCoded(9)");
  EXPECT_EQ(Payload::PositionCoded(9).bytes(), "0000000\n0");
}

TEST(PublicPayload, RefusesWhatHasNoBytes) {
  EXPECT_THROW(Payload::Repeated("", 1), std::invalid_argument);
  EXPECT_EQ(Payload::Repeated("", 0).size(), 0u);
  EXPECT_THROW(Schedules({.calls_max = 0}), std::invalid_argument);
}

}  // namespace
}  // namespace shortwrite::inprocess
