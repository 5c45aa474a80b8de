// Records as one self-contained page: nothing is loaded, nothing is run, and it fits into a mail.
#pragma once

#include <string>
#include <vector>

#include "harness/report/campaign_record.h"

namespace shortwrite {

inline constexpr size_t kHtmlBytesMax = 1024 * 1024;

std::string RenderHtml(const std::vector<CampaignRecord>& records);

}  // namespace shortwrite
