// Probing trials: where classes look the same under the minimal schedule, another schedule may show
// which of them it is. Pure: says what to try, and what came of it.
//
// kProbes in probes.cpp is the whole of what is known. A row has the schedule to try, made from the
// minimal one and its story, and what each class does under it. To tell another pair apart, add a
// row there and its script to probes_test.cpp.
#pragma once

#include <cstddef>
#include <vector>

#include "harness/diagnosis/diagnose.h"

namespace shortwrite {

struct PlannedProbe {
  size_t row = 0;
  Schedule schedule;
};

// Those that could leave fewer candidates than the diagnosis has. evidence: of the minimal
// schedule.
std::vector<PlannedProbe> PlanProbes(const Evidence& evidence, const Diagnosis& diagnosis);

// Rules out the candidates that would have done otherwise; none where a fault of the probe was not
// delivered, where the trial has no verdict, or where it did as none of them would.
Ruling ConcludeProbe(const PlannedProbe& probe, const Evidence& evidence,
                     const Diagnosis& diagnosis);

}  // namespace shortwrite
