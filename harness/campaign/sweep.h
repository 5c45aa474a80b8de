// The bounded-exhaustive part of a campaign: which schedules, in which order. Pure.
//
// Learnt from the control: how many write calls each output takes, how long they are, and which
// faults could be delivered there at all. Likely findings first: the first and the last call, odd
// cuts, two shorts in a row at the final flush; errors that last at both, and at close and fsync.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "harness/campaign/fault_set.h"
#include "harness/schedule/schedule.h"
#include "harness/trial/observation.h"

namespace shortwrite {

struct SweepSettings {
  FaultSet faults;
  uint32_t depth = 2;         // faults per schedule
  uint32_t trials_max = 500;  // what the plan must fit into
  bool everywhere = false;    // hostile profile: EAGAIN and EINTR need no leave
};

struct SweepPlan {
  std::vector<Schedule> schedules;  // in order, no two alike
  uint32_t single_count = 0;        // of them, schedules of one step at one call
  uint32_t calls_total = 0;         // write calls that the control made
  uint32_t calls_swept = 0;         // of these, calls that got every single fault
  uint32_t cut_points = 0;          // short counts tried per call
  std::string left_out;             // in words, what could not be delivered here; may be empty
};

// Whether a trial under the schedule stays near the control's length. A count of few bytes at every
// call from some point on turns a large output into a call for each of them: no new behaviour after
// the first few, at the price of hundreds of other trials.
bool IsAffordable(const Schedule& schedule, uint64_t output_bytes);

SweepPlan PlanSweep(const Observation& control, const SweepSettings& settings);

}  // namespace shortwrite
