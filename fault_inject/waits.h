// Waits for readiness (poll(2), select(2), epoll_wait(2)) between write calls, for people to see
// who waits after EAGAIN and who asks again at once. Nothing is decided by them, and none is made
// or changed.
//
// Runs inside the target for one backend (preload/wrapped_call.h has the rules), so: no allocation,
// no locks, errno untouched.
#pragma once

#include <stdint.h>

#include "fault_inject/protocol.h"

namespace shortwrite::fault_inject {

inline bool TracesWaits(const Region& shared) {
  return (shared.header.features & kFeatureTraceWaits) != 0;
}

// A thread enters a wait: the last write call that it made is marked. One that lies further back
// than where other threads' latest calls stand is left without.
inline void MarkWait(Region& shared, uint32_t thread) {
  constexpr uint32_t kLookBack = 256;
  uint32_t end = AtomicLoad(shared.header.trace_claimed);
  if (end > kTraceMax) end = kTraceMax;
  for (uint32_t i = end; i > 0 && end - i < kLookBack; --i) {
    TraceRecord& record = shared.trace[i - 1];
    // What is not yet published is another thread's call, or the one that a handler interrupted.
    const uint8_t marks = __atomic_load_n(&record.marks, __ATOMIC_ACQUIRE);
    if ((marks & kMarkPublished) == 0 || record.thread != thread) continue;
    __atomic_store_n(&record.waited, uint8_t{1}, __ATOMIC_RELEASE);
    return;
  }
}

}  // namespace shortwrite::fault_inject
