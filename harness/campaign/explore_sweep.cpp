#include <fmt/format.h>

#include "harness/campaign/explore.h"
#include "harness/campaign/sweep.h"

namespace shortwrite {
namespace {

std::string DescribeCompleteness(const SweepPlan& plan, size_t swept) {
  if (swept < plan.schedules.size()) {
    return fmt::format("swept {} of {} planned schedules over {} of {} write calls", swept,
                       plan.schedules.size(), plan.calls_swept, plan.calls_total);
  }
  if (plan.calls_swept < plan.calls_total) {
    return fmt::format(
        "every single fault at {} of {} write calls (the first, the last and a spread) and {} cut "
        "points: exhausted",
        plan.calls_swept, plan.calls_total, plan.cut_points);
  }
  return fmt::format(
      "every single fault at every one of {} write calls and {} cut points: exhausted",
      plan.calls_total, plan.cut_points);
}

SweepSettings SettingsOf(const CampaignSettings& settings) {
  return {.faults = settings.faults,
          .depth = settings.depth,
          .trials_max = settings.trials_max,
          .everywhere = settings.everywhere};
}

}  // namespace

Status ExploreSweep(Explorer& explorer, const Explorer::Learn& learn) {
  CampaignResult& result = explorer.result();
  const SweepPlan plan =
      PlanSweep(explorer.trials().reference.control, SettingsOf(explorer.settings()));
  if (explorer.settings().depth == 0) {
    result.completeness = "no sweep was asked for";
    return Ok();
  }
  explorer.Plan(plan.schedules.size());
  const Result<size_t> swept = explorer.TryAll(plan.schedules, learn);
  if (!swept.ok()) return swept.error();
  result.completeness = DescribeCompleteness(plan, swept.value());
  if (!plan.left_out.empty()) result.notes.push_back(plan.left_out);
  return Ok();
}

// Another content, or size, of which a few schedules are enough: mistakes that only a character of
// several bytes shows, or a last chunk that is full.
Status ExploreOtherPayloads(Explorer& explorer, const Explorer::Learn& learn) {
  constexpr size_t kSchedulesEach = 24;
  Trials& trials = explorer.trials();
  for (const TrialPayload& payload : explorer.settings().other_payloads) {
    if (explorer.Exhausted() || explorer.found_any()) return Ok();
    const Result<bool> used = trials.payloads.Use(payload);
    if (!used.ok()) return trials.Remember(used.error());
    if (!used.value()) continue;
    SweepSettings settings = SettingsOf(explorer.settings());
    settings.depth = 1;
    std::vector<Schedule> schedules = PlanSweep(trials.reference.control, settings).schedules;
    schedules.resize(std::min(kSchedulesEach, schedules.size()));
    const Result<size_t> tried = explorer.TryAll(schedules, learn);
    if (!tried.ok()) return tried.error();
    if (Status back = trials.payloads.UseMain(); !back.ok()) return back;
    explorer.result().completeness +=
        fmt::format("; then {} schedules over {} bytes of {}", tried.value(), payload.bytes,
                    kPayloadTexts[static_cast<size_t>(payload.text)]);
  }
  return Ok();
}

}  // namespace shortwrite
