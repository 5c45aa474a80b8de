#include "harness/trial/process_tree.h"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <set>
#include <string_view>

#include "harness/base/unique_fd.h"

namespace shortwrite {
namespace {

// Files of /proc have no size; bytes is what we are willing to read of one.
std::string ReadProc(const std::string& path, size_t bytes) {
  const UniqueFd fd(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  std::string text;
  if (!fd.valid()) return text;
  text.resize(bytes);
  size_t done = 0;
  ssize_t n = 0;
  while (done < bytes && (n = read(fd.get(), text.data() + done, bytes - done)) > 0) {
    done += static_cast<size_t>(n);
  }
  text.resize(done);
  return text;
}

std::vector<pid_t> NumericEntries(const std::string& path) {
  std::vector<pid_t> entries;
  DIR* const directory = opendir(path.c_str());
  if (directory == nullptr) return entries;
  while (const dirent* entry = readdir(directory)) {
    pid_t pid = 0;
    const char* const end = entry->d_name + strlen(entry->d_name);
    const auto [rest, error] = std::from_chars(entry->d_name, end, pid);
    if (error == std::errc() && rest == end) entries.push_back(pid);
  }
  closedir(directory);
  return entries;
}

bool ReadState(pid_t pid, ProcessState& state) {
  const std::string text = ReadProc(fmt::format("/proc/{}/stat", pid), 1024);
  // The command's name stands in parentheses and may contain anything, ')' included.
  const size_t name_end = text.rfind(')');
  if (name_end == std::string::npos) return false;
  unsigned long user = 0;
  unsigned long system = 0;
  state.pid = pid;
  const int fields =
      sscanf(text.c_str() + name_end + 1, " %c %d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu",
             &state.state, &state.parent, &user, &system);
  state.cpu_ticks = user + system;
  return fields == 4;
}

struct CurrentCall {
  long number = -1;
  unsigned long arguments[6] = {};
};

// A wait whose end no clock decides.
bool IsUntimedWait(const CurrentCall& call) {
  constexpr auto kMinusOne = static_cast<uint32_t>(-1);
  switch (call.number) {
#ifdef SYS_pause
    case SYS_pause:
#endif
    case SYS_rt_sigsuspend:
    case SYS_wait4:
    case SYS_waitid:
      return true;
#ifdef SYS_poll
    case SYS_poll:
      return static_cast<uint32_t>(call.arguments[2]) == kMinusOne;
    case SYS_select:
      return call.arguments[4] == 0;
    case SYS_epoll_wait:
      return static_cast<uint32_t>(call.arguments[3]) == kMinusOne;
#endif
    case SYS_ppoll:
      return call.arguments[2] == 0;
    case SYS_pselect6:
      return call.arguments[4] == 0;
    case SYS_epoll_pwait:
      return static_cast<uint32_t>(call.arguments[3]) == kMinusOne;
    case SYS_futex:
      return call.arguments[3] == 0;
    default:
      return false;
  }
}

bool ThreadWaitsForGood(pid_t pid, pid_t thread) {
  const std::string text = ReadProc(fmt::format("/proc/{}/task/{}/syscall", pid, thread), 512);
  CurrentCall call;
  const int fields = sscanf(text.c_str(), "%ld %lx %lx %lx %lx %lx %lx", &call.number,
                            &call.arguments[0], &call.arguments[1], &call.arguments[2],
                            &call.arguments[3], &call.arguments[4], &call.arguments[5]);
  return fields == 7 && IsUntimedWait(call);
}

bool HoldsDescriptor(pid_t pid, const char* kind) {
  const std::string directory = fmt::format("/proc/{}/fd", pid);
  for (const pid_t fd : NumericEntries(directory)) {
    char link[64] = {};
    const std::string path = fmt::format("{}/{}", directory, fd);
    if (readlink(path.c_str(), link, sizeof(link) - 1) > 0 && strstr(link, kind) != nullptr) {
      return true;
    }
  }
  return false;
}

// What follows the key that begins a line of a file like /proc/PID/status, up to its end.
std::string_view Line(std::string_view status, std::string_view key) {
  for (size_t at = 0; at < status.size();) {
    const size_t end = std::min(status.find('\n', at), status.size());
    const std::string_view line = status.substr(at, end - at);
    if (line.starts_with(key)) return line.substr(key.size());
    at = end + 1;
  }
  return {};
}

// Interval timers are not shown anywhere; a caught SIGALRM, SIGVTALRM or SIGPROF is their only use.
bool CatchesTimerSignal(pid_t pid) {
  const std::string status = ReadProc(fmt::format("/proc/{}/status", pid), 8192);
  const std::string text(Line(status, "SigCgt:"));
  if (text.empty()) return true;
  const uint64_t caught = strtoull(text.c_str(), nullptr, 16);
  for (const int signal : {SIGALRM, SIGVTALRM, SIGPROF}) {
    if ((caught >> (signal - 1) & 1) != 0) return true;
  }
  return false;
}

}  // namespace

std::vector<ProcessState> Descendants(pid_t root) {
  std::vector<ProcessState> all;
  for (const pid_t pid : NumericEntries("/proc")) {
    ProcessState state;
    if (ReadState(pid, state)) all.push_back(state);
  }
  std::vector<pid_t> family = {root};
  std::vector<ProcessState> descendants;
  for (size_t i = 0; i < family.size(); ++i) {
    for (const ProcessState& process : all) {
      if (process.parent != family[i]) continue;
      family.push_back(process.pid);
      descendants.push_back(process);
    }
  }
  return descendants;
}

bool IsAlive(pid_t pid) {
  if (kill(pid, 0) != 0 && errno != EPERM) return false;
  ProcessState state;
  return !ReadState(pid, state) || state.state != 'Z';
}

bool WaitsForGood(pid_t pid) {
  const std::vector<pid_t> threads = NumericEntries(fmt::format("/proc/{}/task", pid));
  if (threads.empty() || HoldsDescriptor(pid, "timerfd") || CatchesTimerSignal(pid)) return false;
  if (!ReadProc(fmt::format("/proc/{}/timers", pid), 64).empty()) return false;
  return std::all_of(threads.begin(), threads.end(),
                     [pid](pid_t thread) { return ThreadWaitsForGood(pid, thread); });
}

bool HoldsSocket(pid_t pid) {
  return HoldsDescriptor(pid, "socket:");
}

std::string SchedulingOf(pid_t pid) {
  std::string scheduling;
  for (const pid_t thread : NumericEntries(fmt::format("/proc/{}/task", pid))) {
    const std::string status = ReadProc(fmt::format("/proc/{}/task/{}/status", pid, thread), 8192);
    scheduling += fmt::format("{} {}", thread, Line(status, "State:"));
    for (const char* const kind : {"voluntary_ctxt_switches:", "nonvoluntary_ctxt_switches:"}) {
      scheduling += Line(status, kind);
    }
  }
  return scheduling;
}

uint32_t KillDescendants() {
  // By process, not by kill: one that has not died yet is met again in the next round.
  std::set<pid_t> killed;
  while (true) {
    // The dead first, or the next loop would count them.
    pid_t reaped = 0;
    while ((reaped = waitpid(-1, nullptr, WNOHANG | __WALL)) > 0) {
    }
    if (reaped < 0) return static_cast<uint32_t>(killed.size());  // ECHILD: nobody is left
    for (const ProcessState& process : Descendants(getpid())) {
      if (process.state == 'Z') continue;
      if (kill(process.pid, SIGKILL) == 0) killed.insert(process.pid);
    }
    // Blocks until one of them has died; those that it leaves to us are found in the next round.
    waitpid(-1, nullptr, __WALL);
  }
}

void KillByEnvironment(const std::string& entry) {
  for (const pid_t pid : NumericEntries("/proc")) {
    if (pid == getpid()) continue;
    const std::string environment = ReadProc(fmt::format("/proc/{}/environ", pid), 1 << 20);
    if (('\0' + environment).find('\0' + entry + '\0') != std::string::npos) kill(pid, SIGKILL);
  }
}

}  // namespace shortwrite
