#include "harness/campaign/shrink.h"

#include "harness/schedule/generators.h"

namespace shortwrite {

Schedule Shrink(Schedule schedule, uint32_t trials_max,
                const std::function<bool(const Schedule&)>& still_fails) {
  uint32_t trials = 0;
  bool shrunk = true;
  while (shrunk) {
    shrunk = false;
    rc::Seq<Schedule> simpler = SimplerSchedules(schedule);
    while (auto candidate = simpler.next()) {
      if (trials++ == trials_max) return schedule;
      if (!still_fails(*candidate)) continue;
      schedule = std::move(*candidate);
      shrunk = true;
      break;
    }
  }
  return schedule;
}

}  // namespace shortwrite
