#include "harness/report/json_parts.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "harness/diagnosis/standstill.h"
#include "harness/report/explain.h"
#include "harness/report/recipe.h"
#include "harness/report/remedy.h"

namespace shortwrite {

using Json = nlohmann::ordered_json;

namespace {

// A target that moves single bytes leaves as many runs; a picture of more would show nothing.
constexpr size_t kRunsMax = 4'096;

std::string Hex(std::string_view bytes) {
  std::string hex;
  for (const char c : bytes) hex += fmt::format("{:02x}", static_cast<unsigned char>(c));
  return hex;
}

std::string_view OriginText(Origin origin) {
  switch (origin) {
    case Origin::kReference:
      return "reference";
    case Origin::kZero:
      return "zero";
    case Origin::kExisting:
      return "existing";
    case Origin::kForeign:
      return "foreign";
  }
  return "foreign";
}

}  // namespace

std::string JsonLine(const Json& object) {
  return object.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Json TypedJson(std::string_view type) {
  Json json;
  json["schema"] = kStreamSchema;
  json["type"] = type;
  return json;
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
  json["fix"] = RemedyFor(found);
  json["replay"] = context.replay_line(found.minimal, found.payload);
  return json;
}

void AddCall(const TracedCall& call, const Observation& observation, Json& json) {
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
  json["movable"] = call.movable;
  json["returned"] = call.returned;
  if (call.then_waited) json["then_waited"] = true;
  json["step"] = call.step;
  if (call.step != 0) json["planned_fault"] = FaultName(call.fault);
  if (call.output < observation.touched.size()) {
    json["final_output"] = observation.touched[call.output].final_name;
  }
}

void AddBytes(const Judgement& judgement, Json& json) {
  const Excerpt& excerpt = judgement.excerpt;
  json["divergence"] = {{"offset", judgement.provenance.first_divergence},
                        {"at", excerpt.at},
                        {"output_hex", Hex(excerpt.output)},
                        {"reference_hex", Hex(excerpt.reference)}};
  const std::vector<Run>& runs = judgement.provenance.runs;
  json["runs"] = Json::array();
  for (size_t i = 0; i < std::min(runs.size(), kRunsMax); ++i) {
    json["runs"].push_back({{"at", runs[i].at},
                            {"bytes", runs[i].bytes},
                            {"origin", OriginText(runs[i].origin)},
                            {"from", runs[i].from}});
  }
  json["runs_after"] = runs.size() - json["runs"].size();
  const std::vector<Extent>& missing = judgement.provenance.missing;
  json["missing"] = Json::array();
  for (size_t i = 0; i < std::min(missing.size(), kRunsMax); ++i) {
    json["missing"].push_back({{"at", missing[i].at}, {"bytes", missing[i].bytes}});
  }
}

}  // namespace shortwrite
