// Records as GitHub's Markdown, for job summaries and comments.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "harness/report/campaign_record.h"

namespace shortwrite {

// GitHub refuses a summary of more than 1 MiB, and several steps share it.
inline constexpr size_t kMarkdownBytesMax = 900 * 1024;

// For running text and cells. What CommonMark gives a meaning to loses it behind a backslash; '@'
// and '$' are GitHub's (mentions, formulas).
std::string EscapeMarkdown(std::string_view text);

std::string RenderMarkdown(const std::vector<CampaignRecord>& records);

}  // namespace shortwrite
