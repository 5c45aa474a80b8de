#include "harness/report/warnings.h"

#include <fmt/format.h>

#include "harness/base/count_text.h"

namespace shortwrite {
namespace {

using Warnings = std::vector<Warning>;

// Less is a message, not data.
constexpr uint64_t kUnjudgedBytesMin = 4096;
constexpr uint64_t kLargePayload = uint64_t{4} << 20;

void WarnOfControl(const CampaignResult& result, Warnings& warnings) {
  if (!result.outputs_differ) return;
  warnings.push_back({"the outputs differ from run to run",
                      "--judge CMD, which says whether two of them mean the same; or options and "
                      "variables that make the target write the same bytes each time, such as gzip "
                      "-n or SOURCE_DATE_EPOCH"});
}

void WarnOfFewCalls(const CampaignResult& result, const ReportContext& context,
                    Warnings& warnings) {
  if (result.write_calls != 1) return;
  std::string remedy = "an input that makes it write more";
  if (context.payload_bytes > 0) remedy = "a larger --payload";
  if (context.payload_is_made) remedy = "--bytes 4MiB";
  if (context.payload_is_made && context.payload_bytes >= kLargePayload) return;
  warnings.push_back(
      {"the target made 1 write call, so nothing is known of those after a first one", remedy});
}

void WarnOfSweep(const CampaignResult& result, Warnings& warnings) {
  const SweepExtent& sweep = result.sweep;
  if (sweep.schedules_run < sweep.schedules_planned) {
    warnings.push_back({fmt::format("the sweep was cut short: {} of its {} schedules were run",
                                    sweep.schedules_run, sweep.schedules_planned),
                        "--time 5m, without --trials"});
  } else if (sweep.calls_planned < sweep.calls_total) {
    warnings.push_back(
        {fmt::format("the sweep covered {} of {} within its budget", sweep.calls_planned,
                     CountText(sweep.calls_total, "write call")),
         "--time 5m, without --trials, or a smaller input"});
  }
}

void WarnOfOutputs(const CampaignResult& result, const ReportContext& context, Warnings& warnings) {
  if (result.unjudged_bytes >= kUnjudgedBytesMin) {
    warnings.push_back({fmt::format("stdout, with {}{} bytes, is not judged, as the target also "
                                    "writes {{out}}",
                                    result.unjudged_bytes < kDiagnosticsBytesMax ? "" : "at least ",
                                    result.unjudged_bytes),
                        "a second check with another place, such as /dev/null, for {out}"});
  }
  if (result.output_repeats_at == 0) return;
  const std::string period =
      result.output_repeats_at == 1
          ? "every byte of the output is the same"
          : fmt::format("the output repeats itself every {} bytes", result.output_repeats_at);
  warnings.push_back({period + ": bytes sent twice, lost, or in a wrong place may look right",
                      context.payload_bytes > 0 && !context.payload_is_made
                          ? "without --payload: the one that is made repeats nothing"
                          : "an input that repeats nothing"});
}

void WarnOfDeadline(const CampaignResult& result, Warnings& warnings) {
  if (result.inconclusive == 0) return;
  warnings.push_back({fmt::format("{} {} still at work at the deadline, and proved nothing",
                                  CountText(result.inconclusive, "trial"),
                                  result.inconclusive == 1 ? "was" : "were"),
                      "--timeout 2m"});
}

}  // namespace

std::string ToText(const Warning& warning) {
  return fmt::format("{}; try {}", warning.cause, warning.remedy);
}

std::vector<Warning> WarningsOf(const CampaignResult& result, const ReportContext& context) {
  Warnings warnings;
  WarnOfControl(result, warnings);
  if (result.end == CampaignEnd::kSurvived) {
    WarnOfFewCalls(result, context, warnings);
    WarnOfSweep(result, warnings);
    WarnOfOutputs(result, context, warnings);
  }
  WarnOfDeadline(result, warnings);
  return warnings;
}

}  // namespace shortwrite
