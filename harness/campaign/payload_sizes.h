// Which other payloads the search gives the target. Pure.
#pragma once

#include <vector>

#include "harness/campaign/campaign.h"
#include "harness/trial/observation.h"
#include "harness/writer/trial_payload.h"

namespace shortwrite {

// What the campaign names; and, where it leaves the size to us, sizes around the target's own
// chunks as its control shows them, around pages and pipe buffers, and small odd ones, the most
// telling first. None of them the campaign's own.
std::vector<TrialPayload> PlanPayloads(const Observation& control,
                                       const CampaignSettings& settings);

}  // namespace shortwrite
