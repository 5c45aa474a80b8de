// What to do where ptrace(2) is refused. Pure.
#pragma once

#include <cstring>
#include <string>

namespace shortwrite::fault_inject {

// What this process can see of the reason; -1 where there is no such thing.
struct TracingRefusal {
  int error = 0;        // what ptrace(2) answered
  int tracer = -1;      // TracerPid of /proc/self/status: who traces us
  int yama_scope = -1;  // /proc/sys/kernel/yama/ptrace_scope
  int seccomp = -1;     // Seccomp of /proc/self/status: 2 under a filter
};

inline std::string TracingRemedy(const TracingRefusal& refusal) {
  if (refusal.tracer > 0) {
    return "this process is being traced itself, with its children; run it outside the debugger";
  }
  // 0 and 1 let a process trace its children.
  if (refusal.yama_scope == 3) {
    return "kernel.yama.ptrace_scope is 3, which forbids tracing until the next boot; boot with 1 "
           "or less";
  }
  if (refusal.yama_scope == 2) {
    return "kernel.yama.ptrace_scope is 2; run as root, or: sysctl kernel.yama.ptrace_scope=1";
  }
  if (refusal.seccomp > 0) {
    return "a seccomp filter, as containers have it, refuses ptrace; with docker or podman: "
           "--cap-add=SYS_PTRACE";
  }
  return std::string("the kernel answers ") + strerror(refusal.error) +
         "; a security module may forbid it; in a container: --cap-add=SYS_PTRACE";
}

}  // namespace shortwrite::fault_inject
