#include "harness/writer/reference_write.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <span>

#include "harness/writer/write_all.h"

namespace shortwrite {
namespace {

constexpr uint64_t kBlockBytes = 1 << 20;

Status WriteBlocks(const Payload& payload, const std::string& path, int fd) {
  std::string block(static_cast<size_t>(std::min(payload.size(), kBlockBytes)), '\0');
  for (uint64_t done = 0; done < payload.size();) {
    const uint64_t left = payload.size() - done;
    const std::span<char> part(block.data(),
                               static_cast<size_t>(std::min<uint64_t>(block.size(), left)));
    if (Status read = payload.Read(done, part); !read.ok()) return read;
    const WriteAllResult result = WriteAll(fd, part.data(), part.size());
    done += result.accepted_bytes;
    if (!result.complete()) return WriteAllError(path, result, done, payload.size());
  }
  return Ok();
}

}  // namespace

Status WriteReference(const Payload& payload, const std::string& path) {
  // A bare descriptor, because the result of its close is part of the answer.
  const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
  if (fd < 0) return ErrnoError(fmt::format("open '{}'", path), errno);
  Status written = WriteBlocks(payload, path, fd);
  if (::close(fd) != 0 && written.ok()) return ErrnoError(fmt::format("close '{}'", path), errno);
  return written;
}

}  // namespace shortwrite
