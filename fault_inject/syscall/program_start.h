// From a fresh child to the program: what stands between the fork and the exec of a target.
#pragma once

#include <fcntl.h>
#include <stdint.h>
#include <sys/syscall.h>

#include "fault_inject/raw_syscall.h"

namespace shortwrite::fault_inject {

// All pointers must live until the exec.
struct ProgramStart {
  const char* program;  // absolute path
  char* const* command;
  char* const* environment;
  int in, out, error;  // become descriptors 0, 1 and 2
  bool new_group;      // own process group
};

#if defined(__clang__)
#define SHORTWRITE_UNSANITIZED __attribute__((no_sanitize("address", "thread", "undefined")))
#else
#define SHORTWRITE_UNSANITIZED __attribute__((no_sanitize("address,thread,undefined")))
#endif

// Returns only on failure, with the errno. Raw system calls alone: the child shares its parent's
// memory, libc's and a sanitizer's state included, and the parent may be running.
SHORTWRITE_UNSANITIZED inline int BecomeProgram(const ProgramStart& start) {
  if (start.new_group) RawSyscall(SYS_setpgid, 0, 0);
  const int from[] = {start.in, start.out, start.error};
  for (int to = 0; to < 3; ++to) {
    // dup3 refuses what is in its place already.
    const long failed = from[to] == to ? RawSyscall(SYS_fcntl, to, F_SETFD, 0)
                                       : RawSyscall(SYS_dup3, from[to], to, 0);
    if (failed < 0) return static_cast<int>(-failed);
  }
  const uint64_t no_signals = 0;
  constexpr long kSetMask = 2;
  RawSyscall(SYS_rt_sigprocmask, kSetMask, AsArgument(&no_signals), 0, sizeof(no_signals));
  return static_cast<int>(-RawSyscall(SYS_execve, AsArgument(start.program),
                                      AsArgument(start.command), AsArgument(start.environment)));
}

}  // namespace shortwrite::fault_inject
