// The guest rules: what a program under a backend must not be able to notice. The guests check
// for themselves; the tests check that the library was really at work meanwhile.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>

#include "tests/fault_inject/guest_bench.h"

namespace shortwrite {
namespace {

class GuestRules : public GuestTest {};
SHORTWRITE_FOR_ALL_BENCHES(GuestRules);

// What a guest says on stdout and stderr arrives whole, and nothing of ours is between it, while
// the output named in the schedule is cut.
TEST_P(GuestRules, StandardStreamsAreUntouched) {
  const GuestRun run =
      Run({.guest = "streams_untouched", .arguments = {"{out}"}, .schedule = "*@out:short=1"});
  EXPECT_EQ(run.exit_status, 0);
  EXPECT_EQ(run.out, "raw out\nstdio out\n");
  EXPECT_EQ(run.error, "raw err\nstdio err\n");
  EXPECT_EQ(run.file, "0123456789");
  EXPECT_EQ(run.observation.faults_delivered, 9u);
}

// Where stderr shares stdout's file, descriptor 2 is left alone: a diagnostic is not an output.
TEST_P(GuestRules, DiagnosticsOnASharedStreamAreUntouched) {
  const GuestRun run = Run({.guest = "streams_untouched",
                            .arguments = {"{out}"},
                            .schedule = "2-@stdout:short=1",
                            .stderr_is_stdout = true});
  EXPECT_EQ(run.exit_status, 0) << run.out;
  EXPECT_TRUE(run.out.starts_with("raw out\nraw err\n")) << run.out;
  EXPECT_EQ(run.out.size(), 36u) << run.out;
}

TEST_P(GuestRules, ErrnoIsUntouchedOnSuccess) {
  const GuestRun run =
      RunClean({.guest = "errno_kept", .arguments = {"{out}"}, .schedule = "*:short=3"});
  EXPECT_EQ(run.observation.faults_delivered, 12u);
}

// With closes traced and handlers probed, as in a control, errno is still the guest's own.
TEST_P(GuestRules, ErrnoIsUntouchedInAControl) {
  const GuestRun run = RunClean({.guest = "errno_kept", .arguments = {"{out}"}});
  EXPECT_EQ(run.observation.faults_delivered, 0u);
  EXPECT_GE(run.observation.calls.size(), 15u);
}

TEST_P(GuestRules, RandomSequencesAreUntouched) {
  const GuestRun run =
      RunClean({.guest = "random_kept", .arguments = {"{out}"}, .schedule = "*:short=3"});
  EXPECT_EQ(run.observation.faults_delivered, 100u);
}

TEST_P(GuestRules, VectorsInReadOnlyMemoryAreUntouched) {
  const GuestRun run =
      RunClean({.guest = "const_vectors", .arguments = {"{out}"}, .schedule = "*:short=7"});
  EXPECT_EQ(run.observation.faults_delivered, 2u);
  EXPECT_EQ(run.file, "0123456");
}

// As many vectors as the kernel takes, cut in the first, in the middle and in the last.
TEST_P(GuestRules, TheLongestVectorsAreCut) {
  for (const int count : {1, 1023, 1024, 2047, 2048}) {
    const GuestRun run = RunClean({.guest = "many_vectors",
                                   .arguments = {"{out}"},
                                   .schedule = "*:short=" + std::to_string(count),
                                   .environment = {"EXPECT=" + std::to_string(count)}});
    ASSERT_TRUE(run.file);
    ASSERT_EQ(run.file->size(), static_cast<size_t>(count));
    for (size_t i = 0; i < run.file->size(); ++i) {
      const size_t expected = i % 2 == 0 ? i / 2 >> 8 : i / 2;
      EXPECT_EQ(static_cast<unsigned char>((*run.file)[i]), static_cast<unsigned char>(expected));
    }
    EXPECT_EQ(run.observation.faults_delivered, count == 2048 ? 0u : 1u);
  }
}

// Calls for 0 bytes pass, carry no number, and no step applies to them.
TEST_P(GuestRules, CallsForNothingPass) {
  for (const char* schedule : {"*:short=1", "*:enospc", "*:zero"}) {
    const GuestRun run = RunClean({.guest = "zero_lengths",
                                   .arguments = {"{out}"},
                                   .schedule = schedule,
                                   .profile = ProfileName::kHostile});
    EXPECT_EQ(run.observation.faults_delivered, 0u) << schedule;
    EXPECT_EQ(run.observation.calls.size(), 9u) << schedule;
    for (const TracedCall& call : run.observation.calls) {
      EXPECT_EQ(call.number, 0u);
      EXPECT_EQ(call.step, 0u);
    }
  }
}

TEST_P(GuestRules, SignalHandlersMayWrite) {
  const GuestRun run =
      RunClean({.guest = "signal_handler_writes", .arguments = {"{out}"}, .schedule = "*:short=1"});
  ASSERT_TRUE(run.file);
  EXPECT_EQ(std::count(run.file->begin(), run.file->end(), 'h'), 200);
  EXPECT_EQ(std::count(run.file->begin(), run.file->end(), 'm'), 2000);
  EXPECT_EQ(run.observation.faults_delivered, 1000u);
}

TEST_P(GuestRules, HandlersOnSmallStacksMayWrite) {
  const GuestRun run =
      RunClean({.guest = "small_sigaltstack", .arguments = {"{out}"}, .schedule = "*:short=3"});
  EXPECT_EQ(run.file, "0123456789abc");
  const GuestRun control = RunClean({.guest = "small_sigaltstack", .arguments = {"{out}"}});
  EXPECT_EQ(control.file, "0123456789abcdefg");
}

// Eight threads, one output: no byte is lost or doubled, each call has a number of its own, and the
// trace accounts for every byte.
TEST_P(GuestRules, ThreadsAreCountedExactly) {
  const GuestRun run =
      RunClean({.guest = "threads", .arguments = {"{out}"}, .schedule = "*:short=-1"});
  ASSERT_TRUE(run.file);
  EXPECT_EQ(run.file->size(), 32000u);
  std::map<char, int> letters;
  for (const char letter : *run.file) ++letters[letter];
  EXPECT_EQ(letters.size(), 8u);
  for (const auto& [letter, count] : letters) EXPECT_EQ(count, 4000) << letter;

  std::set<uint32_t> numbers;
  std::set<uint32_t> threads;
  int64_t accepted = 0;
  for (const TracedCall& call : run.observation.calls) {
    numbers.insert(call.number);
    threads.insert(call.thread);
    accepted += call.result;
    EXPECT_TRUE(call.returned);
    EXPECT_EQ(call.process, 1u);
  }
  EXPECT_EQ(run.observation.calls.size(), 16000u);
  EXPECT_EQ(numbers.size(), 16000u);
  EXPECT_EQ(*numbers.begin(), 1u);
  EXPECT_EQ(*numbers.rbegin(), 16000u);
  EXPECT_EQ(threads.size(), 8u);
  EXPECT_EQ(accepted, 32000);
  EXPECT_EQ(run.observation.faults_delivered, 8000u);
}

TEST_P(GuestRules, ClosedDescriptorsAreRefusedAsEver) {
  const GuestRun run =
      RunClean({.guest = "closed_descriptor", .arguments = {"{out}"}, .schedule = "1:short=4"});
  EXPECT_EQ(run.exit_status, 0);
}

// A tracer maps one place per thread for vectors, at the first that is cut.
TEST_P(GuestRules, TheHeapIsUntouched) {
  std::vector<std::string> arguments = {"{out}"};
  if (IsTraced()) arguments.emplace_back("warm");
  const GuestRun run =
      RunClean({.guest = "heap_kept", .arguments = arguments, .schedule = "*:short=3 fsync:eio"});
  EXPECT_EQ(run.observation.faults_delivered, IsTraced() ? 303u : 300u);
  RunClean({.guest = "heap_kept", .arguments = {"{out}"}});
}

TEST_P(GuestRules, NoDescriptorIsAdded) {
  const GuestRun run =
      RunClean({.guest = "descriptors_kept", .arguments = {"{out}"}, .schedule = "*:short=3"});
  EXPECT_EQ(run.observation.faults_delivered, 20u);
  RunClean({.guest = "descriptors_kept", .arguments = {"{out}"}});
}

// A signal that a program ignores does not end its waits, although every signal stops a tracee.
TEST_P(GuestRules, IgnoredSignalsInterruptNothing) {
  const GuestRun run =
      RunClean({.guest = "ignored_signals", .arguments = {"{out}"}, .schedule = "1:short=3"});
  EXPECT_EQ(run.file, "0123456789");
}

TEST_P(GuestRules, SignalsAreUntouched) {
  for (const char* schedule : {"", "*:short=3", "*:eintr", "*:enospc"}) {
    RunClean({.guest = "handlers_kept", .arguments = {"{out}"}, .schedule = schedule});
  }
}

// A thread that is blocked in write() on a full pipe can be cancelled, and its clean-ups run,
// although our frame lies between. The pipe is an output, so the whole wrapper is in force.
TEST_P(GuestRules, BlockedWritesCanBeCancelled) {
  for (const char* schedule : {"", "*:short=4095"}) {
    const GuestRun run = RunClean(
        {.guest = "cancel_in_write", .schedule = schedule, .stdout_kind = StdoutKind::kPipe});
    ASSERT_FALSE(run.observation.calls.empty());
    const TracedCall& last = run.observation.calls.back();
    EXPECT_EQ(last.call, "write");
    EXPECT_FALSE(last.returned) << "the last call was not the one that was cancelled";
  }
}

class LibraryRules : public GuestTest {};
SHORTWRITE_FOR_BOTH_LIBCS(LibraryRules);

// A library that does not know the region's version leaves every call alone, and says so.
TEST_P(LibraryRules, ARegionOfAnotherVersionIsLeftAlone) {
  const GuestRun run = Run({.guest = "streams_untouched",
                            .arguments = {"{out}"},
                            .schedule = "*:short=1",
                            .region_version = 4711});
  EXPECT_EQ(run.exit_status, 0);
  EXPECT_EQ(run.file, "0123456789");
  EXPECT_EQ(run.observation.attached, 0u);
  EXPECT_EQ(run.observation.version_mismatches, 1u);
  EXPECT_TRUE(run.observation.calls.empty());
}

// Code that comes into the process late is seen like any other.
TEST_P(GuestRules, LoadedPluginsAreSeen) {
  if (IsStatic()) GTEST_SKIP() << "a static program loads no plugin";
  const GuestRun run = RunClean({.guest = "dlopen_plugin",
                                 .arguments = {"{out}", "{guests}/plugin.so"},
                                 .schedule = "1:short=3"});
  EXPECT_EQ(run.file, "012");
}

}  // namespace
}  // namespace shortwrite
