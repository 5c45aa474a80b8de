// Records in the Test Anything Protocol, version 13, each failure with a YAML block.
#pragma once

#include <string>
#include <vector>

#include "harness/report/campaign_record.h"

namespace shortwrite {

std::string RenderTap(const std::vector<CampaignRecord>& records);

}  // namespace shortwrite
