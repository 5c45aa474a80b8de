// Records as SARIF 2.1.0, for code scanning: a result per counterexample, at the call site.
#pragma once

#include <string>
#include <vector>

#include "harness/report/campaign_record.h"

namespace shortwrite {

std::string RenderSarif(const std::vector<CampaignRecord>& records);

}  // namespace shortwrite
