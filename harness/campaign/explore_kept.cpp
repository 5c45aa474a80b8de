#include <fmt/format.h>
#include <fmt/ranges.h>

#include "harness/campaign/explore.h"

namespace shortwrite {
namespace {

// Whether it was run as it was found and no longer fails.
Result<bool> IsStale(Explorer& explorer, const KeptSchedule& kept) {
  PayloadSwitch& payloads = explorer.trials().payloads;
  bool as_found = !kept.payload;
  if (kept.payload && payloads.possible() && !explorer.Exhausted()) {
    Result<bool> used = payloads.Use(*kept.payload);
    if (!used.ok()) return explorer.trials().Remember(used.error()).error();
    as_found = used.value();
  }
  bool passed = false;
  const Result<size_t> tried =
      explorer.TryAll({kept.schedule},
                      [&](const Schedule&, const Outcome& outcome) { passed = !outcome.failed(); });
  if (!tried.ok()) return tried.error();
  if (Status back = payloads.UseMain(); !back.ok()) return back.error();
  return as_found && passed;
}

}  // namespace

// One that no longer fails is not dropped: a slower machine, or another sink, may decide. What was
// not run, or not with its own payload, is not known to be stale.
Status ExploreKept(Explorer& explorer) {
  std::vector<std::string> stale;
  for (const KeptSchedule& kept : explorer.settings().corpus) {
    const Result<bool> is_stale = IsStale(explorer, kept);
    if (!is_stale.ok()) return is_stale.error();
    if (is_stale.value()) {
      stale.push_back(fmt::format("{} ({})", kept.name, ToText(kept.schedule)));
    }
  }
  if (!stale.empty()) {
    explorer.result().notes.push_back(
        fmt::format("stale in the corpus, no longer failing: {}", fmt::join(stale, ", ")));
  }
  return Ok();
}

}  // namespace shortwrite
