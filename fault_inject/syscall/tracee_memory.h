// Reads and writes a tracee's memory (process_vm_readv(2)): all of it or nothing.
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

namespace shortwrite::fault_inject {

bool ReadMemory(pid_t thread, uint64_t address, void* to, size_t bytes);
bool WriteMemory(pid_t thread, uint64_t address, const void* from, size_t bytes);

// Two places in one system call, one behind the other in `to`.
struct Place {
  uint64_t address;
  size_t bytes;
};
bool ReadBoth(pid_t thread, const Place& first, const Place& second, void* to);

template <typename Value>
bool ReadValue(pid_t thread, uint64_t address, Value& value) {
  return ReadMemory(thread, address, &value, sizeof(value));
}

}  // namespace shortwrite::fault_inject
