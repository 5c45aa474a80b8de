// The lines of a campaign's stream that come before its result (json_report.h). The stream is the
// one record of a campaign: every other format is rendered from it. harness/docs/json.md;
// stream.schema.json describes each line.
//
// No line holds a time of day or a duration, so the same seed gives the same bytes, but for what
// the target says (a message with the path of its private directory), and for `standstill`, which
// tells how a target that never ended stood still, with the processor's time.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "harness/campaign/campaign.h"
#include "harness/report/report_context.h"

namespace shortwrite {

// What a campaign was asked for.
struct CampaignAsked {
  std::string version;  // ours
  std::vector<std::string> command;
  std::vector<std::string> options;  // words that change what is tried or how it is judged
  std::string profile;
  std::string sink;
  std::string backend;  // may be "auto"
  uint64_t seed = 0;
};

std::string CampaignLine(const CampaignAsked& asked);
std::string ControlLine(const Observation& control);
// Before shrinking.
std::string FindingLine(const Schedule& raw, const Judgement& judgement,
                        const std::optional<TrialPayload>& payload, const ReportContext& context);
// What the result says of it, with its calls and its bytes.
std::string CounterexampleLine(const Counterexample& found, const ReportContext& context);

}  // namespace shortwrite
