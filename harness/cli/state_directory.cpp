#include "harness/cli/state_directory.h"

#include <fmt/format.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <filesystem>

#include "harness/cli/whole_file.h"

namespace shortwrite {
namespace {

namespace fs = std::filesystem;

// The first line is what backup programs look for; the specification wants it byte by byte.
constexpr char kTag[] =
    "Signature: 8a477f597d28d172789f06886806bc55\n"
    "# This file marks a directory whose content can be made again, for programs that back up:\n"
    "# https://bford.info/cachedir/\n";
constexpr char kIgnore[] = "*\n";

Status Fill(const std::string& path) {
  if (Status written = ReplaceWhole(path + "/.gitignore", kIgnore); !written.ok()) return written;
  return ReplaceWhole(path + "/CACHEDIR.TAG", kTag);
}

bool IsThere(const std::string& path) {
  struct stat status = {};
  return stat(path.c_str(), &status) == 0;
}

}  // namespace

std::string TemporaryName(std::string_view name) {
  return fmt::format(".{}.{}", name, getpid());
}

Status MakeStateDirectory(const std::string& path) {
  if (IsThere(path)) {
    // An older version, or somebody's mkdir.
    const bool is_whole = IsThere(path + "/.gitignore") && IsThere(path + "/CACHEDIR.TAG");
    return is_whole ? Ok() : Fill(path);
  }
  const std::string temporary = path + TemporaryName("new");
  std::error_code ignored;
  fs::remove_all(temporary, ignored);
  if (mkdir(temporary.c_str(), kProgramMode) != 0) {
    return ErrnoError(fmt::format("create '{}'", temporary), errno);
  }
  Status made = Fill(temporary);
  if (made.ok() && rename(temporary.c_str(), path.c_str()) != 0 && !IsThere(path)) {
    made = ErrnoError(fmt::format("rename '{}' to '{}'", temporary, path), errno);
  }
  fs::remove_all(temporary, ignored);  // another process was faster
  return made;
}

void RemoveStale(const std::string& directory) {
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(directory, error)) {
    const std::string name = entry.path().filename().string();
    const size_t dot = name.rfind('.');
    if (name.front() != '.' || dot == 0) continue;
    pid_t process = 0;
    const char* const end = name.data() + name.size();
    const auto parsed = std::from_chars(name.data() + dot + 1, end, process);
    if (parsed.ec != std::errc() || parsed.ptr != end || process <= 0) continue;
    if (kill(process, 0) == 0 || errno != ESRCH) continue;
    std::error_code ignored;
    fs::remove_all(entry.path(), ignored);
  }
}

}  // namespace shortwrite
