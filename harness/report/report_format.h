// The formats that a campaign's record can be rendered in. To add one: its renderer, a function
// from a record to text in a file of its own, and its row in report_format.cpp. The command line
// follows.
#pragma once

#include <span>
#include <string>

#include "harness/report/campaign_record.h"

namespace shortwrite {

struct ReportFormat {
  const char* name;  // the option is --NAME
  const char* help;
  std::string (*render)(const CampaignRecord& record);
};

std::span<const ReportFormat> ReportFormats();

}  // namespace shortwrite
