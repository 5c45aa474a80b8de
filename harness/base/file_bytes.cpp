#include "harness/base/file_bytes.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "harness/base/unique_fd.h"

namespace shortwrite {
namespace {

Result<std::string> CopyOf(int fd, size_t bytes, const std::string& name) {
  std::string copy(bytes, '\0');
  size_t done = 0;
  while (done < bytes) {
    const ssize_t n = pread(fd, copy.data() + done, bytes - done, static_cast<off_t>(done));
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return ErrnoError(fmt::format("read '{}'", name), errno);
    if (n == 0) break;
    done += static_cast<size_t>(n);
  }
  copy.resize(done);
  return copy;
}

}  // namespace

FileBytes FileBytes::Of(std::string bytes) {
  FileBytes result;
  auto owned = std::make_shared<const std::string>(std::move(bytes));
  result.view_ = *owned;
  result.owner_ = std::move(owned);
  return result;
}

Result<FileBytes> FileBytes::Read(int fd, const std::string& name) {
  struct stat state = {};
  if (fstat(fd, &state) != 0) return ErrnoError(fmt::format("stat '{}'", name), errno);
  const auto bytes = static_cast<size_t>(state.st_size);
  if (bytes <= kCopiedBytesMax) {
    Result<std::string> copy = CopyOf(fd, bytes, name);
    if (!copy.ok()) return copy.error();
    return Of(std::move(copy).value());
  }
  void* const address = mmap(nullptr, bytes, PROT_READ, MAP_PRIVATE, fd, 0);
  if (address == MAP_FAILED) return ErrnoError(fmt::format("map '{}'", name), errno);
  FileBytes result;
  result.owner_ = std::shared_ptr<const void>(
      address, [bytes](const void* mapped) { munmap(const_cast<void*>(mapped), bytes); });
  result.view_ = {static_cast<const char*>(address), bytes};
  return result;
}

Result<FileBytes> FileBytes::Read(const std::string& path) {
  const UniqueFd fd(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd.valid()) return ErrnoError(fmt::format("open '{}'", path), errno);
  return Read(fd.get(), path);
}

Status WriteFile(const std::string& path, std::string_view bytes) {
  const UniqueFd fd(open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666));
  if (!fd.valid()) return ErrnoError(fmt::format("create '{}'", path), errno);
  while (!bytes.empty()) {
    const ssize_t n = write(fd.get(), bytes.data(), bytes.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return ErrnoError(fmt::format("write '{}'", path), errno);
    bytes.remove_prefix(static_cast<size_t>(n));
  }
  return Ok();
}

}  // namespace shortwrite
