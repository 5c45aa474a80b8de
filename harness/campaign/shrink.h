// Makes a failing schedule smaller, over the moves of schedule/generators.h.
#pragma once

#include <cstdint>
#include <functional>

#include "harness/schedule/schedule.h"

namespace shortwrite {

// Greedy: takes the first simpler schedule that still fails, until none does or trials_max have
// been run. still_fails runs a trial; it returns false to reject, and when the campaign has to
// stop. Legality needs no care here: an illegal step is not delivered, and then the schedule does
// not fail.
Schedule Shrink(Schedule schedule, uint32_t trials_max,
                const std::function<bool(const Schedule&)>& still_fails);

}  // namespace shortwrite
