// Edge-triggered registrations that a fault would leave asleep.
//
// epoll(7) lets a program take a short count or EAGAIN on an edge-triggered descriptor for "full",
// and wait for the next edge. After a fault of ours the buffer was not full, so that edge never
// comes (measured), and a correct program would hang because of us. Modifying the registration
// without changing it makes the kernel look again, and report. Level-triggered waits need nothing.
//
// No allocation, no locks, errno untouched: compiled into the preload library, used by the tracer.
#pragma once

#include <stdint.h>

namespace shortwrite::fault_inject {

struct EdgeRegistration {
  int epoll;       // descriptor of the epoll instance, in the process that has it
  int descriptor;  // what is registered there
  uint32_t events;
  uint64_t data;
};

// Those of a process for an open file with this inode that wait for it to be writable; at most
// room. process: "self" or a number. From /proc/PID/fdinfo (proc(5)); none without /proc.
uint32_t FindEdgeRegistrations(const char* process, uint64_t inode, EdgeRegistration* found,
                               uint32_t room);

}  // namespace shortwrite::fault_inject
