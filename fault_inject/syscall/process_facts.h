// What the kernel tells of a process that is traced, and of ourselves.
#pragma once

#include <stdint.h>
#include <sys/types.h>

#include "fault_inject/syscall/tracee.h"

namespace shortwrite::fault_inject {

// Of /proc/TID/status; 0 where the thread has gone.
struct Kinship {
  pid_t process = 0;  // thread group
  pid_t parent = 0;
};
Kinship ReadKinship(pid_t thread);

// What a process is called, NUL-terminated; "" where it has gone.
void ReadProcessName(pid_t process, char (&name)[kProcessNameBytes]);

// Seccomp filters in force for a thread; -1 where the kernel, before Linux 5.9, does not say.
int CountFilters(pid_t thread);

// Bits as SignalBit's.
struct SignalFacts {
  uint64_t pending = 0;  // will come next: not blocked
  uint64_t ignored = 0;  // by SIG_IGN, or by default (signal(7))
};
SignalFacts ReadSignals(pid_t thread);

// Where the main program of a process lies, from its auxiliary vector (getauxval(3)).
void ReadProgramBounds(pid_t process, TracedProcess& traced);

// The AUDIT_ARCH_... of this program: calls of another ABI have other numbers.
uint32_t NativeArchitecture();

// seccomp(2): without CAP_SYS_ADMIN a filter needs no_new_privs.
bool MayFilterFreely();

}  // namespace shortwrite::fault_inject
