#include "harness/report/stream_lines.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "harness/campaign/signature.h"
#include "harness/campaign/signature_name.h"
#include "harness/oracle/digest.h"
#include "harness/report/json_parts.h"

namespace shortwrite {
namespace {

using Json = nlohmann::ordered_json;

// A writer of single bytes makes millions of calls; nobody looks at more than these, half of them
// on each side of the first fault.
constexpr size_t kCallsMax = 50'000;

void AddPayload(const std::optional<TrialPayload>& payload, const ReportContext& context,
                Json& json) {
  json["payload_bytes"] = payload ? payload->bytes : context.payload_bytes;
  if (payload) json["payload_text"] = kPayloadTexts[static_cast<size_t>(payload->text)];
}

void AddCalls(const Observation& observation, Json& json) {
  const std::vector<TracedCall>& calls = observation.calls;
  const auto fault = std::find_if(calls.begin(), calls.end(),
                                  [](const TracedCall& call) { return call.delivered; });
  const auto at = static_cast<size_t>(fault == calls.end() ? 0 : fault - calls.begin());
  const size_t latest = calls.size() > kCallsMax ? calls.size() - kCallsMax : 0;
  const size_t begin = std::min(at < kCallsMax / 2 ? 0 : at - kCallsMax / 2, latest);
  const size_t end = std::min(calls.size(), begin + kCallsMax);
  json["calls_before"] = begin;
  json["calls_after"] = calls.size() - end;
  json["calls"] = Json::array();
  for (size_t i = begin; i < end; ++i) {
    Json one = Json::object();
    AddCall(calls[i], observation, one);
    json["calls"].push_back(std::move(one));
  }
}

void AddPlanned(const Counterexample& found, Json& json) {
  json["planned"] = Json::array();
  if (found.minimal.full) {
    json["planned"].push_back({{"step", ToText(Schedule{.steps = {}, .full = found.minimal.full})},
                               {"delivered", found.observation.size_limit_felt ? 1 : 0}});
  }
  for (size_t i = 0; i < found.minimal.steps.size(); ++i) {
    const auto delivered =
        std::count_if(found.observation.calls.begin(), found.observation.calls.end(),
                      [&](const TracedCall& call) { return call.delivered && call.step == i + 1; });
    json["planned"].push_back(
        {{"step", ToText(Schedule{{found.minimal.steps[i]}})}, {"delivered", delivered}});
  }
}

}  // namespace

std::string CampaignLine(const CampaignAsked& asked) {
  Json json = TypedJson("campaign");
  json["version"] = asked.version;
  json["command"] = asked.command;
  json["options"] = asked.options;
  json["profile"] = asked.profile;
  json["sink"] = asked.sink;
  json["backend"] = asked.backend;
  json["seed"] = asked.seed;
  return JsonLine(json);
}

std::string ControlLine(const Observation& control) {
  Json json = TypedJson("control");
  json["ended"] = ToText(control.end);
  json["write_calls"] = std::count_if(control.calls.begin(), control.calls.end(),
                                      [](const TracedCall& call) { return call.number > 0; });
  uint64_t bytes = 0;
  Json outputs = Json::array();
  for (const OutputFile& output : control.outputs) {
    bytes += output.bytes.size();
    outputs.push_back({{"output", output.name}, {"bytes", output.bytes.size()}});
  }
  json["output_bytes"] = bytes;
  json["outputs"] = std::move(outputs);
  return JsonLine(json);
}

std::string FindingLine(const Schedule& raw, const Judgement& judgement,
                        const std::optional<TrialPayload>& payload, const ReportContext& context) {
  Json json = TypedJson("finding");
  json["schedule"] = ToText(raw);
  json["verdict"] = VerdictText(judgement.verdict);
  json["output"] = judgement.output;
  json["output_bytes"] = judgement.output_bytes;
  json["reference_bytes"] = judgement.reference_bytes;
  json["first_divergence"] = judgement.provenance.first_divergence;
  AddPayload(payload, context, json);
  json["replay"] = context.replay_line(raw, payload);
  return JsonLine(json);
}

std::string CounterexampleLine(const Counterexample& found, const ReportContext& context) {
  Json json = TypedJson("counterexample");
  json.update(CounterexampleJson(found, context));
  json["signature"] = Signature(found);
  json["signature_name"] = SignatureName(found);
  json["without_fault"] = found.without_fault;
  json["message"] = found.judgement.message;
  json["md5"] = "";
  for (const OutputFile& output : found.observation.outputs) {
    if (output.name != found.judgement.output) continue;
    const Result<Digest> digest = DigestBytes(output.bytes.view());
    if (digest.ok()) json["md5"] = digest.value().md5;
  }
  AddPlanned(found, json);
  AddBytes(found.judgement, json);
  AddCalls(found.observation, json);
  return JsonLine(json);
}

}  // namespace shortwrite
