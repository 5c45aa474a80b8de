// From a fresh child to the program: what stands between the fork and the exec of a target.
#pragma once

#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <sys/resource.h>
#include <sys/syscall.h>

#include "fault_inject/handlers.h"
#include "fault_inject/raw_syscall.h"

namespace shortwrite::fault_inject {

// All pointers must live until the exec.
struct ProgramStart {
  const char* program;  // absolute path
  char* const* command;
  char* const* environment;
  int in, out, error;                    // become descriptors 0, 1 and 2
  bool new_group;                        // own process group
  uint64_t file_bytes_max = UINT64_MAX;  // RLIMIT_FSIZE, then with SIGXFSZ ignored; none
};

// setrlimit(2): a write that would go beyond the limit is short, and the next one fails with EFBIG.
// By default the signal would end the program before it could show what it makes of that.
SHORTWRITE_UNSANITIZED inline void LimitFiles(uint64_t bytes) {
  const uint64_t limit[] = {bytes, bytes};  // soft and hard: rlimit64 of the kernel
  RawSyscall(SYS_prlimit64, 0, RLIMIT_FSIZE, AsArgument(limit), 0);
  KernelSigaction ignore = {};
  ignore.handler = reinterpret_cast<uint64_t>(SIG_IGN);
  RawSyscall(SYS_rt_sigaction, SIGXFSZ, AsArgument(&ignore), 0, sizeof(uint64_t));
}

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
  if (start.file_bytes_max != UINT64_MAX) LimitFiles(start.file_bytes_max);
  const uint64_t no_signals = 0;
  constexpr long kSetMask = 2;
  RawSyscall(SYS_rt_sigprocmask, kSetMask, AsArgument(&no_signals), 0, sizeof(no_signals));
  return static_cast<int>(-RawSyscall(SYS_execve, AsArgument(start.program),
                                      AsArgument(start.command), AsArgument(start.environment)));
}

}  // namespace shortwrite::fault_inject
