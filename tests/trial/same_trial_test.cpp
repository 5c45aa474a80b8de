// Every difference between two trials is named, and named so that it can be seen.
#include "harness/trial/same_trial.h"

#include <gtest/gtest.h>

#include <cerrno>
#include <string>

#include "tests/trial/traces.h"

namespace shortwrite {
namespace {

Observation Shown() {
  Observation observation = Trace({Call(1, 4096), Call(2, 100)});
  observation.touched = {{"stdout", "stdout"}, {"out.tmp", "out"}};
  observation.outputs = {{"out", FileBytes::Of("bytes")}};
  return observation;
}

template <typename Change>
std::string DifferenceAfter(const Change& change) {
  Observation changed = Shown();
  change(changed);
  return DescribeTrialDifference(Shown(), changed);
}

TEST(SameTrial, ShowsNoDifference) {
  EXPECT_EQ(DifferenceAfter([](Observation&) {}), "");
}

// In times, places and processes two trials may differ.
TEST(SameTrial, IsSilentAboutTimesAndProcesses) {
  EXPECT_EQ(DifferenceAfter([](Observation& changed) {
              changed.calls[0].time_ns = 5;
              changed.calls[0].process = 7;
              changed.calls[0].caller = 99;
              changed.wall = std::chrono::microseconds(12);
            }),
            "");
}

TEST(SameTrial, NamesWhatACallAskedAndGot) {
  EXPECT_EQ(DifferenceAfter([](Observation& changed) {
              changed.calls[1].result = -1;
              changed.calls[1].error = ENOSPC;
            }),
            "call 2 is write of 100 to 'out.tmp' = 100, and write of 100 to 'out.tmp' = ENOSPC");
}

// Two calls that look the same are told apart by what else differs.
TEST(SameTrial, NamesWhatDiffersBetweenEqualLookingCalls) {
  EXPECT_EQ(DifferenceAfter([](Observation& changed) { changed.touched[1].final_name = "zi7Dk"; }),
            "call 1, write of 4096 to 'out.tmp' = 4096: left as 'out', and left as 'zi7Dk'");
  EXPECT_EQ(DifferenceAfter([](Observation& changed) { changed.touched[1].final_name = ""; }),
            "call 1, write of 4096 to 'out.tmp' = 4096: left as 'out', and removed afterwards");
  EXPECT_EQ(DifferenceAfter([](Observation& changed) { changed.calls[1].number = 3; }),
            "call 2, write of 100 to 'out.tmp' = 100: call 2 of its output, and call 3");
  EXPECT_EQ(DifferenceAfter([](Observation& changed) { changed.calls[1].step = 2; }),
            "call 2, write of 100 to 'out.tmp' = 100: step 0, and step 2");
  EXPECT_EQ(DifferenceAfter([](Observation& changed) { changed.calls[1].granted = 7; }),
            "call 2, write of 100 to 'out.tmp' = 100: 100 granted, and 7");
}

TEST(SameTrial, NamesTheCallThatOneHasAlone) {
  EXPECT_EQ(DifferenceAfter([](Observation& changed) { changed.calls.push_back(Call(3, 5)); }),
            "2 calls, and 3: the second alone has write of 5 to 'out.tmp' = 5");
  EXPECT_EQ(DifferenceAfter([](Observation& changed) { changed.calls.pop_back(); }),
            "2 calls, and 1: the first alone has write of 100 to 'out.tmp' = 100");
}

// No fault can be at the close of what nothing was written to; at any other, it can.
TEST(SameTrial, LeavesOutClosesOfWhatWasNotWritten) {
  EXPECT_EQ(DifferenceAfter([](Observation& changed) {
              TracedCall idle = Close(0);
              idle.output = 0;
              changed.calls.insert(changed.calls.begin() + 1, idle);
            }),
            "");
  EXPECT_EQ(DifferenceAfter([](Observation& changed) { changed.calls.push_back(Close(0)); }),
            "2 calls, and 3: the second alone has close of 0 to 'out.tmp' = 0");
}

TEST(SameTrial, NamesTheOutputThatDiffers) {
  EXPECT_EQ(DifferenceAfter(
                [](Observation& changed) { changed.outputs[0].bytes = FileBytes::Of("other"); }),
            "the bytes of 'out' differ");
  EXPECT_EQ(DifferenceAfter([](Observation& changed) { changed.outputs[0].written = false; }),
            "only one of them left 'out' as a file");
  EXPECT_EQ(DifferenceAfter([](Observation& changed) { changed.outputs[0].name = "core"; }),
            "left are 'out', and 'core'");
}

TEST(SameTrial, NamesTheEndAndTheDiagnostics) {
  EXPECT_EQ(DifferenceAfter([](Observation& changed) { changed.end.number = 1; }),
            "exit status 0, and exit status 1");
  EXPECT_EQ(DifferenceAfter([](Observation& changed) { changed.diagnostics_bytes = 3; }),
            "only one of them printed diagnostics");
}

}  // namespace
}  // namespace shortwrite
