// What a public Schedule holds. The public headers name no type of the harness, so that they can be
// installed alone.
#pragma once

#include <shortwrite/schedule.h>

#include "harness/schedule/schedule.h"
#include "harness/trial/shared_region.h"

namespace shortwrite::inprocess {

// Nested, so that it may look into a Schedule, and make one.
struct Schedule::Steps {
  static Schedule Wrap(shortwrite::Schedule schedule);
  static const shortwrite::Schedule& Of(const Schedule& wrapped) {
    return wrapped.steps_->schedule;
  }

  shortwrite::Schedule schedule;
};

ProfileName ToProfileName(Profile profile);

}  // namespace shortwrite::inprocess
