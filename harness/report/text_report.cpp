#include "harness/report/text_report.h"

#include <fmt/format.h>

#include <algorithm>

#include "harness/base/count_text.h"
#include "harness/campaign/signature_name.h"
#include "harness/diagnosis/standstill.h"
#include "harness/oracle/digest.h"
#include "harness/report/call_table.h"
#include "harness/report/explain.h"
#include "harness/report/plain_text.h"
#include "harness/report/recipe.h"
#include "harness/report/remedy.h"
#include "harness/report/text_picture.h"
#include "harness/report/warnings.h"

namespace shortwrite {
namespace {

constexpr size_t kNameColumns = 11;

std::string Field(std::string_view name, std::string_view value, const Style& style) {
  if (value.empty()) return "";
  constexpr size_t kIndent = 2 + kNameColumns + 1;
  const std::string pad(kNameColumns - std::min(kNameColumns, name.size()), ' ');
  return fmt::format("  {}{} {}\n", style.Paint(Tint::kHeading, name), pad,
                     style.Wrap(PlainText(value), kIndent));
}

// "corrupted: the bytes are wrong, and nothing says so".
std::string VerdictLine(std::string_view word, std::string_view says, Tint tint,
                        const Style& style) {
  const std::string line = style.Wrap(fmt::format("{}: {}", word, PlainText(says)), 2);
  return style.Paint(tint, word) + line.substr(word.size()) + '\n';
}

std::string LegalityFields(const Observation& observation, const Style& style) {
  const std::string recipe = Recipe(observation);
  return Field("legal", LegalitySentence(ExplainLegality(observation)), style) +
         Field("see it", recipe.empty() ? "" : "without injection: " + recipe, style);
}

// A family without a class is no answer to the question which mistake it is.
std::string DiagnosisFields(const Diagnosis& diagnosis, const Judgement& judgement,
                            const Observation& observation, const Style& style) {
  const std::string name = diagnosis.class_name.empty() && !diagnosis.title.empty()
                               ? fmt::format("none fits; nearest: {}", diagnosis.title)
                               : Headline(diagnosis);
  return Field("class", name, style) +
         Field("mechanism", Mechanism(diagnosis, judgement, observation), style);
}

std::string EndFields(const Observation& observation, const Style& style) {
  return Field("ended", ToText(observation.end), style) +
         Field("standstill", DescribeStandstill(observation), style);
}

// What the calls did, and what the bytes look like where they went wrong.
std::string Picture(const Judgement& judgement, const Observation& observation,
                    const Style& style) {
  const std::string bytes = BytesSideBySide(judgement, style);
  return AcceptedRow(observation, style) + '\n' + CallTable(observation, style) +
         (bytes.empty() ? "" : '\n' + bytes);
}

std::string OutputFields(const Counterexample& found, const Style& style) {
  const Judgement& judgement = found.judgement;
  if (judgement.output.empty()) return "";
  std::string text =
      Field("output",
            fmt::format("{}: {} bytes, {} expected; first wrong byte at offset {}",
                        judgement.output, judgement.output_bytes, judgement.reference_bytes,
                        judgement.provenance.first_divergence),
            style);
  for (const OutputFile& output : found.observation.outputs) {
    if (output.name != judgement.output) continue;
    const Result<Digest> digest = DigestBytes(output.bytes.view());
    if (digest.ok()) text += Field("MD5", digest.value().md5, style);
  }
  return text;
}

std::string MoreField(const Diagnosis& diagnosis, const Judgement& judgement, const Style& style) {
  const std::string_view word = diagnosis.class_name.empty()
                                    ? VerdictText(judgement.verdict)
                                    : std::string_view(diagnosis.class_name);
  return Field("more", fmt::format("shortwrite explain {}", word), style);
}

std::string CounterexampleText(const Counterexample& found, const ReportContext& context,
                               const Style& style) {
  const Judgement& judgement = found.judgement;
  std::string text = VerdictLine(VerdictText(judgement.verdict), VerdictMeaning(judgement.verdict),
                                 Tint::kBad, style);
  text += DiagnosisFields(found.diagnosis, judgement, found.observation, style);
  text += EndFields(found.observation, style);
  text += OutputFields(found, style);
  std::string schedule = ToText(found.minimal);
  if (schedule.empty()) schedule = fmt::format("(no fault: {})", found.without_fault);
  if (found.raw != found.minimal) schedule += fmt::format("  (found as {})", ToText(found.raw));
  text += Field("schedule", schedule, style);
  text += Field("found",
                fmt::format("in trial {}, confirmed {} of {}", found.trials_to_find,
                            found.confirmed, kConfirmations),
                style);
  text += LegalityFields(found.observation, style);
  text += Field("call site", CallSite(found.diagnosis, found.observation, context), style);
  text += Field("fix", std::string(RemedyFor(found)), style);
  text += MoreField(found.diagnosis, judgement, style);
  return text + '\n' + Picture(judgement, found.observation, style) + '\n';
}

std::string Counts(uint32_t trials, uint32_t planned, uint32_t delivered, uint64_t calls) {
  return fmt::format("{} over {}; {} planned, {} delivered", CountText(trials, "trial"),
                     CountText(calls, "write call"), CountText(planned, "fault"), delivered);
}

std::string BackendField(const BackendChoice& backend, const Style& style) {
  const std::string_view name = BackendName(backend.backend);
  return Field("backend",
               PlainText(backend.reason.empty() ? std::string(name)
                                                : fmt::format("{}: {}", name, backend.reason)),
               style);
}

std::string WarningFields(const CampaignResult& result, const ReportContext& context,
                          const Style& style) {
  constexpr std::string_view kWord = "warning";
  const Style wrapped = {.columns = style.columns};
  std::string text;
  for (const Warning& warning : WarningsOf(result, context)) {
    const std::string field = Field(kWord, ToText(warning), wrapped);
    const size_t at = field.find(kWord);
    text +=
        field.substr(0, at) + style.Paint(Tint::kUnsure, kWord) + field.substr(at + kWord.size());
  }
  return text;
}

// What was done, around whatever was found.
std::string CampaignFields(const CampaignResult& result, const ReportContext& context,
                           const Style& style) {
  std::string text = Field("control",
                           fmt::format("{}, {} of output in {}", CountText(result.controls, "run"),
                                       CountText(result.output_bytes, "byte"),
                                       CountText(result.write_calls, "write call")),
                           style);
  if (result.trials > 0) {
    text += Field(
        "trials",
        Counts(result.trials, result.faults_planned, result.faults_delivered, result.write_calls),
        style);
    text += Field("covered", result.completeness, style);
  }
  text += BackendField(result.backend, style);
  text += Field("profile", context.profile, style);
  if (context.sink != "file") text += Field("sink", context.sink, style);
  for (const std::string& note : result.notes) text += Field("note", note, style);
  return text + WarningFields(result, context, style);
}

}  // namespace

std::string CampaignText(const CampaignResult& result, const ReportContext& context,
                         const Style& style) {
  std::string text;
  for (const Counterexample& found : result.counterexamples) {
    text += CounterexampleText(found, context, style);
  }
  if (result.end == CampaignEnd::kSurvived) {
    const size_t count = result.tolerated.size();
    const std::string word =
        fmt::format("{}{}", VerdictText(Verdict::kSurvived),
                    count == 0 ? "" : fmt::format(", but {} suppressed", count));
    text += VerdictLine(word, VerdictMeaning(Verdict::kSurvived), Tint::kGood, style);
  } else if (result.end != CampaignEnd::kCounterexample) {
    text += VerdictLine(VerdictWord(result), result.reason, Tint::kUnsure, style);
  }
  for (const Tolerated& tolerated : result.tolerated) {
    const Counterexample& found = tolerated.found;
    text += Field("suppressed",
                  fmt::format("{} under '{}', {}: {}", SignatureName(found), ToText(found.minimal),
                              Headline(found.diagnosis), tolerated.reason),
                  style);
  }
  text += CampaignFields(result, context, style);
  if (!result.counterexamples.empty()) {
    text += '\n' +
            context.replay_line(result.counterexamples.front().minimal,
                                result.counterexamples.front().payload) +
            '\n';
  }
  return text;
}

std::string ReplayText(const ReplayResult& result, const Schedule& schedule,
                       const ReportContext& context, const Style& style) {
  if (result.end != CampaignEnd::kSurvived && result.end != CampaignEnd::kCounterexample) {
    return VerdictLine(VerdictWord(result), result.reason, Tint::kUnsure, style) +
           (result.observation.calls.empty() ? "" : CallTable(result.observation, style));
  }
  const Judgement& judgement = result.judgement;
  std::string text = VerdictLine(VerdictText(judgement.verdict), VerdictMeaning(judgement.verdict),
                                 judgement.good ? Tint::kGood : Tint::kBad, style);
  text += DiagnosisFields(result.diagnosis, judgement, result.observation, style);
  text += EndFields(result.observation, style);
  text += BackendField(result.backend, style);
  text += Field("schedule",
                fmt::format("{}  ({} planned, {} delivered)", ToText(schedule),
                            FaultCount(schedule), result.faults_delivered),
                style);
  text += LegalityFields(result.observation, style);
  text += Field("call site", CallSite(result.diagnosis, result.observation, context), style);
  if (!judgement.good) text += MoreField(result.diagnosis, judgement, style);
  text += '\n' + Picture(judgement, result.observation, style);
  if (!judgement.good) text += '\n' + context.replay_line(schedule, std::nullopt) + '\n';
  return text;
}

}  // namespace shortwrite
