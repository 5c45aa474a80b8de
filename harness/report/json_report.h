// Reports for machines: JSON Lines, one object per string, without the newline; see
// harness/docs/json.md.
#pragma once

#include <string>
#include <vector>

#include "harness/campaign/campaign.h"
#include "harness/report/report_context.h"

namespace shortwrite {

std::string CampaignJson(const CampaignResult& result, int exit_status,
                         const ReportContext& context);

// One object per write call, then the result.
std::vector<std::string> ReplayJson(const ReplayResult& result, const Schedule& schedule,
                                    int exit_status, const ReportContext& context);

// The result of a campaign or replay that could not be carried out.
std::string FailureJson(const std::string& reason, int exit_status);

}  // namespace shortwrite
