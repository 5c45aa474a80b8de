// RapidCheck's side of schedules and payloads: properties may simply take
// (const Schedule&, const Payload&).
//
// All randomness comes from RapidCheck, so RC_PARAMS="seed=..." reproduces every case. Both shrink,
// and are shown as the C++ that makes them.
#pragma once

#include <rapidcheck.h>

#include <cstddef>
#include <cstdint>
#include <iosfwd>
#include <string>
#include <vector>

#include <shortwrite/payload.h>
#include <shortwrite/schedule.h>

namespace shortwrite::inprocess {

struct ScheduleBounds {
  uint32_t calls_max = 16;  // highest call that a step starts or ends at, at least 1
  uint32_t steps_max = 8;   // at least 1
  bool terminal = false;    // also errors, which the function has to report instead of recovering
  bool hostile = false;     // also returns of 0; takes effect with Profile::kHostile alone
  std::vector<std::string> outputs = {};  // names that steps may carry; empty: steps name none
};

// Never empty. Most have a shape that programs are known to fail at: one fault, two short writes in
// a row, a short write and then EAGAIN or EINTR, a cap, six writes of one byte. Whether a fault is
// legal is decided at the call: EAGAIN needs O_NONBLOCK, EINTR a handler without SA_RESTART.
// Shrinks towards fewer steps, earlier calls, smaller counts. Throws std::invalid_argument for
// bounds of 0.
rc::Gen<Schedule> Schedules(const ScheduleBounds& bounds = {});

// Position-coded and repeated bytes, of few bytes up to `bytes_max`; sizes around pages and common
// buffers are frequent. Shrinks towards fewer bytes.
rc::Gen<Payload> Payloads(size_t bytes_max = 270001);

// RapidCheck's way to print a value.
void showValue(const Schedule& schedule, std::ostream& os);  // NOLINT: RapidCheck's name
void showValue(const Payload& payload, std::ostream& os);    // NOLINT: RapidCheck's name
void showValue(Profile profile, std::ostream& os);           // NOLINT: RapidCheck's name

}  // namespace shortwrite::inprocess

namespace rc {

template <>
struct Arbitrary<shortwrite::inprocess::Schedule> {
  static Gen<shortwrite::inprocess::Schedule> arbitrary() {
    return shortwrite::inprocess::Schedules();
  }
};

template <>
struct Arbitrary<shortwrite::inprocess::Payload> {
  static Gen<shortwrite::inprocess::Payload> arbitrary() {
    return shortwrite::inprocess::Payloads();
  }
};

}  // namespace rc
