// The phases of a campaign before its search (search.h), in their order. Each ends early when the
// budget does, and says in the result what it came to.
#pragma once

#include "harness/base/result.h"
#include "harness/campaign/explorer.h"

namespace shortwrite {

// Counterexamples of earlier campaigns.
Status ExploreKept(Explorer& explorer);
// A real shortage, and nothing else (`--sink full`).
Status ExploreShortage(Explorer& explorer);
// Every single fault, and rows of them, as far as the control shows where (sweep.h).
Status ExploreSweep(Explorer& explorer, const Explorer::Learn& learn);
// A few schedules over each other payload that the campaign names.
Status ExploreOtherPayloads(Explorer& explorer, const Explorer::Learn& learn);

}  // namespace shortwrite
