// The planted bug: any count that is not -1 is taken for all of it.
#include <fcntl.h>
#include <unistd.h>

#include "my_writer.h"

bool WriteFile(const std::string& path, std::string_view bytes) {
  const int fd = open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0666);
  if (fd < 0) return false;
  const bool written = write(fd, bytes.data(), bytes.size()) >= 0;
  return close(fd) == 0 && written;
}
