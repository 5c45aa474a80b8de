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
//
// write_calls: the most that the control made on one output; 0: not known. Within them a lasting
// cap is first replaced by a short write at one call, or by a cap of a few: where that fails too,
// it says which call is answered wrongly, and its trace is a few lines.
Schedule Shrink(Schedule schedule, uint32_t trials_max,
                const std::function<bool(const Schedule&)>& still_fails, uint32_t write_calls = 0);

}  // namespace shortwrite
