// A system call as a thread made it, and as a write call.
#pragma once

#include <stdint.h>

#include "fault_inject/intercepted_call.h"

namespace shortwrite::fault_inject {

struct CallEntry {
  long number = -1;
  uint64_t arguments[6] = {};
  uint64_t instruction_pointer = 0;
  uint64_t stack_pointer = 0;
  bool operator==(const CallEntry&) const = default;
};

// How a short write is made of a call.
enum class CutBy : uint8_t {
  kCount,    // a register holds the number of bytes (sendmmsg: of messages)
  kVectors,  // a register points to an array of iovec, the next holds its length
  kMessage,  // a register points to a msghdr
};

struct WriteCall {
  Request request;
  CutBy cut_by;
  int cut_argument;  // which register
};

}  // namespace shortwrite::fault_inject
