// The measured loops of ci/bench: what the harness is compared with, without a shell in between.
// Compiled and called by ci/bench; it prints figures, or says what is wrong and exits 1.
//
//   spawn ROUNDS OUTPUT REFERENCE COMMAND...
//       removes OUTPUT, starts COMMAND, waits, and compares OUTPUT with REFERENCE, ROUNDS times;
//       REFERENCE "-" leaves out removing and comparing. Prints nanoseconds per round.
//   calls BYTES FILE FIRST
//       to be run under the preload library: a call of two bytes, of which FIRST must be accepted;
//       then write calls to FILE through the library and past it, in turns. Prints the medians of
//       both, past it first, in nanoseconds, and that of a statx(2) of FILE.
//   loop write|read BYTES COUNT FILE
//       COUNT calls of BYTES bytes each, to or from FILE. Prints nanoseconds per call.
//   stops COUNT
//       A child of ours that stops at the entry and at the return of COUNT system calls
//       (ptrace(2)), and is let go without another look. Prints nanoseconds per stop.
//   watch COMMAND...
//       Prints COMMAND's wall time in nanoseconds and its largest anonymous memory in KiB.
#include <dlfcn.h>
#include <fcntl.h>
#include <sched.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <string>
#include <vector>

extern char** environ;

namespace {

using Clock = std::chrono::steady_clock;

[[noreturn]] void Fail(const std::string& what) {
  fprintf(stderr, "bench_loops: %s\n", what.c_str());
  exit(1);
}

int64_t SinceNs(Clock::time_point start) {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(Clock::now() - start).count();
}

int64_t Median(std::vector<int64_t> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

// Standard streams are /dev/null, as quiet as those of a trial.
class Launcher {
 public:
  Launcher() {
    posix_spawn_file_actions_init(&actions_);
    posix_spawn_file_actions_addopen(&actions_, 0, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&actions_, 1, "/dev/null", O_WRONLY, 0);
  }
  ~Launcher() { posix_spawn_file_actions_destroy(&actions_); }
  Launcher(const Launcher&) = delete;
  Launcher& operator=(const Launcher&) = delete;

  pid_t Start(char** command) const {
    pid_t pid = 0;
    const int error = posix_spawnp(&pid, command[0], &actions_, nullptr, command, environ);
    if (error != 0) Fail(std::string(command[0]) + ": " + strerror(error));
    return pid;
  }

 private:
  posix_spawn_file_actions_t actions_;
};

void ExpectSuccess(int status, const char* command) {
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) Fail(std::string(command) + " failed");
}

std::string Content(const char* path) {
  const int fd = open(path, O_RDONLY | O_CLOEXEC);
  struct stat state;
  if (fd < 0 || fstat(fd, &state) != 0) Fail(std::string("cannot read ") + path);
  std::string bytes(static_cast<size_t>(state.st_size), '\0');
  if (read(fd, bytes.data(), bytes.size()) != state.st_size) Fail(std::string("reading ") + path);
  close(fd);
  return bytes;
}

void Spawn(int rounds, const char* output, const char* reference, char** command) {
  const bool compares = strcmp(reference, "-") != 0;
  const std::string expected = compares ? Content(reference) : "";
  const Launcher launcher;
  const auto start = Clock::now();
  for (int i = 0; i < rounds; ++i) {
    if (compares) unlink(output);
    int status = 0;
    if (waitpid(launcher.Start(command), &status, 0) < 0) Fail("waitpid");
    ExpectSuccess(status, command[0]);
    if (compares && Content(output) != expected) Fail(std::string(command[0]) + ": wrong output");
  }
  printf("%lld\n", static_cast<long long>(SinceNs(start) / rounds));
}

using WriteFunction = ssize_t (*)(int, const void*, size_t);

constexpr size_t kFileBytes = 16 << 20;  // written over and over, so that pages are there already

// One pass over the file; nanoseconds per call.
int64_t Pass(WriteFunction function, int fd, const std::string& buffer) {
  if (lseek(fd, 0, SEEK_SET) != 0) Fail("lseek");
  const size_t calls = kFileBytes / buffer.size();
  const auto start = Clock::now();
  for (size_t i = 0; i < calls; ++i) {
    if (function(fd, buffer.data(), buffer.size()) != static_cast<ssize_t>(buffer.size())) {
      Fail("a write was short or failed");
    }
  }
  return SinceNs(start) / static_cast<int64_t>(calls);
}

// Nanoseconds per look at what a descriptor is, as the library takes at every write call.
int64_t Looks(int fd) {
  constexpr int kLooks = 4096;
  struct statx state;
  const auto start = Clock::now();
  for (int i = 0; i < kLooks; ++i) {
    if (statx(fd, "", AT_EMPTY_PATH, STATX_TYPE | STATX_INO, &state) != 0) Fail("statx");
  }
  return SinceNs(start) / kLooks;
}

void Calls(size_t bytes, const char* path, ssize_t first) {
  void* const libc = dlopen("libc.so.6", RTLD_NOW | RTLD_NOLOAD);
  if (libc == nullptr) Fail("no libc.so.6 in this process");
  const auto bare = reinterpret_cast<WriteFunction>(dlsym(libc, "write"));
  const auto shimmed = reinterpret_cast<WriteFunction>(dlsym(RTLD_DEFAULT, "write"));
  if (bare == shimmed) Fail("the preload library is not in this process");
  const int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  if (fd < 0) Fail(std::string("cannot create ") + path);
  if (shimmed(fd, "xx", 2) != first) Fail("the first call was not answered as scheduled");
  const std::string buffer(bytes, 'x');
  // The trace holds a million records; this many passes stay below that at 4 KiB.
  constexpr int kPasses = 41;
  std::vector<int64_t> with;
  std::vector<int64_t> without;
  std::vector<int64_t> looks;
  Pass(bare, fd, buffer);
  for (int i = 0; i < kPasses; ++i) {
    without.push_back(Pass(bare, fd, buffer));
    with.push_back(Pass(shimmed, fd, buffer));
    looks.push_back(Looks(fd));
  }
  printf("%lld %lld %lld\n", static_cast<long long>(Median(without)),
         static_cast<long long>(Median(with)), static_cast<long long>(Median(looks)));
}

void Loop(const std::string& call, size_t bytes, int count, const char* path) {
  const int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  if (fd < 0) Fail(std::string("cannot open ") + path);
  std::string buffer(bytes, 'x');
  const auto expected = static_cast<ssize_t>(bytes);
  if (pwrite(fd, buffer.data(), bytes, 0) != expected) Fail("cannot fill the file");
  const auto start = Clock::now();
  for (int i = 0; i < count; ++i) {
    const ssize_t done =
        call == "write" ? write(fd, buffer.data(), bytes) : pread(fd, buffer.data(), bytes, 0);
    if (done != expected) Fail("a call was short or failed");
  }
  printf("%lld\n", static_cast<long long>(SinceNs(start) / count));
}

// On one processor, as a tracer and its target are.
void Stops(int count) {
  cpu_set_t one;
  CPU_ZERO(&one);
  CPU_SET(static_cast<size_t>(sched_getcpu()), &one);
  if (sched_setaffinity(0, sizeof(one), &one) != 0) Fail("sched_setaffinity");
  const pid_t child = fork();
  if (child == 0) {
    if (ptrace(PTRACE_TRACEME, 0, nullptr, nullptr) != 0) _exit(1);
    raise(SIGSTOP);
    while (true) syscall(SYS_getppid);
  }
  int status = 0;
  if (waitpid(child, &status, 0) != child || !WIFSTOPPED(status)) Fail("no child to trace");
  if (ptrace(PTRACE_SETOPTIONS, child, nullptr, PTRACE_O_EXITKILL) != 0) Fail("ptrace");
  const auto start = Clock::now();
  for (int i = 0; i < 2 * count; ++i) {
    if (ptrace(PTRACE_SYSCALL, child, nullptr, nullptr) != 0) Fail("ptrace");
    if (waitpid(child, &status, __WALL) != child || !WIFSTOPPED(status)) Fail("the child ended");
  }
  printf("%lld\n", static_cast<long long>(SinceNs(start) / (2 * count)));
}

// RssAnon of /proc/PID/status (proc(5)): pages of files and of shared memory are not in it.
long AnonymousKib(pid_t pid) {
  std::ifstream status("/proc/" + std::to_string(pid) + "/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("RssAnon:")) return strtol(line.c_str() + strlen("RssAnon:"), nullptr, 10);
  }
  return 0;
}

void Watch(char** command) {
  const Launcher launcher;
  const auto start = Clock::now();
  const pid_t pid = launcher.Start(command);
  long peak_kib = 0;
  int status = 0;
  while (waitpid(pid, &status, WNOHANG) == 0) {
    peak_kib = std::max(peak_kib, AnonymousKib(pid));
    usleep(1000);
  }
  const int64_t wall_ns = SinceNs(start);
  ExpectSuccess(status, command[0]);
  printf("%lld %ld\n", static_cast<long long>(wall_ns), peak_kib);
}

}  // namespace

int main(int argc, char** argv) {
  const std::string mode = argc > 1 ? argv[1] : "";
  if (mode == "spawn" && argc > 5) {
    Spawn(atoi(argv[2]), argv[3], argv[4], argv + 5);
  } else if (mode == "calls" && argc == 5) {
    Calls(strtoul(argv[2], nullptr, 10), argv[3], atoi(argv[4]));
  } else if (mode == "loop" && argc == 6) {
    Loop(argv[2], strtoul(argv[3], nullptr, 10), atoi(argv[4]), argv[5]);
  } else if (mode == "stops" && argc == 3) {
    Stops(atoi(argv[2]));
  } else if (mode == "watch" && argc > 2) {
    Watch(argv + 2);
  } else {
    Fail("usage: see the top of bench_loops.cpp");
  }
}
