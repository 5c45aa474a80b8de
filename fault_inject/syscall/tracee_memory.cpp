#include "fault_inject/syscall/tracee_memory.h"

#include <sys/uio.h>

namespace shortwrite::fault_inject {

bool ReadMemory(pid_t thread, uint64_t address, void* to, size_t bytes) {
  const iovec local = {to, bytes};
  const iovec remote = {reinterpret_cast<void*>(address), bytes};
  return process_vm_readv(thread, &local, 1, &remote, 1, 0) == static_cast<ssize_t>(bytes);
}

bool ReadBoth(pid_t thread, const Place& first, const Place& second, void* to) {
  const iovec local = {to, first.bytes + second.bytes};
  const iovec remote[] = {{reinterpret_cast<void*>(first.address), first.bytes},
                          {reinterpret_cast<void*>(second.address), second.bytes}};
  return process_vm_readv(thread, &local, 1, remote, 2, 0) == static_cast<ssize_t>(local.iov_len);
}

bool WriteMemory(pid_t thread, uint64_t address, const void* from, size_t bytes) {
  const iovec local = {const_cast<void*>(from), bytes};
  const iovec remote = {reinterpret_cast<void*>(address), bytes};
  return process_vm_writev(thread, &local, 1, &remote, 1, 0) == static_cast<ssize_t>(bytes);
}

}  // namespace shortwrite::fault_inject
