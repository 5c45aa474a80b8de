#include "harness/report/json_report.h"

#include <nlohmann/json.hpp>

#include "harness/diagnosis/standstill.h"
#include "harness/report/explain.h"
#include "harness/report/recipe.h"

namespace shortwrite {
namespace {

using Json = nlohmann::ordered_json;

constexpr char kSchema[] = "shortwrite/1";

// Names of files need not be UTF-8, and dump() would throw.
std::string Line(const Json& object) {
  return object.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Json EvidenceJson(const Judgement& judgement, const Diagnosis& diagnosis,
                  const Observation& observation, const ReportContext& context) {
  const LegalityText legality = ExplainLegality(observation);
  Json json;
  json["verdict"] = VerdictText(judgement.verdict);
  json["class"] = diagnosis.class_name;
  json["class_title"] = diagnosis.title;
  json["class_candidates"] = diagnosis.candidates;
  json["class_certain"] = diagnosis.certain;
  json["shape"] = ShapeText(judgement.provenance.shape);
  const std::string headline = Headline(diagnosis);
  json["mechanism"] = (headline.empty() ? headline : headline + ": ") +
                      Mechanism(diagnosis, judgement, observation);
  json["output"] = judgement.output;
  json["output_bytes"] = judgement.output_bytes;
  json["reference_bytes"] = judgement.reference_bytes;
  json["first_divergence"] = judgement.provenance.first_divergence;
  json["ended"] = ToText(observation.end);
  json["standstill"] = DescribeStandstill(observation);
  json["legal_under"] = legality.profile;
  json["legal_reason"] = legality.reason;
  json["portability_finding"] = IsPortabilityFinding(legality);
  json["recipe"] = Recipe(observation);
  json["call_site"] = CallSite(diagnosis, observation, context);
  json["payload_bytes"] = context.payload_bytes;
  return json;
}

Json CounterexampleJson(const Counterexample& found, const ReportContext& context) {
  Json json;
  json["schedule"] = ToText(found.minimal);
  json["raw_schedule"] = ToText(found.raw);
  json.update(EvidenceJson(found.judgement, found.diagnosis, found.observation, context));
  if (found.payload) {
    json["payload_bytes"] = found.payload->bytes;
    json["payload_text"] = kPayloadTexts[static_cast<size_t>(found.payload->text)];
  }
  json["trials_to_find"] = found.trials_to_find;
  json["confirmed"] = found.confirmed;
  json["replay"] = context.replay_line(found.minimal, found.payload);
  return json;
}

Json ResultJson(const std::string& verdict, int exit_status, const BackendChoice& backend,
                const ReportContext& context) {
  Json json;
  json["schema"] = kSchema;
  json["type"] = "result";
  json["verdict"] = verdict;
  json["exit"] = exit_status;
  json["backend"] = BackendName(backend.backend);
  json["backend_reason"] = backend.reason;
  json["profile"] = context.profile;
  json["sink"] = context.sink;
  json["seed"] = context.seed;
  return json;
}

Json CallJson(const TracedCall& call, const Observation& observation) {
  Json json;
  json["schema"] = kSchema;
  json["type"] = "call";
  json["n"] = call.number;
  json["output"] = call.output < observation.touched.size()
                       ? observation.touched[call.output].first_name
                       : std::string();
  json["call"] = call.call;
  json["asked"] = call.asked;
  json["granted"] = call.granted;
  json["result"] = call.result;
  json["errno"] = call.error;
  json["fault"] = call.delivered ? FaultName(call.fault) : std::string_view();
  json["position"] = call.position;
  json["descriptor"] = call.descriptor;
  json["sink"] = call.sink;
  json["flags"] = call.status_flags;
  json["process"] = call.process;
  json["process_name"] = ProcessName(observation, call);
  json["thread"] = call.thread;
  json["time_ns"] = call.time_ns;
  return json;
}

}  // namespace

std::string CampaignJson(const CampaignResult& result, int exit_status,
                         const ReportContext& context) {
  Json json = ResultJson(VerdictWord(result), exit_status, result.backend, context);
  json["reason"] = result.reason;
  json["trials"] = result.trials;
  json["faults_planned"] = result.faults_planned;
  json["faults_delivered"] = result.faults_delivered;
  json["inconclusive_trials"] = result.inconclusive;
  json["controls"] = result.controls;
  json["write_calls"] = result.write_calls;
  json["output_bytes"] = result.output_bytes;
  json["completeness"] = result.completeness;
  json["notes"] = result.notes;
  json["counterexamples"] = Json::array();
  for (const Counterexample& found : result.counterexamples) {
    json["counterexamples"].push_back(CounterexampleJson(found, context));
  }
  return Line(json);
}

std::vector<std::string> ReplayJson(const ReplayResult& result, const Schedule& schedule,
                                    int exit_status, const ReportContext& context) {
  std::vector<std::string> lines;
  for (const TracedCall& call : result.observation.calls) {
    lines.push_back(Line(CallJson(call, result.observation)));
  }
  Json json = ResultJson(VerdictWord(result), exit_status, result.backend, context);
  json["reason"] = result.reason;
  json["schedule"] = ToText(schedule);
  json["trials"] = result.observation.touched.empty() ? 0 : 1;
  json["faults_planned"] = FaultCount(schedule);
  json["faults_delivered"] = result.faults_delivered;
  json["write_calls"] = result.write_calls;
  Json evidence = EvidenceJson(result.judgement, result.diagnosis, result.observation, context);
  evidence.erase("verdict");
  json.update(evidence);
  json["replay"] = context.replay_line(schedule, std::nullopt);
  lines.push_back(Line(json));
  return lines;
}

std::string FailureJson(const std::string& reason, int exit_status) {
  Json json;
  json["schema"] = kSchema;
  json["type"] = "result";
  json["verdict"] = VerdictText(Verdict::kInconclusive);
  json["exit"] = exit_status;
  json["reason"] = reason;
  return Line(json);
}

}  // namespace shortwrite
