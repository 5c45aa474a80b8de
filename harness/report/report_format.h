// The formats that the records of campaigns can be rendered in. To add one: its renderer, a
// function from records to text in a file of its own, and its row in report_format.cpp. The command
// line follows.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "harness/report/campaign_record.h"

namespace shortwrite {

struct ReportFormat {
  const char* name;  // the option is --NAME
  const char* help;
  // At least one: each target of a project file has its own.
  std::string (*render)(const std::vector<CampaignRecord>& records);
};

std::span<const ReportFormat> ReportFormats();

}  // namespace shortwrite
