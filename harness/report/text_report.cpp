#include "harness/report/text_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "harness/campaign/signature_name.h"
#include "harness/diagnosis/standstill.h"
#include "harness/oracle/digest.h"
#include "harness/report/explain.h"
#include "harness/report/plain_text.h"
#include "harness/report/recipe.h"
#include "harness/report/text_picture.h"

namespace shortwrite {
namespace {

constexpr size_t kRowsAround = 3;  // rows shown before and after each fault
constexpr size_t kRowsMax = 40;

std::string Field(std::string_view name, std::string_view value) {
  return value.empty() ? "" : fmt::format("  {:<11} {}\n", name, PlainText(value));
}

std::string Row(const TracedCall& call, const Observation& observation) {
  std::string result = fmt::format("{}", call.result);
  if (call.result < 0) result = ErrorName(call.error);
  if (!call.returned) result = "(never)";
  const std::string number = call.number == 0 ? "" : fmt::format("{}", call.number);
  const std::string at = call.position < 0 ? "" : fmt::format("{}", call.position);
  const std::string_view output = call.output < observation.touched.size()
                                      ? observation.touched[call.output].first_name
                                      : std::string_view();
  std::string mark;
  if (HasSeveralWriters(observation)) {
    mark = fmt::format("  [{} {}]", call.process, PlainText(ProcessName(observation, call)));
  }
  if (call.delivered) {
    mark += fmt::format("  <- {}", FaultName(call.fault));
  } else if (call.step != 0) {
    mark += fmt::format("  ({}: not legal here)", FaultName(call.fault));
  }
  return fmt::format("  {:>6}  {:<15} {:>11} {:>11} {:>11} {:>11} {:>9.3f}  {}{}\n", number,
                     call.call, call.asked, call.granted, result, at,
                     static_cast<double>(call.time_ns) / 1e6, PlainText(output), mark);
}

// Indices of the rows to show: around each fault, and the first and last.
std::set<size_t> ChooseRows(const std::vector<TracedCall>& calls) {
  std::set<size_t> rows;
  const auto around = [&](size_t row) {
    const size_t begin = row < kRowsAround ? 0 : row - kRowsAround;
    for (size_t i = begin; i < std::min(calls.size(), row + kRowsAround + 1); ++i) rows.insert(i);
  };
  for (size_t i = 0; i < calls.size() && rows.size() < kRowsMax; ++i) {
    if (calls[i].delivered) around(i);
  }
  if (calls.empty()) return rows;
  around(0);
  around(calls.size() - 1);
  return rows;
}

std::string LegalityFields(const Observation& observation) {
  const std::string recipe = Recipe(observation);
  return Field("legal", LegalitySentence(ExplainLegality(observation))) +
         Field("see it", recipe.empty() ? "" : "without injection: " + recipe);
}

// A family without a class is no answer to the question which mistake it is.
std::string DiagnosisFields(const Diagnosis& diagnosis, const Judgement& judgement,
                            const Observation& observation) {
  const std::string name = diagnosis.class_name.empty() && !diagnosis.title.empty()
                               ? fmt::format("none fits; nearest: {}", diagnosis.title)
                               : Headline(diagnosis);
  return Field("class", name) + Field("mechanism", Mechanism(diagnosis, judgement, observation));
}

std::string EndFields(const Observation& observation) {
  return Field("ended", ToText(observation.end)) +
         Field("standstill", DescribeStandstill(observation));
}

// What the calls did, and what the bytes look like where they went wrong.
std::string Picture(const Judgement& judgement, const Observation& observation) {
  const std::string bytes = BytesSideBySide(judgement);
  return AcceptedRow(observation) + '\n' + CallTable(observation) +
         (bytes.empty() ? "" : '\n' + bytes);
}

std::string CounterexampleText(const Counterexample& found, const ReportContext& context) {
  const Judgement& judgement = found.judgement;
  std::string text =
      fmt::format("{}: {}\n", VerdictText(judgement.verdict), VerdictMeaning(judgement.verdict));
  text += DiagnosisFields(found.diagnosis, judgement, found.observation);
  text += EndFields(found.observation);
  if (!judgement.output.empty()) {
    text += Field("output",
                  fmt::format("{}: {} bytes, {} expected; first wrong byte at offset {}",
                              judgement.output, judgement.output_bytes, judgement.reference_bytes,
                              judgement.provenance.first_divergence));
    for (const OutputFile& output : found.observation.outputs) {
      if (output.name != judgement.output) continue;
      const Result<Digest> digest = DigestBytes(output.bytes.view());
      if (digest.ok()) text += Field("MD5", digest.value().md5);
    }
  }
  std::string schedule = ToText(found.minimal);
  if (schedule.empty()) schedule = fmt::format("(no fault: {})", found.without_fault);
  if (found.raw != found.minimal) schedule += fmt::format("  (found as {})", ToText(found.raw));
  text += Field("schedule", schedule);
  text += Field("found", fmt::format("in trial {}, confirmed {} of {}", found.trials_to_find,
                                     found.confirmed, kConfirmations));
  text += LegalityFields(found.observation);
  text += Field("call site", CallSite(found.diagnosis, found.observation, context));
  return text + '\n' + Picture(judgement, found.observation) + '\n';
}

std::string Counts(uint32_t trials, uint32_t planned, uint32_t delivered, uint64_t calls) {
  return fmt::format("{} trials over {} write calls; {} faults planned, {} delivered", trials,
                     calls, planned, delivered);
}

std::string BackendField(const BackendChoice& backend) {
  const std::string_view name = BackendName(backend.backend);
  return Field("backend",
               PlainText(backend.reason.empty() ? std::string(name)
                                                : fmt::format("{}: {}", name, backend.reason)));
}

}  // namespace

std::string CallTable(const Observation& observation) {
  std::string table = fmt::format("  {:>6}  {:<15} {:>11} {:>11} {:>11} {:>11} {:>9}  {}\n", "call",
                                  "", "asked", "granted", "result", "offset", "ms", "output");
  const std::vector<TracedCall>& calls = observation.calls;
  size_t next = 0;
  for (const size_t row : ChooseRows(calls)) {
    if (row > next) table += fmt::format("          ... {} more\n", row - next);
    table += Row(calls[row], observation);
    next = row + 1;
  }
  return table;
}

std::string CampaignText(const CampaignResult& result, const ReportContext& context) {
  std::string text;
  for (const Counterexample& found : result.counterexamples) {
    text += CounterexampleText(found, context);
  }
  if (result.end == CampaignEnd::kSurvived) {
    const size_t count = result.tolerated.size();
    text +=
        fmt::format("survived{}: {}\n", count == 0 ? "" : fmt::format(", but {} suppressed", count),
                    VerdictMeaning(Verdict::kSurvived));
  } else if (result.end != CampaignEnd::kCounterexample) {
    text += fmt::format("{}: {}\n", VerdictWord(result), PlainText(result.reason));
  }
  for (const Tolerated& tolerated : result.tolerated) {
    const Counterexample& found = tolerated.found;
    text += Field("suppressed",
                  fmt::format("{} under '{}', {}: {}", SignatureName(found), ToText(found.minimal),
                              Headline(found.diagnosis), tolerated.reason));
  }
  text += Field("control", fmt::format("{} runs, {} bytes of output in {} write calls",
                                       result.controls, result.output_bytes, result.write_calls));
  if (result.trials > 0) {
    text += Field("trials", Counts(result.trials, result.faults_planned, result.faults_delivered,
                                   result.write_calls));
    text += Field("covered", result.completeness);
  }
  text += BackendField(result.backend);
  text += Field("profile", context.profile);
  if (context.sink != "file") text += Field("sink", context.sink);
  for (const std::string& note : result.notes) text += Field("note", note);
  if (!result.counterexamples.empty()) {
    text += '\n' +
            context.replay_line(result.counterexamples.front().minimal,
                                result.counterexamples.front().payload) +
            '\n';
  }
  return text;
}

std::string ReplayText(const ReplayResult& result, const Schedule& schedule,
                       const ReportContext& context) {
  if (result.end != CampaignEnd::kSurvived && result.end != CampaignEnd::kCounterexample) {
    return fmt::format("{}: {}\n", VerdictWord(result), PlainText(result.reason)) +
           (result.observation.calls.empty() ? "" : CallTable(result.observation));
  }
  const Judgement& judgement = result.judgement;
  std::string text =
      fmt::format("{}: {}\n", VerdictText(judgement.verdict), VerdictMeaning(judgement.verdict));
  text += DiagnosisFields(result.diagnosis, judgement, result.observation);
  text += EndFields(result.observation);
  text += BackendField(result.backend);
  text += Field("schedule", fmt::format("{}  ({} planned, {} delivered)", ToText(schedule),
                                        FaultCount(schedule), result.faults_delivered));
  text += LegalityFields(result.observation);
  text += Field("call site", CallSite(result.diagnosis, result.observation, context));
  text += '\n' + Picture(judgement, result.observation);
  if (!judgement.good) text += '\n' + context.replay_line(schedule, std::nullopt) + '\n';
  return text;
}

}  // namespace shortwrite
