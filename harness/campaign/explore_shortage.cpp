#include <fmt/format.h>

#include "harness/campaign/explore.h"
#include "harness/campaign/size_limits.h"

namespace shortwrite {

// Every file may have so many bytes and no more; nothing is injected.
Status ExploreShortage(Explorer& explorer) {
  const std::vector<Schedule> limits = PlanSizeLimits(explorer.trials().reference.control);
  explorer.Enter(Phase::kSweep);
  explorer.Plan(limits.size());
  const Result<size_t> swept = explorer.TryAll(limits, {});
  if (!swept.ok()) return swept.error();
  explorer.result().completeness =
      fmt::format("{} of {} size limits, a real shortage at each{}", swept.value(), limits.size(),
                  swept.value() == limits.size() ? ": exhausted" : "");
  return Ok();
}

}  // namespace shortwrite
