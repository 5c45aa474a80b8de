// Random schedules, for the search and for property tests.
//
// All randomness comes from the rc::Random that RapidCheck hands in, so a seed reproduces every
// schedule. Thread-safe: a generator holds its bounds and nothing else.
#pragma once

#include <rapidcheck.h>

#include <cstdint>
#include <iosfwd>
#include <string>
#include <vector>

#include "harness/schedule/schedule.h"

namespace shortwrite {

// What a generated schedule may contain. Every schedule within bounds is valid; whether a fault is
// legal on the sink is decided at the call (fault_inject/legality.h).
struct ScheduleBounds {
  uint32_t calls_max = 16;                // highest call that a step starts or ends at, at least 1
  uint32_t steps_max = 8;                 // at least 1
  bool terminal = false;                  // also errors that a program must report
  bool hostile = false;                   // also returns of 0 (FUSE, direct_io)
  bool eagain = true;                     // where no descriptor answers it, a step is wasted
  bool eintr = true;                      // likewise
  std::vector<std::string> outputs = {};  // names that steps may carry; empty: steps name none
};

// Never empty. Most schedules have a shape that programs are known to fail at: a single fault, two
// shorts in a row, a short and then EAGAIN or EINTR, a cap, a range, six writes of one byte, a
// burst of adjacent faults; with `terminal` also errors at once, after a short, lasting or
// transient, and at close and fsync. The rest is a free mixture. Counts are mostly small and odd,
// because an even or page-sized cut hides behind buffers of the same size.
//
// Shrinks towards fewer steps, earlier calls, smaller counts, no output name.
rc::Gen<Schedule> ArbitrarySchedule(const ScheduleBounds& bounds);

// The schedules that are one move simpler, simplest first: the shrinker of ArbitrarySchedule. Each
// is valid and not empty.
rc::Seq<Schedule> SimplerSchedules(const Schedule& schedule);

// RapidCheck prints a schedule by this: --schedule='1:short=1', ready to paste.
void showValue(const Schedule& schedule, std::ostream& os);  // NOLINT: the name is RapidCheck's

}  // namespace shortwrite
