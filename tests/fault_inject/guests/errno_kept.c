/* errno after a call that succeeded is what it was before it, cut or not, output or not. */
#include <sys/uio.h>
#include "guest.h"

int main(int argc, char** argv) {
  CHECK(argc == 2);
  int fd = open(argv[1], O_RDWR | O_CREAT | O_TRUNC, 0666);
  int other = open("/dev/null", O_WRONLY);
  CHECK(fd >= 0 && other >= 0);
  struct iovec vectors[2] = {{"abcd", 4}, {"efgh", 4}};
  errno = 4711;
  for (int i = 0; i < 3; i++) {
    CHECK(write(fd, "0123456789", 10) > 0 && errno == 4711);
    CHECK(pwrite(fd, "0123456789", 10, 5) > 0 && errno == 4711);
    CHECK(writev(fd, vectors, 2) > 0 && errno == 4711);
    CHECK(pwritev(fd, vectors, 2, 3) > 0 && errno == 4711);
    CHECK(write(other, "0123456789", 10) == 10 && errno == 4711);
    CHECK(write(fd, "", 0) == 0 && errno == 4711);
  }
  CHECK(fsync(fd) == 0 && errno == 4711);
  CHECK(fdatasync(fd) == 0 && errno == 4711);
  CHECK(close(fd) == 0 && errno == 4711);
  return 0;
}
