// Whether this machine lets us trace, and what to do about it.
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <fstream>
#include <string>

#include "fault_inject/syscall/tracer.h"

namespace shortwrite::fault_inject {
namespace {

// The number behind a field's name; -1 if there is none.
int NumberIn(const char* path, const std::string& name) {
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with(name)) return atoi(line.c_str() + name.size());
  }
  return -1;
}

std::string Remedy(int error) {
  const int scope = NumberIn("/proc/sys/kernel/yama/ptrace_scope", "");
  if (NumberIn("/proc/self/status", "TracerPid:") > 0) {
    return "this process is being traced itself, with its children; run it outside the debugger";
  }
  if (scope == 3) {
    return "kernel.yama.ptrace_scope is 3, which forbids tracing until the next boot; boot with 1 "
           "or less";
  }
  if (scope == 2) {
    return "kernel.yama.ptrace_scope is 2; run as root, or: sysctl kernel.yama.ptrace_scope=1";
  }
  if (NumberIn("/proc/self/status", "Seccomp:") > 0) {
    return "a seccomp filter, as containers have it, refuses ptrace; with docker or podman: "
           "--cap-add=SYS_PTRACE";
  }
  return std::string("the kernel answers ") + strerror(error) +
         "; a security module may forbid it; in a container: --cap-add=SYS_PTRACE";
}

int TryToTrace() {
  const pid_t child = fork();
  if (child < 0) return errno;
  if (child == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    while (true) pause();
  }
  int error = 0;
  __ptrace_syscall_info info = {};
  if (ptrace(PTRACE_SEIZE, child, nullptr, PTRACE_O_EXITKILL) != 0) {
    error = errno;
  } else if (ptrace(PTRACE_INTERRUPT, child, nullptr, nullptr) == 0) {
    waitpid(child, nullptr, __WALL);
    if (ptrace(PTRACE_GET_SYSCALL_INFO, child, sizeof(info), &info) < 0) error = errno;
  }
  kill(child, SIGKILL);
  waitpid(child, nullptr, __WALL);
  return error;
}

}  // namespace

std::string Tracer::WhyUnavailable() {
  const int error = TryToTrace();
  return error == 0 ? "" : "ptrace is not permitted: " + Remedy(error);
}

}  // namespace shortwrite::fault_inject
