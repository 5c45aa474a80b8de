// The system calls that the tracer looks at, and where each keeps what matters.
//
// To add a write call: its CallKind in protocol.h, a row in call_table.cpp, and its word in
// harness/trial/region_text.cpp.
#pragma once

#include <optional>
#include <vector>

#include "fault_inject/syscall/tracee.h"

namespace shortwrite::fault_inject {

// What a tracee stops at beside the write calls.
struct StopsAt {
  bool closes = false;  // close, fsync, fdatasync
  bool waits = false;   // for readiness
};

// All numbers for the filter.
std::vector<long> TracedCallNumbers(StopsAt stops);

// The call as a request; nothing if it is no write call.
std::optional<WriteCall> DecodeWriteCall(pid_t thread, const TracedProcess& process,
                                         const CallEntry& entry);

// A wait that any signal ends with EINTR (signal(7)), and that can simply be made again.
bool IsWaitWithoutRestart(long number);

// poll, select, epoll_wait and their like.
bool IsWaitForReadiness(long number);

// close, fsync, fdatasync.
std::optional<CallKind> DecodeSyncCall(const CallEntry& entry);

}  // namespace shortwrite::fault_inject
