#include "harness/trial/input_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>

#include <cerrno>

#include "harness/base/file_bytes.h"

namespace shortwrite {

Status WriteInputFile(const std::string& path, std::string_view bytes, time_t modified) {
  if (Status written = WriteFile(path, bytes); !written.ok()) return written;
  return SetFileTime(path, modified);
}

Status SetFileTime(const std::string& path, time_t modified) {
  const timespec times[2] = {{modified, 0}, {modified, 0}};
  if (utimensat(AT_FDCWD, path.c_str(), times, 0) == 0) return Ok();
  return ErrnoError(fmt::format("set the time of '{}'", path), errno);
}

}  // namespace shortwrite
