#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <span>
#include <string>
#include <vector>

#include "harness/campaign/explore.h"

namespace shortwrite {
namespace {

using Group = std::span<const KeptSchedule>;

// Those at the head of kept that were found with the same payload.
Group FirstGroup(Group kept) {
  const auto end = std::find_if(kept.begin(), kept.end(), [&](const KeptSchedule& other) {
    return other.payload != kept.front().payload;
  });
  return kept.first(static_cast<size_t>(end - kept.begin()));
}

// Adds those that were run as they were found and no longer fail. What was not run, or not with its
// own payload, is not known to be stale.
Status TryGroup(Explorer& explorer, Group group, std::vector<std::string>& stale) {
  PayloadSwitch& payloads = explorer.trials().payloads;
  const std::optional<TrialPayload>& payload = group.front().payload;
  bool as_found = !payload;
  if (payload && payloads.possible() && !explorer.Exhausted()) {
    const Result<bool> used = payloads.Use(*payload);
    if (!used.ok()) return explorer.trials().Remember(used.error());
    as_found = used.value();
  }
  std::vector<Schedule> schedules;
  for (const KeptSchedule& kept : group) schedules.push_back(kept.schedule);
  auto next = group.begin();
  const auto learn = [&](const Schedule& schedule, const Outcome& outcome) {
    const KeptSchedule& kept = *next++;
    if (as_found && !outcome.failed()) {
      stale.push_back(fmt::format("{} ({})", kept.name, ToText(schedule)));
    }
  };
  const Result<size_t> tried = explorer.TryAll(schedules, learn);
  if (!tried.ok()) return tried.error();
  return payloads.UseMain();
}

}  // namespace

// One that no longer fails is not dropped: a slower machine, or another sink, may decide.
Status ExploreKept(Explorer& explorer) {
  std::vector<std::string> stale;
  Group left = explorer.settings().corpus;
  if (!left.empty()) explorer.Enter(Phase::kCorpus);
  explorer.Plan(left.size());
  while (!left.empty()) {
    const Group group = FirstGroup(left);
    if (Status tried = TryGroup(explorer, group, stale); !tried.ok()) return tried;
    left = left.subspan(group.size());
  }
  if (!stale.empty()) {
    explorer.result().notes.push_back(
        fmt::format("stale in the corpus, no longer failing: {}", fmt::join(stale, ", ")));
  }
  return Ok();
}

}  // namespace shortwrite
