// Records as JUnit's XML, for the dashboards of CI systems.
#pragma once

#include <string>
#include <vector>

#include "harness/report/campaign_record.h"

namespace shortwrite {

// A suite each, with a test case for the campaign, and one for each counterexample.
std::string RenderJunit(const std::vector<CampaignRecord>& records);

}  // namespace shortwrite
