// From a schedule that failed to a counterexample: smaller, confirmed, and with a name.
#pragma once

#include "harness/base/result.h"
#include "harness/campaign/campaign.h"
#include "harness/campaign/trials.h"

namespace shortwrite {

struct Failure {
  const Schedule& schedule;
  const Judgement& judgement;
  const Observation& observation;
};

// Shrinks the schedule first, by at most shrink_trials trials,
// then the payload, if it may (shrinks_payload). The payload in use is the same afterwards. A
// failure that does not come back each time is Verdict::kFlaky. listener: told when it is
// confirmed.
Result<Counterexample> Examine(Trials& trials, const CampaignSettings& settings,
                               const Failure& failure, uint32_t shrink_trials, bool shrinks_payload,
                               CampaignListener& listener);

}  // namespace shortwrite
