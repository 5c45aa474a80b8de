// What the processes of a trial are called, for reports: a pipeline's writers must be told apart.
//
// Runs inside the target for one backend (preload/wrapped_call.h has the rules), so: no allocation,
// no locks, errno untouched.
#pragma once

#include <stdint.h>
#include <string.h>

#include "fault_inject/protocol.h"

namespace shortwrite::fault_inject {

// From this record of the trace on, the process bears this name. Exec gives it another one. One
// that finds no room stays without.
inline void NameProcess(Region& shared, uint32_t process, uint32_t first_record, const char* name) {
  const uint32_t index = AtomicAdd(shared.header.processes_named, 1);
  if (index >= kProcessesMax) return;
  ProcessName& entry = shared.processes[index];
  entry.first_record = first_record;
  memcpy(entry.name, name, strnlen(name, kProcessNameBytes - 1));
  __atomic_store_n(&entry.process, process, __ATOMIC_RELEASE);
}

inline bool IsNamed(const Region& shared, uint32_t process) {
  uint32_t count = AtomicLoad(shared.header.processes_named);
  if (count > kProcessesMax) count = kProcessesMax;
  for (uint32_t i = 0; i < count; ++i) {
    if (AtomicLoad(shared.processes[i].process) == process) return true;
  }
  return false;
}

}  // namespace shortwrite::fault_inject
