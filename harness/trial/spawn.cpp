#include "harness/trial/spawn.h"

#include <fmt/format.h>
#include <signal.h>
#include <spawn.h>
#include <unistd.h>

#include <cerrno>

namespace shortwrite {
namespace {

std::vector<char*> Pointers(const std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  pointers.reserve(texts.size() + 1);
  for (const std::string& text : texts) pointers.push_back(const_cast<char*>(text.c_str()));
  pointers.push_back(nullptr);
  return pointers;
}

class SpawnActions {
 public:
  explicit SpawnActions(const SpawnRequest& request) {
    posix_spawn_file_actions_init(&actions_);
    posix_spawn_file_actions_adddup2(&actions_, request.in, STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&actions_, request.out, STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&actions_, request.error, STDERR_FILENO);
    posix_spawnattr_init(&attributes_);
    sigset_t none;
    sigemptyset(&none);
    posix_spawnattr_setsigmask(&attributes_, &none);
    short flags = POSIX_SPAWN_SETSIGMASK;
    if (request.new_session) flags = static_cast<short>(flags | POSIX_SPAWN_SETSID);
    posix_spawnattr_setflags(&attributes_, flags);
  }
  SpawnActions(const SpawnActions&) = delete;
  SpawnActions& operator=(const SpawnActions&) = delete;
  ~SpawnActions() {
    posix_spawnattr_destroy(&attributes_);
    posix_spawn_file_actions_destroy(&actions_);
  }

  const posix_spawn_file_actions_t* actions() const { return &actions_; }
  const posix_spawnattr_t* attributes() const { return &attributes_; }

 private:
  posix_spawn_file_actions_t actions_;
  posix_spawnattr_t attributes_;
};

}  // namespace

Result<pid_t> SpawnTarget(const SpawnRequest& request) {
  const SpawnActions how(request);
  const std::vector<char*> command = Pointers(request.command);
  const std::vector<char*> environment = Pointers(request.environment);
  pid_t pid = 0;
  const int error = posix_spawn(&pid, request.program.c_str(), how.actions(), how.attributes(),
                                command.data(), environment.data());
  if (error == ENOEXEC) {
    return HarnessError(
        fmt::format("cannot start '{}': not a program; scripts need a first line "
                    "such as #!/bin/sh",
                    request.program));
  }
  if (error != 0) return ErrnoError(fmt::format("cannot start '{}'", request.program), error);
  return pid;
}

Result<std::string> LoadablePath(std::string library, const std::string& directory) {
  if (library.find_first_of(" :\t\n") == std::string::npos) return library;
  const std::string link = directory + "/preload.so";
  if (symlink(library.c_str(), link.c_str()) != 0) {
    return ErrnoError(fmt::format("link '{}'", link), errno);
  }
  return link;
}

}  // namespace shortwrite
