#include <fmt/format.h>
#include <signal.h>
#include <spawn.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include <shortwrite/main.h>

#include "harness/inprocess/injected_process.h"
#include "harness/trial/spawn.h"
#include "harness/trial/target.h"
#include "harness/trial/workspace.h"

namespace shortwrite::inprocess {
namespace {

constexpr char kLibraryVariable[] = "SHORTWRITE_PRELOAD_LIBRARY";

int Fail(const std::string& message) {
  fprintf(stderr, "shortwrite: nothing was tested: %s\n", message.c_str());
  return 1;
}

Result<std::string> FindLibrary(const char* library) {
  const char* const named =
      library != nullptr && *library != '\0' ? library : getenv(kLibraryVariable);
  if (named != nullptr && *named != '\0') {
    if (access(named, R_OK) == 0) return std::string(named);
    return HarnessError(
        fmt::format("no preload library at '{}'; build or install shortwrite again", named));
  }
  if (access(SHORTWRITE_INSTALLED_LIBRARY, R_OK) == 0) {
    return std::string(SHORTWRITE_INSTALLED_LIBRARY);
  }
  Result<std::string> found = FindPreloadLibrary();
  if (found.ok()) return found;
  return HarnessError(
      fmt::format("{}; or set {} to its path", found.error().message, kLibraryVariable));
}

// What the terminal sends goes to both processes; the first has to outlive the second, to clean up.
class IgnoredKeys {
 public:
  IgnoredKeys() {
    struct sigaction ignore = {};
    ignore.sa_handler = SIG_IGN;
    sigemptyset(&restored_);
    for (size_t i = 0; i < kKeys.size(); ++i) {
      sigaction(kKeys[i], &ignore, &before_[i]);
      if (before_[i].sa_handler != SIG_IGN) sigaddset(&restored_, kKeys[i]);
    }
  }
  IgnoredKeys(const IgnoredKeys&) = delete;
  IgnoredKeys& operator=(const IgnoredKeys&) = delete;
  ~IgnoredKeys() {
    for (size_t i = 0; i < kKeys.size(); ++i) sigaction(kKeys[i], &before_[i], nullptr);
  }

  // To be at their default in the second process.
  const sigset_t& restored() const { return restored_; }

 private:
  static constexpr std::array<int, 2> kKeys = {SIGINT, SIGQUIT};
  std::array<struct sigaction, kKeys.size()> before_ = {};
  sigset_t restored_ = {};
};

Result<pid_t> StartAgain(char** argv, std::vector<std::string>& environment,
                         const sigset_t& restored) {
  std::vector<char*> pointers;
  pointers.reserve(environment.size() + 1);
  for (std::string& entry : environment) pointers.push_back(entry.data());
  pointers.push_back(nullptr);
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  posix_spawnattr_setsigdefault(&attributes, &restored);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF);
  pid_t pid = -1;
  const int error =
      posix_spawn(&pid, "/proc/self/exe", nullptr, &attributes, argv, pointers.data());
  posix_spawnattr_destroy(&attributes);
  if (error != 0) return ErrnoError("start the program again", error);
  return pid;
}

int Wait(pid_t pid) {
  int status = 0;
  while (waitpid(pid, &status, 0) < 0 && errno == EINTR) {
  }
  if (WIFEXITED(status)) return WEXITSTATUS(status);
  constexpr int kSignalled = 128;
  fprintf(stderr, "shortwrite: the tests were killed by signal %d\n", WTERMSIG(status));
  return kSignalled + WTERMSIG(status);
}

// The first process: prepares, starts the second one, and cleans up after it.
int Launch(char** argv, const char* named_library) {
  constexpr uint64_t kRoomBytes = 64 << 20;
  const std::string speaks_against = WhyNotPreloadable("/proc/self/exe");
  if (!speaks_against.empty()) return Fail("no library can be preloaded: " + speaks_against);
  const Result<std::string> library = FindLibrary(named_library);
  if (!library.ok()) return Fail(library.error().message);
  Result<Workspace> workspace = Workspace::Create(kRoomBytes);
  if (!workspace.ok()) return Fail(workspace.error().message);
  const std::string& base = workspace.value().base();
  const Result<FileIdentity> dir = workspace.value().EmptyDir();
  if (!dir.ok()) return Fail(dir.error().message);
  const Result<SharedRegion> region = SharedRegion::Create(workspace.value().region());
  if (!region.ok()) return Fail(region.error().message);
  const Result<std::string> list = PreloadListOf(library.value(), "/proc/self/exe", base);
  if (!list.ok()) return Fail(list.error().message);

  std::vector<std::string> environment =
      TrialEnvironment(list.value(), region.value().path(), workspace.value().dir());
  // One that is there already was meant for this process, by whoever started it.
  std::erase_if(environment, [](const std::string& entry) {
    return entry.starts_with(fmt::format("{}=", kStartedVariable));
  });
  environment.push_back(fmt::format("{}={}:{}", kStartedVariable, base, getpid()));
  const IgnoredKeys keys;
  const Result<pid_t> pid = StartAgain(argv, environment, keys.restored());
  return pid.ok() ? Wait(pid.value()) : Fail(pid.error().message);
}

}  // namespace

void StartInjected(int, char** argv, const char* library) {
  if (StartedBase().empty()) {
    const int status = Launch(argv, library);
    fflush(nullptr);
    // Not exit(): what a framework has registered for it belongs to the second process.
    _exit(status);
  }
  prctl(PR_SET_PDEATHSIG, SIGKILL);  // the first process may be killed at a deadline
  try {
    InjectedProcess::Get();
  } catch (const InjectorError& error) {
    _exit(Fail(error.what()));
  }
}

void TakeOverFromParent() {
  InjectedProcess::TakeOverFromParent();
}

}  // namespace shortwrite::inprocess
