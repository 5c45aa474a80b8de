// Reports for people. They return text; who prints it, and where, is the caller's business.
#pragma once

#include <string>

#include "harness/campaign/campaign.h"
#include "harness/report/report_context.h"
#include "harness/report/style.h"

namespace shortwrite {

// Verdict, evidence, completeness; the last line after a failure is the replay command.
// That one is never broken: it is there to be pasted.
std::string CampaignText(const CampaignResult& result, const ReportContext& context,
                         const Style& style = {});
std::string ReplayText(const ReplayResult& result, const Schedule& schedule,
                       const ReportContext& context, const Style& style = {});

}  // namespace shortwrite
