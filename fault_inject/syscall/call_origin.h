// Who made a system call: the code that called libc's wrapper, not the wrapper.
#pragma once

#include <stdint.h>
#include <sys/types.h>

#include "fault_inject/syscall/write_call.h"

namespace shortwrite::fault_inject {

// The address that the wrapper around the call will return to; 0 where that cannot be proved. The
// proof is the wrapper's own code: from the instruction behind the system call on, each one is
// known not to touch the stack pointer, or by how much, until the function returns.
uint64_t FindReturnAddress(pid_t thread, const CallEntry& entry);

// Bytes of code: from where the call returns. How many bytes above the stack pointer the return
// address lies (x86-64), or 0 for "in the link register" (aarch64); -1: not known. Pure.
int ReturnAddressOffset(const uint8_t* code, int bytes);

}  // namespace shortwrite::fault_inject
