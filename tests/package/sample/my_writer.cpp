#include "my_writer.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

bool WriteFile(const std::string& path, std::string_view bytes) {
  const int fd = open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0666);
  if (fd < 0) return false;
  while (!bytes.empty()) {
    const ssize_t n = write(fd, bytes.data(), bytes.size());
    if (n < 0 && errno != EINTR) break;
    if (n > 0) bytes.remove_prefix(static_cast<size_t>(n));
  }
  return close(fd) == 0 && bytes.empty();
}
