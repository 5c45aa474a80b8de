// Results as a campaign would hand them over, without processes, paths of this machine, or clocks.
#pragma once

#include "harness/campaign/campaign.h"
#include "harness/report/report_context.h"

namespace shortwrite {

ReportContext ExampleContext();

// A correct target, 37 write calls.
CampaignResult SurvivedCampaign();
// A writer that ignores counts; one counterexample of one step.
CampaignResult FailedCampaign();
// Names with a newline, quotes, an escape and a byte that is no UTF-8; two counterexamples.
CampaignResult CampaignWithOddNames();
// Ended early, with a reason.
CampaignResult EndedCampaign(CampaignEnd end);

// One counterexample: of many calls that write 100 bytes each, the middle one accepted a byte.
CampaignResult CampaignOfManyCalls(uint32_t calls);

// The stream of a campaign with this end, as `check --json` prints it.
std::string StreamOf(const CampaignResult& result, int exit_status);

// write 2 of 3 accepted 1 byte, then the rest was lost.
ReplayResult FailedReplay();

// A trace of many calls, with faults delivered at some.
Observation LongObservation(uint32_t calls, const std::vector<uint32_t>& faults_at);

}  // namespace shortwrite
