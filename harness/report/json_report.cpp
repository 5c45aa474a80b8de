#include "harness/report/json_report.h"

#include <nlohmann/json.hpp>

#include "harness/campaign/signature_name.h"
#include "harness/report/explain.h"
#include "harness/report/json_parts.h"
#include "harness/report/warnings.h"

namespace shortwrite {
namespace {

using Json = nlohmann::ordered_json;

Json ResultJson(const std::string& verdict, int exit_status, const BackendChoice& backend,
                const ReportContext& context) {
  Json json = TypedJson("result");
  json["verdict"] = verdict;
  json["exit"] = exit_status;
  json["backend"] = BackendName(backend.backend);
  json["backend_reason"] = backend.reason;
  json["profile"] = context.profile;
  json["sink"] = context.sink;
  json["seed"] = context.seed;
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
  json["warnings"] = Json::array();
  for (const Warning& warning : WarningsOf(result, context)) {
    json["warnings"].push_back(ToText(warning));
  }
  json["counterexamples"] = Json::array();
  for (const Counterexample& found : result.counterexamples) {
    json["counterexamples"].push_back(CounterexampleJson(found, context));
  }
  if (result.tolerated.empty()) return JsonLine(json);
  json["suppressed"] = Json::array();
  for (const Tolerated& tolerated : result.tolerated) {
    Json one = CounterexampleJson(tolerated.found, context);
    one["signature_name"] = SignatureName(tolerated.found);
    one["suppression"] = tolerated.reason;
    json["suppressed"].push_back(std::move(one));
  }
  return JsonLine(json);
}

std::vector<std::string> ReplayJson(const ReplayResult& result, const Schedule& schedule,
                                    int exit_status, const ReportContext& context) {
  std::vector<std::string> lines;
  for (const TracedCall& call : result.observation.calls) {
    Json json = TypedJson("call");
    AddCall(call, result.observation, json);
    json["time_ns"] = call.time_ns;
    lines.push_back(JsonLine(json));
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
  AddBytes(result.judgement, json);
  lines.push_back(JsonLine(json));
  return lines;
}

std::string FailureJson(const std::string& reason, int exit_status) {
  Json json = TypedJson("result");
  json["verdict"] = VerdictText(Verdict::kInconclusive);
  json["exit"] = exit_status;
  json["reason"] = reason;
  return JsonLine(json);
}

}  // namespace shortwrite
