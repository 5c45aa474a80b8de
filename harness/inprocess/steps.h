// What a public Schedule holds. The public headers name no type of the harness, so that they can be
// installed alone.
#pragma once

#include <shortwrite/schedule.h>

#include "harness/schedule/schedule.h"
#include "harness/trial/shared_region.h"

namespace shortwrite::inprocess {

struct Schedule::Steps {
  shortwrite::Schedule schedule;
};

Schedule Wrap(shortwrite::Schedule schedule);

ProfileName ToProfileName(Profile profile);

}  // namespace shortwrite::inprocess
