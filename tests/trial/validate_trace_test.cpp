#include "harness/trial/validate_trace.h"

#include <fcntl.h>
#include <gtest/gtest.h>

#include <cerrno>
#include <functional>
#include <ostream>

#include "tests/trial/traces.h"

namespace shortwrite {
namespace {

std::vector<std::string> Violations(const Observation& observation, const std::string& schedule,
                                    ProfileName profile = ProfileName::kPosix,
                                    bool full_trace = true) {
  const Schedule parsed = ParseSchedule(schedule).value();
  return ValidateTrace({parsed, profile, full_trace}, observation);
}

struct TraceRow {
  const char* what;
  std::vector<TracedCall> calls;
  const char* schedule;
  ProfileName profile;
  const char* broken;  // what the first violation says; empty: a sound trace
};

std::ostream& operator<<(std::ostream& os, const TraceRow& row) {
  return os << row.what << " under '" << row.schedule << "'";
}

void Check(const std::vector<TraceRow>& rows) {
  for (const TraceRow& row : rows) {
    const std::vector<std::string> violations =
        Violations(Trace(row.calls), row.schedule, row.profile);
    if (*row.broken == '\0') {
      EXPECT_TRUE(violations.empty()) << row << ": " << violations.front();
    } else {
      ASSERT_FALSE(violations.empty()) << row;
      EXPECT_NE(violations.front().find(row.broken), std::string::npos)
          << row << ": " << violations.front();
    }
  }
}

constexpr ProfileName kLinux = ProfileName::kLinux;
constexpr ProfileName kPosix = ProfileName::kPosix;
constexpr ProfileName kHostile = ProfileName::kHostile;

// What must not be called a mistake: undisturbed calls, and each fault where it belongs.
TEST(ValidateTrace, SoundTracesPass) {
  TracedCall failed = Call(1, 100);
  failed.result = -1;
  failed.error = EFAULT;
  TracedCall cut_off = Call(1, 100);
  cut_off.returned = false;
  cut_off.result = 0;
  TracedCall not_legal = Call(1, 100);  // planned, but the sink does not give it
  not_legal.step = 1;
  not_legal.fault = FaultKind::kEagain;
  TracedCall timed = Answered(Call(1, 100, "TCP socket"), FaultKind::kEagain, EAGAIN);
  timed.send_timeout = true;
  TracedCall end_of_input = Call(1, 100);
  end_of_input.call = "sendfile";
  end_of_input.result = 0;
  TracedCall copied = Handled(Answered(Call(1, 100), FaultKind::kEintr, EINTR));
  copied.call = "sendfile";
  Check({
      {"two calls", {Call(1, 100), Call(2, 50), Close(0)}, "", kPosix, ""},
      {"nothing to write", {Call(0, 0), Call(1, 50)}, "", kPosix, ""},
      {"the kernel's own error", {failed}, "", kPosix, ""},
      {"ended inside the call", {cut_off}, "", kPosix, ""},
      {"end of input", {end_of_input}, "", kPosix, ""},
      {"a short write", {Cut(Call(1, 100), 1), Call(2, 99)}, "1:short=1", kLinux, ""},
      {"of an odd half", {Cut(Call(1, 101), 50), Call(2, 51)}, "1:short=50%", kLinux, ""},
      {"planned only", {not_legal}, "1:eagain", kPosix, ""},
      {"EAGAIN",
       {Nonblocking(Answered(Call(1, 9, "pipe"), FaultKind::kEagain, EAGAIN))},
       "1:eagain",
       kLinux,
       ""},
      {"EAGAIN of a timeout", {timed}, "1:eagain", kLinux, ""},
      {"EINTR",
       {Handled(Answered(Call(1, 9, "pipe"), FaultKind::kEintr, EINTR))},
       "1:eintr",
       kLinux,
       ""},
      {"EINTR of a file",
       {Handled(Answered(Call(1, 9), FaultKind::kEintr, EINTR, "posix"))},
       "1:eintr",
       kPosix,
       ""},
      {"EINTR of a copy", {copied}, "1:eintr", kLinux, ""},
      {"zero", {Answered(Call(1, 9), FaultKind::kZero, 0, "hostile")}, "1:zero", kHostile, ""},
      {"pages of a pipe", {Cut(Call(1, 10000, "pipe"), 5904)}, "1:short=7000", kLinux, ""},
      {"any part of a pipe",
       {Cut(Call(1, 10000, "pipe"), 7000, "posix")},
       "1:short=7000",
       kPosix,
       ""},
      {"full",
       {Call(1, 9), Answered(Call(2, 9), FaultKind::kEnospc, ENOSPC)},
       "2-:enospc",
       kLinux,
       ""},
      {"close", {Call(1, 9), Close(EIO)}, "close:eio", kLinux, ""},
  });
}

// Counts that no kernel gives: whatever the schedule says.
TEST(ValidateTrace, CountsMustAgree) {
  const auto with = [](const std::function<void(TracedCall&)>& change) {
    TracedCall call = Call(1, 100);
    change(call);
    return std::vector<TracedCall>{call};
  };
  Check({
      {"lengthened", with([](TracedCall& c) { c.granted = 101; }), "", kHostile, "lengthened"},
      {"too much", with([](TracedCall& c) { c.movable = 101; }), "", kHostile, "more to move"},
      {"above granted", with([](TracedCall& c) { c.result = 101; }), "", kHostile,
       "more was accepted"},
      {"count and errno", with([](TracedCall& c) { c.error = EINTR; }), "", kHostile, "agree"},
      {"no errno", with([](TracedCall& c) { c.result = -1; }), "", kHostile, "agree"},
      {"raw errno", with([](TracedCall& c) { c.result = -4, c.error = EINTR; }), "", kHostile,
       "agree"},
      {"position", with([](TracedCall& c) { c.result = 0, c.position = 5; }), "", kHostile,
       "position"},
      {"cut in secret", with([](TracedCall& c) { c.granted = c.result = 50; }), "", kHostile,
       "cut without a fault"},
      {"cut, not counted", with([](TracedCall& c) {
         c.granted = c.result = 1;
         c.step = 1;
       }),
       "1:short=1", kHostile, "not counted"},
      {"answered in secret", with([](TracedCall& c) { c.granted = 0, c.result = 0; }), "", kHostile,
       "not asked"},
  });
}

// A fault belongs to the first step that covers the call, and is that step's.
TEST(ValidateTrace, FaultsBelongToTheirStep) {
  TracedCall second = Cut(Call(1, 100), 1);
  second.step = 2;
  TracedCall without = Cut(Call(1, 100), 1);
  without.step = 0;
  TracedCall missed = Call(1, 100);
  TracedCall let_go = missed;
  let_go.watched = let_go.returned = false;
  TracedCall cut_off = missed;
  cut_off.returned = false;
  TracedCall at_nothing = Answered(Call(0, 0), FaultKind::kEnospc, ENOSPC);
  at_nothing.step = 0;
  Check({
      {"another call", {Cut(Call(1, 100), 1)}, "2:short=1", kPosix, "not the first step"},
      {"another output", {Cut(Call(1, 100), 1)}, "1@stdout:short=1", kPosix, "not the first step"},
      {"this output", {Cut(Call(1, 100), 1)}, "1@out:short=1", kPosix, ""},
      {"a later step", {second}, "1:short=1 1-9:short=2", kPosix, "not the first step"},
      {"no step at all", {without}, "", kPosix, "without a step"},
      {"a step left out", {missed}, "*:short=1", kPosix, "not the first step"},
      {"a step left out of a call let go", {let_go}, "*:short=1", kPosix, "not the first step"},
      {"killed before it was noted", {cut_off}, "*:short=1", kPosix, ""},
      {"another fault", {Cut(Call(1, 100), 1)}, "1:cap=1", kPosix, "not the fault of its step"},
      {"another count", {Cut(Call(1, 100), 2)}, "1:short=1", kPosix, "not the count of its step"},
      {"nothing to write", {at_nothing}, "1:enospc", kPosix, "nothing to write"},
      {"close, not fsync", {Close(EIO)}, "fsync:eio", kPosix, "not the first step"},
  });
}

// An output whose name was never written down tells nothing about steps that name one.
TEST(ValidateTrace, StepsOfANamelessOutputAreNotLookedUp) {
  Observation observation = Trace({Cut(Call(1, 100), 1)});
  observation.touched[1].first_name.clear();
  EXPECT_TRUE(Violations(observation, "1@out:short=1").empty());
  observation.calls[0].step = 2;
  EXPECT_FALSE(Violations(observation, "1@out:short=1").empty()) << "there is one step only";
}

// What was accepted of a cut: not nothing, not everything, and in the portions of the sink.
TEST(ValidateTrace, CutsFollowTheSink) {
  const auto flagged = [](TracedCall call, uint32_t flags) {
    call.status_flags = flags;
    return call;
  };
  TracedCall nothing = Cut(Call(1, 100), 1);
  nothing.result = 0;
  TracedCall copy = Cut(Call(1, 10000, "pipe"), 4096);
  copy.call = "tee";
  Check({
      {"whole", {Cut(Call(1, 100), 100)}, "1:short=100", kPosix, "not short"},
      {"of nothing", {nothing}, "1:short=1", kPosix, "accepted nothing"},
      {"atomic", {Cut(Call(1, 4096, "pipe"), 1, "posix")}, "1:short=1", kHostile, "PIPE_BUF"},
      {"off the pages", {Cut(Call(1, 10000, "pipe"), 5000)}, "1:short=5000", kLinux, "whole pages"},
      {"a packet",
       {flagged(Cut(Call(1, 10000, "pipe"), 5000, "posix"), O_DIRECT)},
       "1:short=5000",
       kPosix,
       "packet"},
      {"copied", {copy}, "1:short=4096", kLinux, "no known partial count"},
      {"a block",
       {flagged(Cut(Call(1, 10000), 5000), O_DIRECT)},
       "1:short=5000",
       kLinux,
       "whole blocks"},
      {"small local",
       {Cut(Call(1, 4096, "stream socket"), 1)},
       "1:short=1",
       kLinux,
       "up to 4096 bytes whole"},
      {"small TCP", {Cut(Call(1, 4096, "TCP socket"), 1)}, "1:short=1", kLinux, ""},
      {"a message",
       {Cut(Call(1, 100, "datagram socket"), 1)},
       "1:short=1",
       kHostile,
       "never gives"},
      {"eight bytes", {Cut(Call(1, 8, "eventfd"), 1)}, "1:short=1", kHostile, "never gives"},
  });
}

// Answers that nothing moved: only where the descriptor and the handlers allow them.
TEST(ValidateTrace, StallsNeedTheirCause) {
  const TracedCall eagain = Answered(Call(1, 9, "pipe"), FaultKind::kEagain, EAGAIN);
  const TracedCall eintr = Answered(Call(1, 9, "pipe"), FaultKind::kEintr, EINTR);
  TracedCall file_timeout = Answered(Call(1, 9), FaultKind::kEagain, EAGAIN, "posix");
  file_timeout.send_timeout = true;
  Check({
      {"may wait", {eagain}, "1:eagain", kPosix, "may wait"},
      {"a file has no timeout", {file_timeout}, "1:eagain", kPosix, "may wait"},
      {"a file of Linux",
       {Nonblocking(Answered(Call(1, 9), FaultKind::kEagain, EAGAIN))},
       "1:eagain",
       kLinux,
       "never gives"},
      {"no handler", {eintr}, "1:eintr", kPosix, "without a handler"},
      {"does not wait", {Handled(Nonblocking(eintr))}, "1:eintr", kPosix, "does not wait"},
      {"a file of Linux",
       {Handled(Answered(Call(1, 9), FaultKind::kEintr, EINTR))},
       "1:eintr",
       kLinux,
       "never gives"},
      {"zero",
       {Answered(Call(1, 9), FaultKind::kZero, 0, "posix")},
       "1:zero",
       kPosix,
       "never gives"},
      {"zero of a pipe",
       {Answered(Call(1, 9, "pipe"), FaultKind::kZero, 0, "hostile")},
       "1:zero",
       kHostile,
       "never gives"},
  });
}

// Errors: only of sinks that know them, with their errno, and never with bytes.
TEST(ValidateTrace, ErrorsFollowTheSink) {
  TracedCall moved = Answered(Call(1, 9), FaultKind::kEnospc, ENOSPC);
  moved.granted = 5;
  TracedCall wrong = Answered(Call(1, 9), FaultKind::kEnospc, EIO);
  TracedCall counted = Answered(Call(1, 9), FaultKind::kEnospc, ENOSPC);
  counted.result = 5;
  counted.granted = 5;
  TracedCall no_socket = Answered(Call(1, 9), FaultKind::kEnospc, ENOSPC);
  no_socket.call = "send";
  TracedCall appended = Answered(Call(1, 9), FaultKind::kEnospc, ENOSPC);
  appended.call = "copy_file_range";
  appended.status_flags = O_APPEND;
  TracedCall piped_close = Close(EIO);
  piped_close.sink = "pipe";
  TracedCall late = Close(ENOSPC);
  late.fault = FaultKind::kEnospc;
  Check({
      {"a full pipe",
       {Answered(Call(1, 9, "pipe"), FaultKind::kEnospc, ENOSPC)},
       "1:enospc",
       kHostile,
       "never gives"},
      {"a broken terminal",
       {Answered(Call(1, 9, "terminal"), FaultKind::kEpipe, EPIPE)},
       "1:epipe",
       kHostile,
       "never gives"},
      {"a lost terminal",
       {Answered(Call(1, 9, "terminal"), FaultKind::kEio, EIO)},
       "1:eio",
       kLinux,
       ""},
      {"an unread datagram",
       {Answered(Call(1, 9, "datagram socket"), FaultKind::kEpipe, EPIPE)},
       "1:epipe",
       kHostile,
       "never gives"},
      {"another errno", {wrong}, "1:enospc", kPosix, "errno is not the fault's"},
      {"asked all the same", {moved}, "1:enospc", kPosix, "bytes were asked for"},
      {"a count with an error", {counted}, "1:enospc", kPosix, "do not agree"},
      {"send to a file", {no_socket}, "1:enospc", kPosix, "fails by itself"},
      {"a copy that appends", {appended}, "1:enospc", kPosix, "O_APPEND"},
      {"close of a pipe", {piped_close}, "close:eio", kPosix, "only files"},
      {"space at close", {late}, "close:enospc", kLinux, "at the write"},
      {"an unknown sink",
       {Answered(Call(1, 9, "unknown"), FaultKind::kEio, EIO)},
       "1:eio",
       kPosix,
       "nobody knows"},
  });
}

// A fault is labelled with a profile that allows it, and none wider than the trial's.
TEST(ValidateTrace, LabelsAreTrue) {
  const TracedCall of_pipe = Cut(Call(1, 10000, "pipe"), 5000, "linux");
  Check({
      {"too strict a label", {of_pipe}, "1:short=5000", kPosix, "whole pages"},
      {"no label", {Cut(Call(1, 100), 1, "")}, "1:short=1", kHostile, "no rule of the profile"},
      {"beyond the profile",
       {Cut(Call(1, 100), 1, "posix")},
       "1:short=1",
       kLinux,
       "no rule of the profile"},
  });
}

// Numbers count from 1 without gaps, per output; twice the same is never right.
TEST(ValidateTrace, NumbersAreGapless) {
  const Observation gap = Trace({Call(1, 9), Call(3, 9)});
  ASSERT_EQ(Violations(gap, "").size(), 1u);
  EXPECT_NE(Violations(gap, "").front().find("go up to 3"), std::string::npos);
  EXPECT_FALSE(Violations(Trace({Call(2, 9)}), "").empty()) << "from 1";
  EXPECT_FALSE(Violations(Trace({Call(1, 9), Call(1, 9)}), "", kPosix, false).empty()) << "twice";
  EXPECT_FALSE(Violations(Trace({Call(4000000, 9)}), "", kPosix, false).empty());
  TracedCall elsewhere = Call(1, 9);
  elsewhere.output = 0;
  EXPECT_TRUE(Violations(Trace({Call(1, 9), elsewhere}), "").empty()) << "each output its own";
  elsewhere.output = 7;
  EXPECT_FALSE(Violations(Trace({elsewhere}), "").empty()) << "an output that is not there";
  // A thread that died between its number and its record leaves a gap; an overflow leaves many.
  EXPECT_TRUE(Violations(gap, "", kPosix, false).empty());
  Observation threads = gap;
  threads.calls[1].thread = 2;
  EXPECT_TRUE(Violations(threads, "").empty());
  Observation dropped = gap;
  dropped.trace_dropped = 1;
  EXPECT_TRUE(Violations(dropped, "").empty());
}

Observation Stalls(uint32_t before, uint32_t stalls) {
  std::vector<TracedCall> calls;
  for (uint32_t i = 1; i <= before + stalls; ++i) {
    const TracedCall call = Nonblocking(Call(i, 9, "pipe"));
    calls.push_back(i <= before ? call : Answered(call, FaultKind::kEagain, EAGAIN));
  }
  return Trace(std::move(calls));
}

// At most eight answers without progress in a row, so that every schedule ends. Among threads that
// are not known only their sum is bounded.
TEST(ValidateTrace, StallsAreBounded) {
  EXPECT_TRUE(Violations(Stalls(0, 8), "1-:eagain").empty());
  EXPECT_FALSE(Violations(Stalls(0, 9), "1-:eagain").empty());
  EXPECT_FALSE(Violations(Stalls(0, 9), "1-:eagain", kPosix, false).empty());
  EXPECT_TRUE(Violations(Stalls(1, 8), "2-:eagain").empty());
  EXPECT_FALSE(Violations(Stalls(1, 9), "2-:eagain").empty());
  EXPECT_TRUE(Violations(Stalls(1, 9), "2-:eagain", kPosix, false).empty());
  EXPECT_FALSE(Violations(Stalls(1, 17), "2-:eagain", kPosix, false).empty());
}

// However much is wrong, the list stays short; as an Error it names call, output and rule.
TEST(ValidateTrace, SaysWhatIsWrongAndWhere) {
  std::vector<TracedCall> calls;
  for (uint32_t i = 1; i <= 100; ++i) calls.push_back(Cut(Call(i, 100), 2));
  const Observation many = Trace(std::move(calls));
  EXPECT_EQ(Violations(many, "*:short=1").size(), kViolationsMax);
  const Schedule schedule = ParseSchedule("*:short=1").value();
  const Status status = CheckTrace({schedule}, many);
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().kind, ErrorKind::kHarness);
  EXPECT_NE(status.error().message.find("write 1 to out: not the count of its step (and 7 more)"),
            std::string::npos)
      << status.error().message;
  EXPECT_TRUE(CheckTrace({schedule}, Trace({Cut(Call(1, 100), 1)})).ok());
}

}  // namespace
}  // namespace shortwrite
