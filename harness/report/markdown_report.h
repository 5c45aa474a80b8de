// Records as GitHub's Markdown, for job summaries and comments.
#pragma once

#include <string>
#include <vector>

#include "harness/report/campaign_record.h"

namespace shortwrite {

// GitHub refuses a summary of more than 1 MiB, and several steps share it.
inline constexpr size_t kMarkdownBytesMax = 900 * 1024;

std::string RenderMarkdown(const std::vector<CampaignRecord>& records);

}  // namespace shortwrite
