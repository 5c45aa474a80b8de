#include "fault_inject/syscall/early_calls.h"

#include <fcntl.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>

#include <algorithm>
#include <array>
#include <climits>
#include <cstring>
#include <string>

#include "fault_inject/syscall/tracee_memory.h"

namespace shortwrite::fault_inject {
namespace {

// Whatever the arguments are. gettid(2) is here, and getpid(2) is not: who asks for the second
// writes it into a name or a message, or sends himself signals; the first is asked for by CPython
// and by libraries that only label a thread with it.
constexpr long kAlways[] = {
#if defined(__x86_64__)
    SYS_arch_prctl,
    SYS_getdents,
    SYS_getrlimit,
    SYS_poll,
    SYS_select,
    SYS_time,
#endif
    SYS_brk,
    SYS_munmap,
    SYS_mprotect,
    SYS_mremap,
    SYS_mincore,
    SYS_lseek,
    SYS_fstat,
    SYS_getdents64,
    SYS_getcwd,
    SYS_fstatfs,
    SYS_dup,
    SYS_fadvise64,
    SYS_fgetxattr,
    SYS_flistxattr,
    SYS_set_robust_list,
    SYS_rseq,
    SYS_getuid,
    SYS_geteuid,
    SYS_getgid,
    SYS_getegid,
    SYS_getgroups,
    SYS_getresuid,
    SYS_getresgid,
    SYS_getppid,
    SYS_getsid,
    SYS_gettid,
    SYS_uname,
    SYS_sysinfo,
    SYS_umask,
    SYS_getrandom,
    SYS_clock_gettime,
    SYS_clock_getres,
    SYS_gettimeofday,
    SYS_clock_nanosleep,
    SYS_nanosleep,
    SYS_sched_getaffinity,
    SYS_sched_yield,
    SYS_getcpu,
    SYS_getpriority,
    SYS_sched_getparam,
    SYS_sched_getscheduler,
    SYS_capget,
    SYS_rt_sigaction,
    SYS_rt_sigprocmask,
    SYS_rt_sigreturn,
    SYS_sigaltstack,
    SYS_futex,
    SYS_ppoll,
    SYS_pselect6,
    SYS_set_tid_address,
    SYS_restart_syscall};

// Those that ask about a path, and where it stands among the arguments.
struct PathCall {
  long number;
  int path;
};
constexpr PathCall kPathCalls[] = {
#if defined(__x86_64__)
    {SYS_stat, 0},       {SYS_lstat, 0},     {SYS_access, 0},     {SYS_readlink, 0},
#endif
    {SYS_newfstatat, 1}, {SYS_statx, 1},     {SYS_faccessat, 1},  {SYS_faccessat2, 1},
    {SYS_readlinkat, 1}, {SYS_statfs, 0},    {SYS_chdir, 0},      {SYS_getxattr, 0},
    {SYS_lgetxattr, 0},  {SYS_listxattr, 0}, {SYS_llistxattr, 0}, {SYS_execve, 0}};

constexpr long kReads[] = {SYS_read, SYS_pread64, SYS_readv, SYS_preadv, SYS_preadv2};

constexpr long kStarts[] = {
#if defined(__x86_64__)
    SYS_fork, SYS_vfork,
#endif
    SYS_clone, SYS_clone3};

template <size_t kCount>
bool Contains(const long (&numbers)[kCount], long number) {
  return std::find(std::begin(numbers), std::end(numbers), number) != std::end(numbers);
}

// "" where it cannot be read. Page by page: behind the text may be nothing.
std::string ReadText(pid_t thread, uint64_t address) {
  constexpr uint64_t kPage = 4096;
  std::string text;
  while (text.size() < PATH_MAX) {
    std::array<char, kPage> part;
    const size_t bytes = kPage - address % kPage;
    if (!ReadMemory(thread, address, part.data(), bytes)) return "";
    const size_t length = strnlen(part.data(), bytes);
    text.append(part.data(), length);
    if (length < bytes) return text;
    address += bytes;
  }
  return "";
}

bool IsBelow(const std::string& path, std::string_view dir) {
  return path.find(dir) != std::string::npos;
}

// What /proc says of a process is another thing in a clone; these are the same, or nobody's own.
bool TellsOfProcess(const std::string& path) {
  constexpr std::string_view kSame[] = {"/proc/self/maps",   "/proc/cpuinfo", "/proc/meminfo",
                                        "/proc/filesystems", "/proc/stat",    "/proc/self/exe"};
  if (!path.starts_with("/proc")) return false;
  return !path.starts_with("/proc/sys/") &&
         std::find(std::begin(kSame), std::end(kSame), path) == std::end(kSame);
}

EarlyCall HarmlessIf(bool harmless) {
  return harmless ? EarlyCall::kHarmless : EarlyCall::kHold;
}

EarlyCall JudgePath(pid_t thread, uint64_t address, std::string_view dir, bool may_be_empty) {
  const std::string path = ReadText(thread, address);
  const bool known = may_be_empty || !path.empty();
  return HarmlessIf(known && !IsBelow(path, dir) && !TellsOfProcess(path));
}

// Opens to write, anywhere: a clone must do that for itself, and so must whoever creates something.
EarlyCall JudgeOpen(pid_t thread, uint64_t path, uint64_t flags, std::string_view dir) {
  constexpr uint64_t kMayChange = O_WRONLY | O_RDWR | O_CREAT | O_TRUNC | O_PATH;
  if ((flags & kMayChange) != 0) return EarlyCall::kHold;
  return JudgePath(thread, path, dir, false);
}

// A pipe, a socket or a terminal has less to read afterwards, for everybody.
EarlyCall JudgeRead(pid_t thread, const TracedProcess& process, const CallEntry& entry) {
  const BorrowedDescriptor source(process.handle, thread, static_cast<int>(entry.arguments[0]));
  struct stat state = {};
  if (source.get() < 0 || fstat(source.get(), &state) != 0) return EarlyCall::kHold;
  constexpr unsigned kMemoryDevices = 1;  // /dev/null, zero, random, urandom
  return HarmlessIf(S_ISREG(state.st_mode) || S_ISDIR(state.st_mode) ||
                    (S_ISCHR(state.st_mode) && major(state.st_rdev) == kMemoryDevices));
}

// What two processes could share. A mapping that nobody can ever write to is no way to tell.
EarlyCall JudgeMapping(pid_t thread, const TracedProcess& process, const CallEntry& entry) {
  const uint64_t flags = entry.arguments[3];
  if ((flags & MAP_TYPE) == MAP_PRIVATE) return EarlyCall::kHarmless;
  if ((flags & MAP_ANONYMOUS) != 0) return EarlyCall::kHold;
  const BorrowedDescriptor file(process.handle, thread, static_cast<int>(entry.arguments[4]));
  const int status = file.get() < 0 ? -1 : fcntl(file.get(), F_GETFL);
  return HarmlessIf(status >= 0 && (status & O_ACCMODE) == O_RDONLY);
}

EarlyCall JudgeFcntl(uint64_t command) {
  constexpr uint64_t kHarmless[] = {F_DUPFD, F_DUPFD_CLOEXEC, F_GETFD, F_SETFD, F_GETFL};
  return HarmlessIf(std::find(std::begin(kHarmless), std::end(kHarmless), command) !=
                    std::end(kHarmless));
}

EarlyCall JudgeMadvise(uint64_t advice) {
  constexpr uint64_t kHarmless[] = {MADV_NORMAL,   MADV_RANDOM, MADV_SEQUENTIAL, MADV_WILLNEED,
                                    MADV_DONTNEED, MADV_FREE,   MADV_HUGEPAGE,   MADV_NOHUGEPAGE,
                                    MADV_DONTDUMP, MADV_DODUMP};
  return HarmlessIf(std::find(std::begin(kHarmless), std::end(kHarmless), advice) !=
                    std::end(kHarmless));
}

EarlyCall JudgePrctl(uint64_t option) {
  constexpr uint64_t kSetVma = 0x53564d41;  // PR_SET_VMA: names of mappings
  constexpr uint64_t kHarmless[] = {PR_SET_NAME,      PR_GET_NAME,         PR_CAPBSET_READ,
                                    PR_GET_DUMPABLE,  PR_GET_KEEPCAPS,     PR_GET_SECCOMP,
                                    PR_GET_PDEATHSIG, PR_GET_NO_NEW_PRIVS, kSetVma};
  return HarmlessIf(std::find(std::begin(kHarmless), std::end(kHarmless), option) !=
                    std::end(kHarmless));
}

}  // namespace

EarlyCall JudgeEarlyCall(pid_t thread, const TracedProcess& process, const CallEntry& entry,
                         std::string_view dir) {
  const auto& arguments = entry.arguments;
  if (Contains(kAlways, entry.number)) return EarlyCall::kHarmless;
  if (Contains(kReads, entry.number)) return JudgeRead(thread, process, entry);
  if (Contains(kStarts, entry.number)) return EarlyCall::kStartsOthers;
  for (const PathCall& call : kPathCalls) {
    // An empty path stands for a descriptor (AT_EMPTY_PATH): that is below dir only if it was
    // opened there, where we would have held it.
    if (call.number == entry.number) {
      return JudgePath(thread, arguments[call.path], dir, call.path == 1);
    }
  }
  switch (entry.number) {
#if defined(__x86_64__)
    case SYS_open:
      return JudgeOpen(thread, arguments[0], arguments[1], dir);
#endif
    case SYS_openat:
      return JudgeOpen(thread, arguments[1], arguments[2], dir);
    case SYS_mmap:
      return JudgeMapping(thread, process, entry);
    case SYS_madvise:
      return JudgeMadvise(arguments[2]);
    case SYS_fcntl:
      return JudgeFcntl(arguments[1]);
    case SYS_prctl:
      return JudgePrctl(arguments[0]);
    case SYS_ioctl:
      return HarmlessIf(arguments[1] == TCGETS || arguments[1] == TIOCGWINSZ ||
                        arguments[1] == FIOCLEX || arguments[1] == FIONCLEX);
    case SYS_prlimit64:
      return HarmlessIf(arguments[0] == 0);
    // The standard streams are the harness's own, and their closing is part of a trial.
    case SYS_close:
      return HarmlessIf(arguments[0] > 2);
#if defined(__x86_64__)
    case SYS_dup2:
#endif
    case SYS_dup3:
      return HarmlessIf(arguments[1] > 2);
    case SYS_exit:
    case SYS_exit_group:
      return EarlyCall::kEnds;
    default:
      return EarlyCall::kHold;
  }
}

}  // namespace shortwrite::fault_inject
