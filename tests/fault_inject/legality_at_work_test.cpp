// The table of what is legal, observed from inside a program: which faults really arrive.
#include <gtest/gtest.h>

#include <cerrno>
#include <csignal>
#include <cstring>
#include <string>
#include <tuple>

#include "tests/fault_inject/guest_bench.h"

namespace shortwrite {
namespace {

class LegalityAtWork : public GuestTest {};
SHORTWRITE_FOR_BOTH_LIBCS(LegalityAtWork);

struct SignalRow {
  const char* how;
  bool interrupts;
};

// EINTR needs a handler that does not restart, is not blocked, and is not also what ends the
// program (signal(7)).
TEST_P(LegalityAtWork, EintrNeedsAHandlerThatCanInterrupt) {
  for (const auto& [how, interrupts] : {SignalRow{"none", false},
                                        {"plain", true},
                                        {"restart", false},
                                        {"ignored", false},
                                        {"blocked", false},
                                        {"ending", false},
                                        {"shared", false},
                                        {"beside", true},
                                        {"siginfo", true},
                                        {"realtime", true}}) {
    const GuestRun run =
        RunClean({.guest = "interruptible", .arguments = {"{out}", how}, .schedule = "1:eintr"});
    ASSERT_EQ(run.observation.calls.size(), 1u) << how;
    const TracedCall& call = run.observation.calls[0];
    EXPECT_EQ(call.delivered, interrupts) << how;
    EXPECT_EQ(call.error, interrupts ? EINTR : 0) << how;
    EXPECT_EQ(call.granted, interrupts ? 0u : 10u) << how;
    EXPECT_EQ(call.handler_can_interrupt, interrupts) << how;
    EXPECT_EQ(run.file, interrupts ? "" : "0123456789") << how;
  }
}

// In linux only a sink that waits is interrupted, and by the signal itself, so that its handler
// runs once, before the call returns; in posix nothing is raised.
TEST_P(LegalityAtWork, LinuxInterruptsByTheRealSignal) {
  const auto run = [this](ProfileName profile, const char* out, const char* how, const char* runs) {
    return RunClean({.guest = "interruptible",
                     .arguments = {out, how},
                     .schedule = "1:eintr",
                     .profile = profile,
                     .stdout_kind = StdoutKind::kPipe,
                     .environment = {std::string("RUNS=") + runs}});
  };
  for (const char* how : {"plain", "beside", "siginfo", "realtime"}) {
    const GuestRun interrupted = run(ProfileName::kLinux, "-", how, "1");
    EXPECT_EQ(interrupted.out, "") << how;
    ASSERT_EQ(interrupted.observation.calls.size(), 1u) << how;
    EXPECT_EQ(interrupted.observation.calls[0].error, EINTR) << how;
    EXPECT_EQ(interrupted.observation.calls[0].legal_under, "linux") << how;
  }
  EXPECT_EQ(run(ProfileName::kLinux, "-", "restart", "0").out, "0123456789");
  EXPECT_EQ(run(ProfileName::kLinux, "{out}", "plain", "0").file, "0123456789");
  EXPECT_EQ(run(ProfileName::kPosix, "-", "plain", "0").out, "");
}

// socket(7), signal(7): with SO_SNDTIMEO a socket that waits may answer EAGAIN, and EINTR although
// the handler restarts; without it neither.
TEST_P(LegalityAtWork, ASendTimeoutIsAWaitThatEnds) {
  for (const auto& [how, schedule, runs, error] : {std::tuple{"timed", "1:eagain", "0", EAGAIN},
                                                   {"timed", "1:eintr", "1", EINTR},
                                                   {"restart", "1:eagain", "0", 0},
                                                   {"restart", "1:eintr", "0", 0}}) {
    const GuestRun run = RunClean({.guest = "interruptible",
                                   .arguments = {"-", how},
                                   .schedule = schedule,
                                   .profile = ProfileName::kLinux,
                                   .stdout_kind = StdoutKind::kStreamSocket,
                                   .environment = {std::string("RUNS=") + runs}});
    ASSERT_EQ(run.observation.calls.size(), 1u) << how;
    EXPECT_EQ(run.observation.calls[0].error, error) << how << ' ' << schedule;
    EXPECT_EQ(run.observation.calls[0].send_timeout, strcmp(how, "timed") == 0);
    EXPECT_EQ(run.out, error == 0 ? "0123456789" : "") << how << ' ' << schedule;
  }
}

// A control says where EINTR could be delivered, without delivering it.
TEST_P(LegalityAtWork, AControlProbesHandlers) {
  for (const auto& [how, interrupts] : {SignalRow{"plain", true}, {"restart", false}}) {
    const GuestRun run = RunClean({.guest = "interruptible", .arguments = {"{out}", how}});
    ASSERT_FALSE(run.observation.calls.empty());
    EXPECT_EQ(run.observation.calls[0].handler_can_interrupt, interrupts) << how;
    EXPECT_FALSE(run.observation.calls[0].delivered);
  }
}

// EAGAIN reaches only a descriptor with O_NONBLOCK, and on a regular file not in the linux profile.
TEST_P(LegalityAtWork, EagainNeedsNonblocking) {
  const GuestRun blocking = RunClean(
      {.guest = "nonblocking", .arguments = {"{out}", "blocking"}, .schedule = "*:eagain"});
  EXPECT_EQ(blocking.observation.faults_delivered, 0u);
  EXPECT_EQ(blocking.observation.calls.size(), 3u);
  const GuestRun linux_profile = RunClean({.guest = "nonblocking",
                                           .arguments = {"{out}", "nonblocking"},
                                           .schedule = "*:eagain",
                                           .profile = ProfileName::kLinux});
  EXPECT_EQ(linux_profile.observation.faults_delivered, 0u);
}

// A target that retries gets through: no more than eight results without progress in a row.
TEST_P(LegalityAtWork, StallsAreBounded) {
  const GuestRun run = RunClean(
      {.guest = "nonblocking", .arguments = {"{out}", "nonblocking"}, .schedule = "*:eagain"});
  EXPECT_EQ(run.file, "012345678901234567890123456789");
  const std::vector<TracedCall>& calls = run.observation.calls;
  ASSERT_EQ(calls.size(), 27u);
  for (size_t i = 0; i < calls.size(); ++i) {
    EXPECT_EQ(calls[i].error, i % 9 == 8 ? 0 : EAGAIN) << i;
    EXPECT_EQ(calls[i].result, i % 9 == 8 ? 10 : -1) << i;
    EXPECT_EQ(calls[i].delivered, i % 9 != 8) << i;
  }
}

// The number of a call on a pipe is all or nothing up to PIPE_BUF; above it the linux profile cuts
// by pages (pipe(7)).
TEST_P(LegalityAtWork, PipesKeepTheirAtomicity) {
  const GuestRun small = RunClean({.guest = "one_call",
                                   .arguments = {"{out}", "stdout_write"},
                                   .schedule = "*@stdout:short=1",
                                   .stdout_kind = StdoutKind::kPipe,
                                   .environment = {"EXPECT=26"}});
  EXPECT_EQ(small.out, kLetters);
  EXPECT_EQ(small.observation.faults_delivered, 0u);
  const GuestRun paged = RunClean({.guest = "one_call",
                                   .arguments = {"{out}", "stdout_large"},
                                   .schedule = "*@stdout:short=5000",
                                   .profile = ProfileName::kLinux,
                                   .stdout_kind = StdoutKind::kPipe,
                                   .environment = {"EXPECT=4096"}});
  EXPECT_EQ(paged.out.size(), 4096u);
  const GuestRun posix = RunClean({.guest = "one_call",
                                   .arguments = {"{out}", "stdout_large"},
                                   .schedule = "*@stdout:short=4097",
                                   .stdout_kind = StdoutKind::kPipe,
                                   .environment = {"EXPECT=4097"}});
  EXPECT_EQ(posix.out.size(), 4097u);
  ASSERT_EQ(posix.observation.calls.size(), 1u);
  EXPECT_EQ(posix.observation.calls[0].legal_under, "posix");
  EXPECT_EQ(posix.observation.calls[0].sink, "pipe");
}

// Terminal errors come with the signal that write(2) says, and die by it; nothing is written.
TEST_P(LegalityAtWork, ErrorsComeWithTheirSignals) {
  const GuestRun broken_pipe = Run({.guest = "one_call",
                                    .arguments = {"{out}", "stdout_write"},
                                    .schedule = "1@stdout:epipe",
                                    .stdout_kind = StdoutKind::kPipe});
  EXPECT_EQ(broken_pipe.signal, SIGPIPE);
  EXPECT_EQ(broken_pipe.out, "");
  const GuestRun too_big =
      Run({.guest = "one_call", .arguments = {"{out}", "write"}, .schedule = "1@out:efbig"});
  EXPECT_EQ(too_big.signal, SIGXFSZ);
  EXPECT_EQ(too_big.file, "");
  const GuestRun full = RunClean({.guest = "one_call",
                                  .arguments = {"{out}", "write"},
                                  .schedule = "1@out:enospc",
                                  .environment = {"EXPECT=-1"}});
  EXPECT_EQ(full.file, "");
  EXPECT_EQ(full.observation.calls[0].error, ENOSPC);
  EXPECT_EQ(full.observation.calls[0].granted, 0u);
}

// Only the hostile profile returns 0 for more than 0 bytes.
TEST_P(LegalityAtWork, ZeroIsHostile) {
  for (const ProfileName profile :
       {ProfileName::kLinux, ProfileName::kPosix, ProfileName::kHostile}) {
    const bool hostile = profile == ProfileName::kHostile;
    const GuestRun run = RunClean({.guest = "one_call",
                                   .arguments = {"{out}", "write"},
                                   .schedule = "1:zero",
                                   .profile = profile,
                                   .environment = {hostile ? "EXPECT=0" : "EXPECT=26"}});
    EXPECT_EQ(run.file, hostile ? "" : kLetters);
  }
}

// An error at close or fsync is reported, and the descriptor is really closed (close(2)).
TEST_P(LegalityAtWork, CloseReportsAndReallyCloses) {
  constexpr int kFsyncFailed = 1;
  constexpr int kCloseFailed = 2;
  constexpr int kReallyClosed = 4 | 8;
  const auto run = [this](const char* schedule) {
    return Run({.guest = "close_error", .arguments = {"{out}"}, .schedule = schedule});
  };
  EXPECT_EQ(run("").exit_status, kReallyClosed);
  const GuestRun close_run = run("close:eio");
  EXPECT_EQ(close_run.exit_status, kCloseFailed | kReallyClosed);
  EXPECT_EQ(close_run.file, "0123456789");
  EXPECT_EQ(close_run.observation.faults_delivered, 1u);
  EXPECT_EQ(run("fsync:eio").exit_status, kFsyncFailed | kReallyClosed);
  EXPECT_EQ(run("close@out:eio fsync@out:eio").exit_status,
            kFsyncFailed | kCloseFailed | kReallyClosed);
  EXPECT_EQ(run("close@other:eio").exit_status, kReallyClosed);
}

// Who only looks on hears of no error at close: not a shell that closes its copy of a descriptor,
// not a reader, not a process that left the writing to its child.
TEST_P(LegalityAtWork, CloseFailsForTheWriterAlone) {
  for (const bool full_trace : {false, true}) {
    const GuestRun run = Run({.guest = "close_others",
                              .arguments = {"{out}"},
                              .schedule = "close:eio",
                              .full_trace = full_trace});
    EXPECT_EQ(run.exit_status, 0) << run.error;
    EXPECT_EQ(run.observation.faults_delivered, 2u);
  }
}

// A pipe keeps nothing that could be lost at its close, or at an fsync.
TEST_P(LegalityAtWork, PipesCloseWithoutError) {
  const GuestRun run = RunClean({.guest = "close_stdout",
                                 .arguments = {},
                                 .schedule = "close:eio fsync:eio",
                                 .stdout_kind = StdoutKind::kPipe});
  EXPECT_EQ(run.out, "0123456789");
  EXPECT_EQ(run.observation.faults_delivered, 0u);
}

}  // namespace
}  // namespace shortwrite
