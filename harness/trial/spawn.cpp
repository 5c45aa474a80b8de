#include "harness/trial/spawn.h"

#include <fmt/format.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>

#include "harness/trial/target.h"

namespace shortwrite {
namespace {

std::vector<char*> Pointers(const std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  pointers.reserve(texts.size() + 1);
  for (const std::string& text : texts) pointers.push_back(const_cast<char*>(text.c_str()));
  pointers.push_back(nullptr);
  return pointers;
}

// What the child does before exec; only async-signal-safe calls, because it shares our memory
// (vfork(2)). Returns only on failure.
void BecomeTarget(const SpawnRequest& request, char* const* command, char* const* environment) {
  if (request.new_group) setpgid(0, 0);
  if (dup2(request.in, STDIN_FILENO) < 0 || dup2(request.out, STDOUT_FILENO) < 0 ||
      dup2(request.error, STDERR_FILENO) < 0) {
    return;
  }
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  execve(request.program.c_str(), command, environment);
}

}  // namespace

// vfork, not posix_spawn: glibc's resets every signal's disposition one by one, 128 system calls
// that exec makes superfluous, and they are a tenth of a trial. All signals are blocked meanwhile,
// so that no handler of ours runs in the child.
Result<pid_t> SpawnTarget(const SpawnRequest& request) {
  const std::vector<char*> command = Pointers(request.command);
  const std::vector<char*> environment = Pointers(request.environment);
  volatile int error = 0;
  sigset_t all;
  sigset_t before;
  sigfillset(&all);
  sigprocmask(SIG_SETMASK, &all, &before);
  const pid_t pid = vfork();
  if (pid == 0) {
    BecomeTarget(request, command.data(), environment.data());
    error = errno;
    _exit(127);
  }
  const int fork_error = errno;
  sigprocmask(SIG_SETMASK, &before, nullptr);
  if (pid < 0) return ErrnoError("vfork", fork_error);
  if (error == 0) return pid;
  waitpid(pid, nullptr, 0);
  if (error == ENOEXEC) {
    return HarnessError(
        fmt::format("cannot start '{}': not a program; scripts need a first line "
                    "such as #!/bin/sh",
                    request.program));
  }
  return ErrnoError(fmt::format("cannot start '{}'", request.program), error);
}

Result<std::string> PreloadList(const std::string& program, const std::string& directory) {
  Result<std::string> library = FindPreloadLibrary();
  if (!library.ok()) return library;
  std::string list = library.value();
  if (list.find_first_of(" :\t\n") != std::string::npos) {
    const std::string link = directory + "/preload.so";
    if (symlink(list.c_str(), link.c_str()) != 0) {
      return ErrnoError(fmt::format("link '{}'", link), errno);
    }
    list = link;
  }
  const std::string runtime = SanitizerRuntime(program);
  return runtime.empty() ? list : runtime + ':' + list;
}

}  // namespace shortwrite
