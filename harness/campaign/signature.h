// When two failures are one: the words that they are compared by. Pure.
#pragma once

#include <set>
#include <string>

#include "harness/campaign/campaign.h"
#include "harness/oracle/judge.h"
#include "harness/trial/observation.h"

namespace shortwrite {

// What makes a counterexample another one: verdict, class of the mistake, and call site. A place in
// the source stands for every copy that a compiler made of it, and outlives a build.
std::string Signature(const Counterexample& found);

// What can be told of a failure before it is shrunk: schedules that share it most likely share the
// mistake, and only the first of them is worth the trials.
std::string Symptom(const Judgement& judgement, const Observation& observation);

// Who made the calls that a fault was delivered at. A simpler schedule that hits others is another
// finding, not a smaller one.
std::set<std::string> CallersHit(const Observation& observation);

}  // namespace shortwrite
