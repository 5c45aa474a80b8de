// Schedules near another one, for a search that keeps what did something new.
#pragma once

#include <rapidcheck.h>

#include "harness/schedule/generators.h"
#include "harness/schedule/schedule.h"

namespace shortwrite {

// One to three moves away: a step more, or one fewer; a step at a neighbouring call; another cut;
// another kind of fault; a second short right after a step. Valid, never empty, and within bounds
// where the schedule was. It must have a step.
Schedule Vary(const Schedule& schedule, const ScheduleBounds& bounds, const rc::Random& random);

}  // namespace shortwrite
