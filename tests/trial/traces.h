// Traces made by hand, of an output "out" that is the second one touched.
#pragma once

#include <fcntl.h>

#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

#include "harness/trial/observation.h"

namespace shortwrite {

inline TracedCall Call(uint32_t number, uint64_t bytes, std::string_view sink = "regular file") {
  TracedCall call;
  call.asked = call.movable = call.granted = bytes;
  call.result = static_cast<int64_t>(bytes);
  call.number = number;
  call.process = call.thread = 1;
  call.descriptor = 3;
  call.output = 1;
  call.call = "write";
  call.sink = sink;
  return call;
}

inline void Deliver(TracedCall& call, FaultKind fault, std::string_view legal_under) {
  call.step = 1;
  call.fault = fault;
  call.delivered = true;
  call.legal_under = legal_under;
}

inline TracedCall Cut(TracedCall call, uint64_t granted, std::string_view legal_under = "linux") {
  Deliver(call, FaultKind::kShort, legal_under);
  call.granted = granted;
  call.result = static_cast<int64_t>(granted);
  return call;
}

inline TracedCall Answered(TracedCall call, FaultKind fault, int error,
                           std::string_view legal_under = "linux") {
  Deliver(call, fault, legal_under);
  call.granted = 0;
  call.result = error == 0 ? 0 : -1;
  call.error = error;
  return call;
}

inline TracedCall Nonblocking(TracedCall call) {
  call.status_flags |= O_NONBLOCK;
  return call;
}

inline TracedCall Handled(TracedCall call) {
  call.handler_can_interrupt = true;
  return call;
}

inline TracedCall Close(int error) {
  TracedCall call = Call(0, 0);
  call.call = "close";
  if (error == 0) return call;
  Deliver(call, FaultKind::kEio, "linux");
  call.result = -1;
  call.error = error;
  return call;
}

inline Observation Trace(std::vector<TracedCall> calls) {
  Observation observation;
  observation.touched = {{"stdout", "stdout"}, {"out", "out"}};
  observation.calls = std::move(calls);
  return observation;
}

}  // namespace shortwrite
