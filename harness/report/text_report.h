// Reports for people. They return text; who prints it, and where, is the caller's business.
#pragma once

#include <string>

#include "harness/campaign/campaign.h"
#include "harness/report/report_context.h"

namespace shortwrite {

// Verdict, evidence, completeness; the last line after a failure is the replay command.
std::string CampaignText(const CampaignResult& result, const ReportContext& context);
std::string ReplayText(const ReplayResult& result, const Schedule& schedule,
                       const ReportContext& context);

// One row per write call, faults marked; long tables are cut to the neighbourhood of the faults.
std::string CallTable(const Observation& observation);

}  // namespace shortwrite
