// What a campaign's end is to those who count passed and failed tests. Pure.
#pragma once

#include "harness/report/campaign_record.h"

namespace shortwrite {

enum class Outcome {
  kPassed,   // survived; nothing else ever is
  kFailed,   // there are counterexamples
  kError,    // nothing can be said: cut off, vacuous, an unsteady control
  kSkipped,  // a backend or sink is not available here
};

Outcome OutcomeOf(const CampaignRecord& record);

}  // namespace shortwrite
