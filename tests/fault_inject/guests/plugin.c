/* Code that comes into the process late. */
#include <unistd.h>

long plugin_write(int fd, const char* bytes, unsigned long size) {
  return write(fd, bytes, size);
}
