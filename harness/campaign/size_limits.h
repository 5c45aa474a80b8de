// Where a file's growth is stopped by a real limit, without injection (`--sink full`). Pure.
#pragma once

#include <vector>

#include "harness/schedule/schedule.h"
#include "harness/trial/observation.h"

namespace shortwrite {

// Schedules of `full=N` alone, the most telling first, each below the size of some output: nothing
// at all, one byte, all but one, half, and around the ends of the control's write calls.
std::vector<Schedule> PlanSizeLimits(const Observation& control);

}  // namespace shortwrite
