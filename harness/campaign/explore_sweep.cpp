#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <unordered_set>

#include "harness/base/count_text.h"
#include "harness/campaign/explore.h"
#include "harness/campaign/sweep.h"

namespace shortwrite {
namespace {

std::string DescribeCompleteness(const SweepPlan& plan, size_t swept) {
  if (swept < plan.schedules.size()) {
    return fmt::format("swept {} of {} planned schedules over {} of {}", swept,
                       plan.schedules.size(), plan.calls_swept,
                       CountText(plan.calls_total, "write call"));
  }
  if (plan.calls_swept < plan.calls_total) {
    return fmt::format(
        "every single fault at {} of {} (the first, the last and a spread) and {}: exhausted",
        plan.calls_swept, CountText(plan.calls_total, "write call"),
        CountText(plan.cut_points, "cut point"));
  }
  return fmt::format(
      "every single fault at {}{} and {}: exhausted", plan.calls_total == 1 ? "" : "every one of ",
      CountText(plan.calls_total, "write call"), CountText(plan.cut_points, "cut point"));
}

// What the first plan must fit into, where only time bounds the campaign; each further one may be
// so many times longer.
constexpr uint32_t kFirstPass = 500;
constexpr uint32_t kGrowth = 4;

SweepSettings SettingsOf(const CampaignSettings& settings, uint32_t trials_max) {
  return {.faults = settings.faults,
          .depth = settings.depth,
          .trials_max = trials_max,
          .everywhere = settings.everywhere};
}

// One plan that fits into the trials; or, where there are as many as time allows, a wide spread of
// calls first and then closer ones, until every call had its turn: wherever the time ends, what was
// swept is spread evenly.
class Sweep {
 public:
  Sweep(Explorer& explorer, const Explorer::Learn& learn) : explorer_(explorer), learn_(learn) {}

  Status Run() {
    const CampaignSettings& settings = explorer_.settings();
    const bool in_passes = settings.trials_max == kNoTrialsMax;
    uint32_t trials_max = in_passes ? kFirstPass : settings.trials_max;
    while (true) {
      const Result<bool> done = RunPass(trials_max);
      if (!done.ok()) return done.error();
      if (done.value() || !in_passes || trials_max >= kNoTrialsMax / kGrowth) return Ok();
      trials_max *= kGrowth;
    }
  }

 private:
  // True when nothing is left for another one.
  Result<bool> RunPass(uint32_t trials_max) {
    CampaignResult& result = explorer_.result();
    SweepPlan plan = PlanSweep(explorer_.trials().reference.control,
                               SettingsOf(explorer_.settings(), trials_max));
    const bool first = seen_.empty();
    if (first && !plan.left_out.empty()) result.notes.push_back(plan.left_out);
    std::erase_if(plan.schedules,
                  [&](const Schedule& schedule) { return !seen_.insert(ToText(schedule)).second; });
    explorer_.Plan(result.trials + plan.schedules.size());
    const Result<size_t> swept =
        explorer_.TryAll(plan.schedules, learn_, explorer_.settings().sweep_is_out_of_time);
    if (!swept.ok()) return swept.error();
    const bool whole = swept.value() == plan.schedules.size();
    result.sweep = {plan.schedules.size(), swept.value(), plan.calls_total, plan.calls_swept};
    if (first || whole) {
      result.completeness = DescribeCompleteness(plan, swept.value());
    } else {
      result.completeness += fmt::format("; then swept {} of {} schedules of a closer spread",
                                         swept.value(), plan.schedules.size());
    }
    return !whole || plan.calls_swept == plan.calls_total;
  }

  Explorer& explorer_;
  const Explorer::Learn& learn_;
  std::unordered_set<std::string> seen_;
};

}  // namespace

Status ExploreSweep(Explorer& explorer, const Explorer::Learn& learn) {
  if (explorer.settings().depth == 0) {
    explorer.result().completeness = "no sweep was asked for";
    return Ok();
  }
  explorer.Enter(Phase::kSweep);
  return Sweep(explorer, learn).Run();
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
    SweepSettings settings =
        SettingsOf(explorer.settings(), std::min(kFirstPass, explorer.settings().trials_max));
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
