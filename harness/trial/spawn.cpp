#include "harness/trial/spawn.h"

#include <fmt/format.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>

#include "fault_inject/syscall/tracer.h"

namespace shortwrite {
namespace {

// vfork, not posix_spawn: glibc's resets every signal's disposition one by one, 128 system calls
// that exec makes superfluous, and they are a tenth of a trial. All signals are blocked meanwhile,
// so that no handler of ours runs in the child.
int SpawnAlone(const fault_inject::ProgramStart& start, pid_t& pid) {
  volatile int error = 0;
  sigset_t all;
  sigset_t before;
  sigfillset(&all);
  sigprocmask(SIG_SETMASK, &all, &before);
  pid = vfork();
  if (pid == 0) {
    error = fault_inject::BecomeProgram(start);
    _exit(127);
  }
  if (pid < 0) error = errno;
  sigprocmask(SIG_SETMASK, &before, nullptr);
  if (pid > 0 && error != 0) waitpid(pid, nullptr, 0);
  return error;
}

}  // namespace

std::vector<char*> TextPointers(const std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  pointers.reserve(texts.size() + 1);
  for (const std::string& text : texts) pointers.push_back(const_cast<char*>(text.c_str()));
  pointers.push_back(nullptr);
  return pointers;
}

Result<pid_t> SpawnTarget(const SpawnRequest& request, fault_inject::Tracer* tracer) {
  const std::vector<char*> command = TextPointers(request.command);
  const std::vector<char*> environment = TextPointers(request.environment);
  const fault_inject::ProgramStart start = {.program = request.program.c_str(),
                                            .command = command.data(),
                                            .environment = environment.data(),
                                            .in = request.in,
                                            .out = request.out,
                                            .error = request.error,
                                            .new_group = request.new_group,
                                            .file_bytes_max = request.file_bytes_max};
  pid_t pid = -1;
  const int error = tracer == nullptr ? SpawnAlone(start, pid) : tracer->Spawn(start, pid);
  if (error == 0) return pid;
  if (error == ENOEXEC) {
    return HarnessError(
        fmt::format("cannot start '{}': not a program; scripts need a first line "
                    "such as #!/bin/sh",
                    request.program));
  }
  return ErrnoError(fmt::format("cannot start '{}'", request.program), error);
}

}  // namespace shortwrite
