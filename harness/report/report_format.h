// The formats that a campaign's record can be rendered in. To add one: its renderer, a function
// from a record to text in a file of its own, and its row in report_format.cpp. The command line
// follows.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "harness/report/campaign_record.h"

namespace shortwrite {

struct ReportFormat {
  const char* name;  // the option is --NAME
  const char* help;
  std::string (*render)(const CampaignRecord& record);
  // Of several targets' campaigns; nullptr: the format takes one.
  std::string (*render_all)(const std::vector<CampaignRecord>& records);
};

std::span<const ReportFormat> ReportFormats();

}  // namespace shortwrite
