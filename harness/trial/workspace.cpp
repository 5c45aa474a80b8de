#include "harness/trial/workspace.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstdlib>
#include <filesystem>
#include <utility>
#include <vector>

#include "fault_inject/protocol.h"
#include "harness/trial/process_tree.h"

namespace shortwrite {
namespace {

namespace fs = std::filesystem;

std::string NamePrefix() {
  return fmt::format("shortwrite-{}-", getuid());
}

std::vector<std::string> CandidateParents() {
  std::vector<std::string> parents = {"/dev/shm"};
  if (const char* const own = getenv("TMPDIR"); own != nullptr && *own != '\0') {
    parents.emplace_back(own);
  }
  parents.emplace_back("/tmp");
  return parents;
}

// Targets may run what they have just written (a compiler's test program), so a file system that
// forbids execution would make healthy controls fail.
bool IsSuitable(const std::string& parent, uint64_t bytes_needed) {
  struct statvfs state = {};
  if (access(parent.c_str(), W_OK | X_OK) != 0 || statvfs(parent.c_str(), &state) != 0)
    return false;
  if ((state.f_flag & (ST_NOEXEC | ST_RDONLY)) != 0) return false;
  return state.f_bavail >= bytes_needed / state.f_frsize;
}

std::string ChooseParent(uint64_t bytes_needed) {
  for (const std::string& parent : CandidateParents()) {
    if (IsSuitable(parent, bytes_needed)) return parent;
  }
  return "";
}

void RemoveTree(const std::string& path) {
  std::error_code ignored;  // what cannot be removed now is tried again at the next start
  fs::remove_all(path, ignored);
  if (!fs::exists(path, ignored)) return;
  // A target may have taken away its own permissions.
  for (auto it = fs::recursive_directory_iterator(
           path, fs::directory_options::skip_permission_denied, ignored);
       it != fs::recursive_directory_iterator(); it.increment(ignored)) {
    if (it->is_directory(ignored) && !it->is_symlink(ignored)) {
      fs::permissions(it->path(), fs::perms::owner_all, fs::perm_options::add, ignored);
    }
  }
  fs::remove_all(path, ignored);
}

pid_t OwnerOf(const std::string& name) {
  pid_t owner = 0;
  const std::string_view rest = std::string_view(name).substr(NamePrefix().size());
  std::from_chars(rest.data(), rest.data() + rest.size(), owner);
  return owner;
}

// Stale: nobody holds the lock, and nobody of that process id is about to take it. The lock
// decides, because a process id means nothing across containers that share /dev/shm.
bool IsStale(const fs::path& base) {
  const pid_t owner = OwnerOf(base.filename().string());
  const bool owner_lives = owner > 0 && IsAlive(owner);
  const UniqueFd lock(open((base / "lock").c_str(), O_RDWR | O_CLOEXEC));
  if (!lock.valid()) return !owner_lives;
  if (flock(lock.get(), LOCK_EX | LOCK_NB) != 0) return false;
  if (!owner_lives) return true;
  // A lock file this young may belong to a campaign between its creation and its lock.
  constexpr time_t kSettledSeconds = 10;
  struct stat state = {};
  return fstat(lock.get(), &state) == 0 && time(nullptr) - state.st_mtime > kSettledSeconds;
}

}  // namespace

Result<FileIdentity> Identify(int fd) {
  struct stat state = {};
  if (fstat(fd, &state) != 0) return ErrnoError("stat", errno);
  return FileIdentity{state.st_dev, state.st_ino};
}

void CleanStaleWorkspaces() {
  for (const std::string& parent : CandidateParents()) {
    std::error_code ignored;
    for (const auto& entry : fs::directory_iterator(parent, ignored)) {
      const std::string name = entry.path().filename().string();
      struct stat state = {};
      if (!name.starts_with(NamePrefix()) || lstat(entry.path().c_str(), &state) != 0) continue;
      if (!S_ISDIR(state.st_mode) || state.st_uid != getuid() || !IsStale(entry.path())) continue;
      KillByEnvironment(
          fmt::format("{}={}/region", fault_inject::kRegionVariable, entry.path().string()));
      RemoveTree(entry.path().string());
    }
  }
}

std::string DescribeWorkspacePlace(uint64_t bytes_needed) {
  return ChooseParent(bytes_needed);
}

Result<Workspace> Workspace::Create(uint64_t bytes_needed) {
  CleanStaleWorkspaces();
  const std::string parent = ChooseParent(bytes_needed);
  if (parent.empty()) {
    return HarnessError(fmt::format(
        "no place for trials: /dev/shm, TMPDIR and /tmp all lack {} MiB of space, or may not be "
        "written to or executed from; set TMPDIR to a directory that has it",
        (bytes_needed >> 20) + 1));
  }
  std::error_code error;
  const fs::path canonical = fs::canonical(parent, error);
  if (error) return HarnessError(fmt::format("'{}': {}", parent, error.message()));
  std::string base = fmt::format("{}/{}{}-XXXXXX", canonical.string(), NamePrefix(), getpid());
  if (mkdtemp(base.data()) == nullptr) return ErrnoError(fmt::format("create '{}'", base), errno);
  UniqueFd lock(open((base + "/lock").c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  if (!lock.valid() || flock(lock.get(), LOCK_EX | LOCK_NB) != 0) {
    return ErrnoError(fmt::format("lock '{}'", base), errno);
  }
  return Workspace(std::move(base), std::move(lock));
}

Workspace::Workspace(Workspace&& other) noexcept
    : base_(std::exchange(other.base_, "")), lock_(std::move(other.lock_)) {}

Workspace::~Workspace() {
  if (!base_.empty()) RemoveTree(base_);
}

Result<std::string> Workspace::KeepDir() const {
  std::string kept =
      fmt::format("{}/shortwrite-kept-XXXXXX", fs::path(base_).parent_path().string());
  if (mkdtemp(kept.data()) == nullptr || rename(dir().c_str(), kept.c_str()) != 0) {
    return ErrnoError(fmt::format("keep '{}'", dir()), errno);
  }
  return kept;
}

Result<FileIdentity> Workspace::EmptyDir() {
  const std::string path = dir();
  struct stat state = {};
  // The usual case: as we made it, and emptied file by file. Whether it is empty, its reader has
  // said.
  if (emptied_ && stat(path.c_str(), &state) == 0 && state.st_mode == made_mode_ &&
      FileIdentity{state.st_dev, state.st_ino} == made_) {
    return made_;
  }
  if (mkdir(path.c_str(), 0777) != 0) {
    if (errno != EEXIST) return ErrnoError(fmt::format("create '{}'", path), errno);
    RemoveTree(path);
    if (mkdir(path.c_str(), 0777) != 0) return ErrnoError(fmt::format("create '{}'", path), errno);
  }
  if (stat(path.c_str(), &state) != 0) return ErrnoError(fmt::format("stat '{}'", path), errno);
  made_ = {state.st_dev, state.st_ino};
  made_mode_ = state.st_mode;
  return made_;
}

}  // namespace shortwrite
