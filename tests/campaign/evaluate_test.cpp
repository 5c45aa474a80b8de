#include "harness/campaign/evaluate.h"

#include <fcntl.h>
#include <gtest/gtest.h>

#include <csignal>
#include <string>
#include <utility>
#include <vector>

namespace shortwrite {
namespace {

constexpr char kPayload[] = "0123456789";

CampaignReference ReferenceOf() {
  CampaignReference reference;
  reference.control.outputs.push_back({"out", FileBytes::Of(kPayload)});
  reference.payload = kPayload;
  reference.payload_is_reference = true;
  reference.main_output = "out";
  return reference;
}

// A trial of "out" (1) and of a temporary file that was removed again (2), in which each step of
// the schedule was delivered, unless it comes after the first `delivered`.
Observation Trial(const Schedule& schedule, TargetEnd end, const std::string& out,
                  uint32_t output = 1, size_t delivered = SIZE_MAX) {
  Observation observation;
  observation.end = end;
  observation.touched = {{"stdout", "stdout"}, {"out", "out"}, {"tmp", ""}};
  observation.outputs.push_back({"out", FileBytes::Of(out)});
  for (uint32_t i = 0; i < schedule.steps.size() && i < delivered; ++i) {
    TracedCall call;
    call.output = output;
    call.step = i + 1;
    call.fault = schedule.steps[i].fault;
    call.delivered = true;
    observation.calls.push_back(call);
  }
  return observation;
}

Schedule Parsed(const std::string& text) {
  return ParseSchedule(text).value();
}

Verdict VerdictOf(const Observation& observation, const Schedule& schedule) {
  return JudgeTrial(ReferenceOf(), observation, schedule, {}).value().verdict;
}

constexpr TargetEnd kDone = {TargetEnd::Kind::kExited, 0};
constexpr TargetEnd kFailed = {TargetEnd::Kind::kExited, 1};

TargetEnd Killed(int signal) {
  return {TargetEnd::Kind::kSignaled, signal};
}

// A short write ahead of an error is how space ends: a program that gives up at it, and says so,
// did as it should. Giving up silently is still a corruption, and without an error in sight a
// refusal.
TEST(Evaluate, GivingUpBeforeTheErrorIsAReport) {
  const Schedule full = Parsed("1:short=50% 2-:enospc");
  EXPECT_EQ(VerdictOf(Trial(full, kFailed, "01234", 1, 1), full), Verdict::kReported);
  EXPECT_EQ(VerdictOf(Trial(full, kFailed, kPayload, 1, 1), full), Verdict::kReported);
  EXPECT_EQ(VerdictOf(Trial(full, kDone, "01234", 1, 1), full), Verdict::kCorrupted);
  EXPECT_EQ(VerdictOf(Trial(full, Killed(SIGABRT), "01234", 1, 1), full), Verdict::kCrashed);
  const Schedule alone = Parsed("1:short=50%");
  EXPECT_EQ(VerdictOf(Trial(alone, kFailed, "01234"), alone), Verdict::kRefused);
}

// A failure with nothing delivered is no answer to an error.
TEST(Evaluate, UndeliveredErrorsExcuseNothing) {
  const Schedule error = Parsed("5-:enospc");
  EXPECT_EQ(VerdictOf(Trial(error, kFailed, kPayload, 1, 0), error), Verdict::kFailedComplete);
  EXPECT_EQ(VerdictOf(Trial(error, kFailed, "01", 1, 0), error), Verdict::kRefused);
}

TracedCall Returned(const char* call, int64_t result, uint32_t number = 0, uint32_t output = 1) {
  TracedCall traced;
  traced.call = call;
  traced.result = result;
  traced.number = number;
  traced.output = output;
  traced.returned = true;
  return traced;
}

// Puts what happened before the faults into a trial.
Observation After(std::vector<TracedCall> before, Observation observation) {
  observation.calls.insert(observation.calls.begin(), before.begin(), before.end());
  return observation;
}

// An error at close or fsync loses what is kept, not what is gone.
TEST(Evaluate, DelayedErrorsCountForWhatIsLeft) {
  for (const char* const text : {"close:eio", "fsync:edquot"}) {
    const Schedule schedule = Parsed(text);
    const auto verdict = [&](TargetEnd end, const std::string& out, uint32_t output) {
      return VerdictOf(After({Returned("write", 10, 1, output)}, Trial(schedule, end, out, output)),
                       schedule);
    };
    EXPECT_EQ(verdict(kDone, kPayload, 1), Verdict::kFalseSuccess);
    EXPECT_EQ(verdict(kFailed, kPayload, 1), Verdict::kReported);
    EXPECT_EQ(verdict(kDone, kPayload, 2), Verdict::kSurvived);
    EXPECT_EQ(verdict(kDone, "0123", 2), Verdict::kFalseSuccess);
  }
}

// Who has synced all that he wrote need not look at what close says: databases do not.
TEST(Evaluate, DelayedErrorsAreAboutWhatIsNotSynced) {
  const Schedule schedule = Parsed("close:eio");
  const auto verdict = [&](std::vector<TracedCall> before, int flags = 0) {
    Observation observation = Trial(schedule, kDone, kPayload);
    observation.calls.back().status_flags = static_cast<uint32_t>(flags);
    return VerdictOf(After(std::move(before), std::move(observation)), schedule);
  };
  const TracedCall wrote = Returned("write", 5, 1);
  const TracedCall synced = Returned("fdatasync", 0);
  EXPECT_EQ(verdict({wrote, synced}), Verdict::kSurvived);
  EXPECT_EQ(verdict({wrote, Returned("fsync", 0)}), Verdict::kSurvived);
  EXPECT_EQ(verdict({wrote, synced, wrote}), Verdict::kFalseSuccess);
  EXPECT_EQ(verdict({wrote, synced, Returned("write", -1, 2)}), Verdict::kSurvived);
  EXPECT_EQ(verdict({wrote, Returned("fsync", -1)}), Verdict::kFalseSuccess);
  EXPECT_EQ(verdict({wrote, Returned("fsync", 0, 0, 2)}), Verdict::kFalseSuccess)
      << "of another file";
  EXPECT_EQ(verdict({wrote, Returned("close", -1)}), Verdict::kFalseSuccess);
  EXPECT_EQ(verdict({wrote}, O_DSYNC), Verdict::kSurvived);
  EXPECT_EQ(verdict({wrote}, O_SYNC), Verdict::kSurvived);
  EXPECT_EQ(verdict({}), Verdict::kSurvived) << "nothing was written";
  TracedCall lost = synced;
  lost.returned = false;
  EXPECT_EQ(verdict({wrote, lost}), Verdict::kFalseSuccess) << "nobody knows what it returned";
}

// An error on a temporary file may damage the copy by way of it: only exit 0 is held against it.
TEST(Evaluate, ErrorsOnTemporaryFiles) {
  const Schedule schedule = Parsed("1:eio");
  EXPECT_EQ(VerdictOf(Trial(schedule, kFailed, "x", 2), schedule), Verdict::kReported);
  EXPECT_EQ(VerdictOf(Trial(schedule, kFailed, "x", 1), schedule), Verdict::kDamaged);
  EXPECT_EQ(VerdictOf(Trial(schedule, kDone, "x", 2), schedule), Verdict::kFalseSuccess);
  EXPECT_EQ(VerdictOf(Trial(schedule, kDone, kPayload, 2), schedule), Verdict::kSurvived);
}

// The default actions of SIGPIPE and SIGXFSZ are correct deaths under the error that sends them;
// the first also where the error ended the reader.
TEST(Evaluate, SignalsThatErrorsSend) {
  const auto verdict = [](const char* text, int signal) {
    const Schedule schedule = Parsed(text);
    return VerdictOf(Trial(schedule, Killed(signal), "012"), schedule);
  };
  EXPECT_EQ(verdict("1-:epipe", SIGPIPE), Verdict::kReported);
  EXPECT_EQ(verdict("1-:enospc", SIGPIPE), Verdict::kReported);
  EXPECT_EQ(verdict("1-:efbig", SIGXFSZ), Verdict::kReported);
  EXPECT_EQ(verdict("1-:enospc", SIGXFSZ), Verdict::kCrashed);
  EXPECT_EQ(verdict("1-:enospc", SIGSEGV), Verdict::kCrashed);
  EXPECT_EQ(verdict("1:short=1", SIGPIPE), Verdict::kCrashed);
}

// The user's comparison is asked where the bytes differ, and nowhere else; its answer decides, and
// its failure is an error.
TEST(Evaluate, ComparisonIsAskedWhereBytesDiffer) {
  std::string asked;
  Result<bool> answer = true;
  const JudgeSettings settings = {
      Contract::kTransparent,
      [&](const std::string& name, std::string_view output, std::string_view reference) {
        asked = name + ' ' + std::string(output) + ' ' + std::string(reference);
        return answer;
      }};
  const auto judge = [&](const std::string& out) {
    return JudgeTrial(ReferenceOf(), Trial({}, kDone, out), {}, settings);
  };
  EXPECT_EQ(judge(kPayload).value().verdict, Verdict::kSurvived);
  EXPECT_EQ(asked, "");
  EXPECT_EQ(judge("9876543210").value().verdict, Verdict::kSurvived);
  EXPECT_EQ(asked, "out 9876543210 0123456789");
  answer = false;
  EXPECT_EQ(judge("9876543210").value().verdict, Verdict::kCorrupted);
  answer = HarnessError("no such command");
  ASSERT_FALSE(judge("9876543210").ok());
  EXPECT_EQ(judge("9876543210").error().message, "no such command");

  Observation missing = Trial({}, kDone, "");
  missing.outputs.clear();
  EXPECT_EQ(JudgeTrial(ReferenceOf(), missing, {}, settings).value().verdict, Verdict::kCorrupted);
}

}  // namespace
}  // namespace shortwrite
