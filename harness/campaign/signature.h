// When two failures are one: the words that they are compared by. Pure.
#pragma once

#include <set>
#include <string>

#include "harness/diagnosis/diagnose.h"
#include "harness/oracle/judge.h"
#include "harness/trial/observation.h"

namespace shortwrite {

// What makes a counterexample another one: verdict, class of the mistake, and call site.
std::string Signature(const Judgement& judgement, const Diagnosis& diagnosis,
                      const Observation& observation);

// What can be told of a failure before it is shrunk: schedules that share it most likely share the
// mistake, and only the first of them is worth the trials.
std::string Symptom(const Judgement& judgement, const Observation& observation);

// Who made the calls that a fault was delivered at. A simpler schedule that hits others is another
// finding, not a smaller one.
std::set<std::string> CallersHit(const Observation& observation);

}  // namespace shortwrite
