#include "harness/cli/whole_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>

#include "harness/base/unique_fd.h"
#include "harness/writer/write_all.h"

namespace shortwrite {
namespace {

// Beside the file it will be; a stale one of a process that was killed is overwritten.
std::string TemporaryOf(const std::string& path) {
  const size_t name = path.rfind('/') + 1;  // 0 if there is no slash
  return fmt::format("{}.{}.{}", path.substr(0, name), path.substr(name), getpid());
}

Status WriteTemporary(const std::string& temporary, std::string_view text, mode_t mode) {
  const UniqueFd file(
      open(temporary.c_str(), O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC | O_NOFOLLOW, mode));
  if (!file.valid()) return ErrnoError(fmt::format("create '{}'", temporary), errno);
  const WriteAllResult written = WriteAll(file.get(), text.data(), text.size());
  if (written.complete()) return Ok();
  unlink(temporary.c_str());
  return ErrnoError(fmt::format("write '{}'", temporary), written.error_number);
}

}  // namespace

Status ReplaceWhole(const std::string& path, std::string_view text, mode_t mode) {
  const std::string temporary = TemporaryOf(path);
  if (Status written = WriteTemporary(temporary, text, mode); !written.ok()) return written;
  if (rename(temporary.c_str(), path.c_str()) == 0) return Ok();
  const int error = errno;
  unlink(temporary.c_str());
  return ErrnoError(fmt::format("rename '{}' to '{}'", temporary, path), error);
}

Status CreateWhole(const std::string& path, std::string_view text) {
  const std::string temporary = TemporaryOf(path);
  if (Status written = WriteTemporary(temporary, text, kDataMode); !written.ok()) return written;
  // Unlike rename, link replaces nothing.
  const int error = link(temporary.c_str(), path.c_str()) == 0 ? 0 : errno;
  unlink(temporary.c_str());
  if (error == 0) return Ok();
  if (error == EEXIST) {
    return UsageError(fmt::format("'{}' is there already, and stays as it is", path));
  }
  return ErrnoError(fmt::format("link '{}' to '{}'", temporary, path), error);
}

}  // namespace shortwrite
