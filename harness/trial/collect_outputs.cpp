#include "harness/trial/collect_outputs.h"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <cstring>

#include "harness/base/unique_fd.h"

namespace shortwrite {
namespace {

bool IsDots(const char* name) {
  return strcmp(name, ".") == 0 || strcmp(name, "..") == 0;
}

std::string_view KindText(mode_t mode) {
  switch (mode & S_IFMT) {
    case S_IFIFO:
      return "(a FIFO)";
    case S_IFSOCK:
      return "(a socket)";
    default:
      return "(a device)";
  }
}

class Collector {
 public:
  Collector(const OutputVisitor& visit, std::vector<OutputFile>& outputs)
      : visit_(visit), outputs_(outputs) {}

  // directory is read and emptied; names are relative to the first one.
  Status Directory(int parent, const char* directory, const std::string& prefix) {
    UniqueFd fd(openat(parent, directory, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    if (!fd.valid() && errno == EACCES && fchmodat(parent, directory, 0700, 0) == 0) {
      fd = UniqueFd(openat(parent, directory, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    }
    // A target may have removed its directory: then it left nothing.
    if (!fd.valid() && errno == ENOENT) return Ok();
    if (!fd.valid()) return ErrnoError(fmt::format("read the outputs in '{}'", directory), errno);
    std::vector<std::string> names;
    if (Status listed = List(fd.get(), names); !listed.ok()) return listed;
    for (const std::string& name : names) {
      if (Status entry = Entry(fd.get(), name, prefix + name); !entry.ok()) return entry;
    }
    return Ok();
  }

 private:
  // Not readdir(3), which would allocate 32 KiB and ask five questions first, in every trial.
  static Status List(int directory, std::vector<std::string>& names) {
    alignas(dirent64) std::array<char, 4096> entries;
    while (true) {
      const long bytes = syscall(SYS_getdents64, directory, entries.data(), entries.size());
      if (bytes < 0) return ErrnoError("read the outputs", errno);
      if (bytes == 0) break;
      for (long at = 0; at < bytes;) {
        const auto* const entry = reinterpret_cast<const dirent64*>(entries.data() + at);
        if (!IsDots(entry->d_name)) names.emplace_back(entry->d_name);
        at += entry->d_reclen;
      }
    }
    std::sort(names.begin(), names.end());
    return Ok();
  }

  Status Entry(int parent, const std::string& name, const std::string& path) {
    struct stat state = {};
    if (fstatat(parent, name.c_str(), &state, AT_SYMLINK_NOFOLLOW) != 0) return Ok();
    if (S_ISDIR(state.st_mode)) {
      const size_t before = outputs_.size();
      if (Status inner = Directory(parent, name.c_str(), path + "/"); !inner.ok()) return inner;
      if (outputs_.size() == before) outputs_.push_back({path + "/", {}, false});
      unlinkat(parent, name.c_str(), AT_REMOVEDIR);
      return Ok();
    }
    Result<FileBytes> bytes = Content(parent, name, state);
    if (!bytes.ok()) return bytes.error();
    outputs_.push_back({path, std::move(bytes).value(), S_ISREG(state.st_mode)});
    if (S_ISREG(state.st_mode)) visit_({state.st_dev, state.st_ino}, path);
    unlinkat(parent, name.c_str(), 0);
    return Ok();
  }

  static Result<FileBytes> Content(int parent, const std::string& name, const struct stat& state) {
    if (S_ISLNK(state.st_mode)) {
      char to[PATH_MAX];
      const ssize_t bytes = readlinkat(parent, name.c_str(), to, sizeof(to));
      return FileBytes::Of("-> " +
                           std::string(to, static_cast<size_t>(std::max<ssize_t>(bytes, 0))));
    }
    if (!S_ISREG(state.st_mode)) return FileBytes::Of(std::string(KindText(state.st_mode)));
    UniqueFd fd(openat(parent, name.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC));
    if (!fd.valid() && errno == EACCES && fchmodat(parent, name.c_str(), 0600, 0) == 0) {
      fd = UniqueFd(openat(parent, name.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC));
    }
    if (!fd.valid()) return ErrnoError(fmt::format("read the output '{}'", name), errno);
    return FileBytes::Read(fd.get(), name);
  }

  const OutputVisitor& visit_;
  std::vector<OutputFile>& outputs_;
};

uint64_t BytesBelow(int parent, const char* directory) {
  const int fd = openat(parent, directory, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  DIR* const stream = fd < 0 ? nullptr : fdopendir(fd);
  if (stream == nullptr) return 0;
  uint64_t bytes = 0;
  while (const dirent* entry = readdir(stream)) {
    struct stat state = {};
    if (IsDots(entry->d_name) || fstatat(fd, entry->d_name, &state, AT_SYMLINK_NOFOLLOW) != 0) {
      continue;
    }
    if (S_ISDIR(state.st_mode)) bytes += BytesBelow(fd, entry->d_name);
    // What is allocated, not the length: the shared region is long and sparse, and a target's hole
    // fills no disk.
    if (S_ISREG(state.st_mode)) bytes += static_cast<uint64_t>(state.st_blocks) * 512;
  }
  closedir(stream);
  return bytes;
}

}  // namespace

Status CollectOutputs(const std::string& dir, const OutputVisitor& visit,
                      std::vector<OutputFile>& outputs) {
  return Collector(visit, outputs).Directory(AT_FDCWD, dir.c_str(), "");
}

uint64_t DirectoryBytes(const std::string& path) {
  return BytesBelow(AT_FDCWD, path.c_str());
}

}  // namespace shortwrite
