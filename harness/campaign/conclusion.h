// What a campaign comes to. Pure.
#pragma once

#include <string>

#include "harness/campaign/campaign.h"

namespace shortwrite {

// What is known at the end besides the result's own counts.
struct ExploreEnd {
  bool interrupted = false;     // by a signal, or because nothing can be said any more
  bool control_failed = false;  // the reason stands in the result
  bool out_of_time = false;
  bool proved = false;   // a trial with a delivered fault was judged good
  std::string unsteady;  // the last failure that did not repeat, in words
};

// Sets end and reason, and sorts the counterexamples.
void Conclude(const ExploreEnd& end, CampaignResult& result);

}  // namespace shortwrite
