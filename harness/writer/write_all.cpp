#include "harness/writer/write_all.h"

#include <fmt/format.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <limits>

namespace shortwrite {
namespace {

// Returns 0 when `fd` is worth another write call, else errno. Hang-up and error conditions count
// as ready: the write call then reports the reason.
int AwaitWritable(int fd) {
  for (;;) {
    struct pollfd entry = {fd, POLLOUT, 0};
    if (::poll(&entry, 1, -1) >= 0) return 0;
    if (errno != EINTR) return errno;
  }
}

}  // namespace

WriteAllResult WriteAll(int fd, const void* data, size_t bytes, const WriteAllOptions& options) {
  // write(2) promises nothing for requests above SSIZE_MAX.
  constexpr uint64_t kRequestBytesMax = std::numeric_limits<ssize_t>::max();
  const uint64_t request_bytes_max = options.request_bytes_max == 0
                                         ? kRequestBytesMax
                                         : std::min(options.request_bytes_max, kRequestBytesMax);
  WriteAllResult result;
  const auto stop = [&result](WriteAllEnd end, int error_number) {
    result.end = end;
    result.error_number = error_number;
    return result;
  };
  uint32_t zero_returns = 0;
  while (result.accepted_bytes < bytes) {
    const uint64_t asked = std::min<uint64_t>(bytes - result.accepted_bytes, request_bytes_max);
    const ssize_t n = ::write(fd, static_cast<const char*>(data) + result.accepted_bytes, asked);
    ++result.calls;
    if (n > 0) {
      zero_returns = 0;
      result.accepted_bytes += static_cast<uint64_t>(n);
      if (options.on_progress) {
        options.on_progress(
            {result.calls, asked, static_cast<uint64_t>(n), result.accepted_bytes, bytes});
      }
    } else if (n == 0) {
      if (++zero_returns >= options.zero_returns_max) return stop(WriteAllEnd::kNoProgress, EIO);
    } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
      const int error_number = AwaitWritable(fd);
      if (error_number != 0) return stop(WriteAllEnd::kFailed, error_number);
    } else if (errno != EINTR) {
      return stop(WriteAllEnd::kFailed, errno);
    }
  }
  return result;
}

Error WriteAllError(const std::string& path, const WriteAllResult& result, uint64_t written_bytes,
                    uint64_t of_bytes) {
  const std::string what = fmt::format("write '{}' (after {} of {} bytes, which stay in the file)",
                                       path, written_bytes, of_bytes);
  if (result.end == WriteAllEnd::kNoProgress) {
    return HarnessError(what + ": the file system accepts nothing and reports no error");
  }
  return ErrnoError(what, result.error_number);
}

}  // namespace shortwrite
