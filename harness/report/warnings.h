// What a result does not show by itself, and the option that would show more. Pure.
#pragma once

#include <string>
#include <vector>

#include "harness/campaign/campaign.h"
#include "harness/report/report_context.h"

namespace shortwrite {

struct Warning {
  std::string cause;
  std::string remedy;  // what to try: an option first
  bool operator==(const Warning&) const = default;
};

// "the target made 1 write call: no fault came after a first one; try --bytes 4MiB".
std::string ToText(const Warning& warning);

// In the order of their weight; none where nothing would be better otherwise.
std::vector<Warning> WarningsOf(const CampaignResult& result, const ReportContext& context);

}  // namespace shortwrite
