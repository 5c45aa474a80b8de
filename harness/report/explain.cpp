#include "harness/report/explain.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstring>

namespace shortwrite {
namespace {

constexpr std::array<std::string_view, 3> kProfilesByStrictness = {"linux", "posix", "hostile"};

size_t Rank(std::string_view profile) {
  return static_cast<size_t>(
      std::find(kProfilesByStrictness.begin(), kProfilesByStrictness.end(), profile) -
      kProfilesByStrictness.begin());
}

const TracedCall* FirstDelivered(const Observation& observation) {
  const auto found = std::find_if(observation.calls.begin(), observation.calls.end(),
                                  [](const TracedCall& call) { return call.delivered; });
  return found == observation.calls.end() ? nullptr : &*found;
}

std::string CallSentence(const TracedCall& call, const Observation& observation) {
  std::string name =
      call.number == 0 ? std::string(call.call) : fmt::format("{} {}", call.call, call.number);
  const std::string_view process = ProcessName(observation, call);
  if (HasSeveralWriters(observation) && !process.empty()) name += fmt::format(" of {}", process);
  if (call.result < 0) return fmt::format("{} was answered {}", name, ErrorName(call.error));
  return fmt::format("{} accepted {} of {}", name, call.result, call.movable);
}

// Of a judgement that nobody diagnosed, such as a good one.
std::string WhatHappened(const Judgement& judgement, const Observation& observation) {
  const TracedCall* const call = FirstDelivered(observation);
  std::string sentence = "without any fault";
  if (observation.size_limit_felt) sentence = "at a limit beyond which no file can grow";
  if (call != nullptr) sentence = "after " + CallSentence(*call, observation);
  if (judgement.output.empty()) {
    return sentence + fmt::format(": {}, every output right", ToText(observation.end));
  }
  return sentence + fmt::format(", in {}: {}", judgement.output, judgement.provenance.sentence);
}

std::string EndWord(CampaignEnd end, std::string_view of_counterexample) {
  switch (end) {
    case CampaignEnd::kSurvived:
      return "survived";
    case CampaignEnd::kCounterexample:
      return std::string(of_counterexample);
    case CampaignEnd::kUnsteady:
      return "flaky";
    case CampaignEnd::kControlFailed:
    case CampaignEnd::kVacuous:
    case CampaignEnd::kStopped:
      return "inconclusive";
  }
  return "inconclusive";
}

}  // namespace

std::string VerdictWord(const CampaignResult& result) {
  const bool found = !result.counterexamples.empty();
  return EndWord(result.end,
                 found ? VerdictText(result.counterexamples.front().judgement.verdict) : "");
}

std::string VerdictWord(const ReplayResult& result) {
  return EndWord(result.end, VerdictText(result.judgement.verdict));
}

std::string_view VerdictMeaning(Verdict verdict) {
  switch (verdict) {
    case Verdict::kSurvived:
      return "exit status 0 and every output equal to the reference";
    case Verdict::kRefused:
      return "it says that it failed, although a loop would have lost nothing";
    case Verdict::kFailedComplete:
      return "every byte is right, but it says that it failed";
    case Verdict::kSpun:
      return "it burns a processor without getting further";
    case Verdict::kHung:
      return "it waits for ever";
    case Verdict::kCrashed:
      return "it was killed by a signal";
    case Verdict::kMisreported:
      return "it prints a message, but exits with 0, and the bytes are wrong";
    case Verdict::kCorrupted:
      return "the bytes are wrong, and nothing says so";
    case Verdict::kReported:
      return "it reported the error, and the output is a prefix, absent or untouched";
    case Verdict::kDamaged:
      return "it reported the error, but left bytes that are in no right place";
    case Verdict::kFalseSuccess:
      return "it exits with 0 although it was told of an error that loses data";
    case Verdict::kInconclusive:
      return "nothing can be said";
    case Verdict::kFlaky:
      return "it failed once, and not when it was repeated";
  }
  return "";
}

std::string_view VerdictMeaning(std::string_view word) {
  for (int i = 0; i <= static_cast<int>(Verdict::kFlaky); ++i) {
    const auto verdict = static_cast<Verdict>(i);
    if (VerdictText(verdict) == word) return VerdictMeaning(verdict);
  }
  return "";
}

std::string Mechanism(const Diagnosis& diagnosis, const Judgement& judgement,
                      const Observation& observation) {
  std::string sentence = diagnosis.sentence;
  if (sentence.empty()) sentence = WhatHappened(judgement, observation);
  if (!judgement.message.empty()) sentence += fmt::format("; it says '{}'", judgement.message);
  return sentence;
}

bool HasSeveralWriters(const Observation& observation) {
  return std::any_of(observation.calls.begin(), observation.calls.end(),
                     [&](const TracedCall& call) {
                       return call.process != observation.calls.front().process ||
                              call.program != observation.calls.front().program;
                     });
}

LegalityText ExplainLegality(const Observation& observation) {
  LegalityText text;
  for (const TracedCall& call : observation.calls) {
    if (!call.delivered) continue;
    if (!text.profile.empty() && Rank(call.legal_under) <= Rank(text.profile)) continue;
    text = {std::string(call.legal_under), std::string(call.legal_reason)};
  }
  return text;
}

bool IsPortabilityFinding(const LegalityText& legality) {
  return !legality.profile.empty() && legality.profile != kProfilesByStrictness.front();
}

std::string LegalitySentence(const LegalityText& legality) {
  if (legality.profile.empty()) return "";
  return fmt::format("in profile {}: {}{}", legality.profile, legality.reason,
                     IsPortabilityFinding(legality)
                         ? " (a portability finding: Linux does not do this here)"
                         : "");
}

std::string CallSite(const Diagnosis& diagnosis, const Observation& observation,
                     const ReportContext& context) {
  const TracedCall* call = FirstDelivered(observation);
  if (diagnosis.call) call = &observation.calls[*diagnosis.call];
  if (call == nullptr || !call->caller_in_program) return "";
  const std::string_view process = ProcessName(observation, *call);
  // The kernel cuts the name of a process. A child's program is another file, whose path is
  // unknown.
  constexpr size_t kProcessNameMax = 15;
  const bool is_target = process.empty() || process == context.program.substr(0, kProcessNameMax);
  if (is_target && context.source_place) {
    std::string place = context.source_place(call->caller);
    if (!place.empty()) return place;
  }
  return fmt::format("{}+{:#x}", is_target ? context.program : process, call->caller);
}

std::string ErrorName(int error) {
  const char* const name = strerrorname_np(error);
  return name == nullptr ? fmt::format("errno {}", error) : name;
}

}  // namespace shortwrite
