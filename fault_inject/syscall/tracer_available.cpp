// Whether this machine lets us trace, and what to do about it.
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <fstream>
#include <string>

#include "fault_inject/syscall/tracer.h"
#include "fault_inject/syscall/tracing_remedy.h"

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
  if (error == 0) return "";
  return "ptrace is not permitted: " +
         TracingRemedy({.error = error,
                        .tracer = NumberIn("/proc/self/status", "TracerPid:"),
                        .yama_scope = NumberIn("/proc/sys/kernel/yama/ptrace_scope", ""),
                        .seccomp = NumberIn("/proc/self/status", "Seccomp:")});
}

}  // namespace shortwrite::fault_inject
