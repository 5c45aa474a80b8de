// What only a tracer can get wrong: it changes the registers of threads that other people wrote,
// stops them, and must not be noticed.
#include <gtest/gtest.h>
#include <sched.h>

#include <algorithm>
#include <map>
#include <set>

#include "tests/fault_inject/guest_bench.h"

namespace shortwrite {
namespace {

constexpr int kCannotShow = 77;  // guests/raw_call.h

class TracedGuests : public GuestTest {};
SHORTWRITE_FOR_BENCHES(TracedGuests, kTracerBenches);

// Compilers and Go's runtime keep values in the registers of a call's arguments. The calls of the
// guest are cut, or, with ENOSPC, left out.
TEST_P(TracedGuests, ArgumentsStayInTheirRegisters) {
  const GuestRun run = Run({.guest = "registers_kept",
                            .arguments = {"{out}"},
                            .schedule = "*:short=7",
                            .stdout_kind = StdoutKind::kStreamSocket});
  if (run.exit_status == kCannotShow) GTEST_SKIP() << "no raw calls on this architecture";
  EXPECT_EQ(run.exit_status, 0) << run.error;
  EXPECT_EQ(run.observation.faults_delivered, 7u);
  EXPECT_EQ(run.out, "abcdefgabcdefg");
  const GuestRun failing = Run({.guest = "registers_kept",
                                .arguments = {"{out}"},
                                .schedule = "*@out:enospc",
                                .stdout_kind = StdoutKind::kStreamSocket});
  EXPECT_EQ(failing.exit_status, 0) << failing.error;
  EXPECT_EQ(failing.observation.faults_delivered, 5u);
  EXPECT_EQ(failing.file, "");
}

// The tracer keeps a target on its own processor, until there is somebody who would notice: a
// second thread, or who asks. What a target chooses for itself stays.
TEST_P(TracedGuests, ProcessorsAreTheTargetsOwn) {
  cpu_set_t ours;
  ASSERT_EQ(sched_getaffinity(0, sizeof(ours), &ours), 0);
  const int count = CPU_COUNT(&ours);
  if (count == 1) GTEST_SKIP() << "one processor: there is nothing to keep";
  const GuestRun run = RunClean({.guest = "processors_kept",
                                 .arguments = {"{out}", std::to_string(count)},
                                 .schedule = "*:short=3"});
  EXPECT_EQ(run.file, "first asks pins pinned thread asks pins ");
  EXPECT_GT(run.observation.faults_delivered, 0u);
  // And this thread has its own back.
  ASSERT_EQ(sched_getaffinity(0, sizeof(ours), &ours), 0);
  EXPECT_EQ(CPU_COUNT(&ours), count);
}

// What a cut vector needs is kept off the target's stack.
TEST_P(TracedGuests, NothingIsStoredBelowTheStack) {
  const GuestRun run =
      Run({.guest = "tiny_stack", .arguments = {"{out}"}, .schedule = "1:short=7"});
  if (run.exit_status == kCannotShow) GTEST_SKIP() << "no raw calls on this architecture";
  EXPECT_EQ(run.exit_status, 0) << run.error;
  EXPECT_EQ(run.file, "abcdefg");
  EXPECT_EQ(run.observation.faults_delivered, 1u);
}

// A handler that runs before a cut vector call really begins has calls of its own; each of both
// kinds is recorded once, and cut as planned.
TEST_P(TracedGuests, HandlersBeforeACutCallAreCallsOfTheirOwn) {
  const GuestRun run =
      RunClean({.guest = "handler_in_vectors", .arguments = {"{out}"}, .schedule = "*:short=7"});
  ASSERT_TRUE(run.file);
  EXPECT_EQ(std::count(run.file->begin(), run.file->end(), 'h'), 50);
  EXPECT_EQ(run.file->size(), 50u + 50u * 7u);
  const std::vector<TracedCall>& calls = run.observation.calls;
  EXPECT_EQ(calls.size(), 100u);
  for (const TracedCall& call : calls) {
    EXPECT_TRUE(call.returned) << call.number;
    EXPECT_EQ(call.result, call.call == "write" ? 1 : 7) << call.number;
  }
}

// A child that outlives the target, and its child, are in the trial as the target was.
TEST_P(TracedGuests, WhoOutlivesTheTargetIsTraced) {
  const GuestRun run =
      RunClean({.guest = "outlives", .arguments = {"{out}"}, .schedule = "*:short=4"});
  EXPECT_EQ(run.file, "012345678901234567890123456789the last");
  int64_t accepted = 0;
  std::set<uint32_t> processes;
  for (const TracedCall& call : run.observation.calls) {
    accepted += call.result;
    processes.insert(call.process);
  }
  EXPECT_EQ(accepted, 38);
  EXPECT_EQ(processes.size(), 4u);
}

// A target that traces by itself is refused, as under any debugger; that is said, and nobody hangs.
TEST_P(TracedGuests, OwnTracingIsRefusedAndReported) {
  const GuestRun run = Run({.guest = "uses_ptrace", .arguments = {"{out}"}});
  EXPECT_EQ(run.exit_status, 3) << run.error;
  EXPECT_EQ(run.file, "0123456789");
  EXPECT_NE(run.observation.unseen_ways.find("ptrace"), std::string::npos);
}

// A 32-bit program's calls are not looked at; they work, and it is known that there were some.
TEST_P(TracedGuests, CallsOfAnotherAbiAreLeftAloneAndReported) {
  const GuestRun run = Run({.guest = "other_abi", .arguments = {"{out}"}, .schedule = "*:short=3"});
  if (run.exit_status == kCannotShow) GTEST_SKIP() << "this kernel knows no 32-bit calls";
  EXPECT_EQ(run.exit_status, 0) << run.error;
  EXPECT_EQ(run.file, "01234567899876543210");
  EXPECT_NE(run.observation.unseen_ways.find("32-bit"), std::string::npos);
}

// A target that has forbidden itself to map memory is killed by any attempt: vectors then go whole,
// everything else is cut as ever.
TEST_P(TracedGuests, SandboxesAreNotBroken) {
  const GuestRun run = Run({.guest = "sandboxed", .arguments = {"{out}"}, .schedule = "*:short=7"});
  EXPECT_EQ(run.signal, 0);
  EXPECT_EQ(run.exit_status, 0) << run.error;
  EXPECT_EQ(run.file, "abcdefghijklmno0123456");
  EXPECT_EQ(run.observation.faults_delivered, 1u);
}

// Threads that stop all the time keep the tracer busy; it must still come back to those who decide
// that it has been enough. The test would not end if it did not.
TEST_P(TracedGuests, BusyThreadsDoNotHoldTheTracer) {
  const GuestRun run = Run({.guest = "writes_for_ever", .arguments = {"{out}"}, .gives_up = true});
  EXPECT_EQ(run.signal, SIGKILL);
  EXPECT_EQ(run.file, "0123456789");
}

// A call that a handled signal interrupts while it waits is one call when it goes on by itself, and
// two when the target has to make it again. What was decided at its entry stays decided.
class Interruptions : public GuestTest {
 protected:
  GuestRun Blocked(const char* how, const char* call, const char* schedule, int expected) {
    return RunClean({.guest = "blocked_on_pipe",
                     .arguments = {"{out}", how, call},
                     .schedule = schedule,
                     .stdout_kind = StdoutKind::kPipe,
                     .environment = {"EXPECT=" + std::to_string(expected)}});
  }
};
SHORTWRITE_FOR_ALL_BENCHES(Interruptions);

TEST_P(Interruptions, RestartedCallsAreRecordedOnce) {
  for (const char* call : {"write", "writev"}) {
    for (const int count : {5000, 10000}) {
      const std::string schedule =
          count == 10000 ? "9:short=1" : "2@stdout:short=" + std::to_string(count) + " 3-:short=1";
      const GuestRun run = Blocked("restart", call, schedule.c_str(), count);
      const std::vector<TracedCall>& calls = run.observation.calls;
      ASSERT_EQ(calls.size(), 2u) << call;
      EXPECT_EQ(calls[1].call, call);
      EXPECT_EQ(calls[1].number, 2u);
      EXPECT_EQ(calls[1].asked, 10000u);
      EXPECT_EQ(calls[1].result, count);
      EXPECT_EQ(calls[1].error, 0);
      EXPECT_TRUE(calls[1].returned);
      EXPECT_EQ(run.out, std::string(static_cast<size_t>(count), 'x'));
    }
  }
}

TEST_P(Interruptions, EintrIsRecordedWhereItWasReturned) {
  for (const char* call : {"write", "writev"}) {
    const GuestRun run = Blocked("plain", call, "2-3@stdout:short=5000", 5000);
    const std::vector<TracedCall>& calls = run.observation.calls;
    ASSERT_EQ(calls.size(), 3u) << call;
    EXPECT_EQ(calls[1].number, 2u);
    EXPECT_EQ(calls[1].error, EINTR);
    EXPECT_EQ(calls[1].result, -1);
    EXPECT_FALSE(calls[1].delivered) << "the kernel's own EINTR is no fault of ours";
    EXPECT_EQ(calls[2].number, 3u);
    EXPECT_EQ(calls[2].result, 5000);
    EXPECT_TRUE(calls[2].delivered);
    EXPECT_EQ(run.out, std::string(5000, 'x'));
  }
}

}  // namespace
}  // namespace shortwrite
