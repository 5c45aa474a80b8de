// Whether a target that meets EAGAIN asks again at once instead of waiting. Pure.
//
// Its bytes are right in the end, but it burns a processor for as long as its reader is slow
// (write(2), EAGAIN; poll(2)).
#pragma once

#include <cstdint>

#include "harness/trial/observation.h"

namespace shortwrite {

struct BusyRetries {
  // Most calls on one output, by one thread, that met EAGAIN again before a byte was accepted, each
  // too soon after the one before for any wait to lie between.
  uint64_t most = 0;
  uint64_t median_gap_ns = 0;  // between these
};

// Counts only the kernel's own EAGAIN: what was injected ends soon by itself. Needs a full trace;
// without times, nothing is counted.
BusyRetries FindBusyRetries(const Observation& observation);

// Proved: more often than anybody tries who means to wait in the end.
bool RetriesWithoutWaiting(const BusyRetries& busy);

}  // namespace shortwrite
