/* Calls for 0 bytes return 0, need no buffer and leave errno alone. */
#include <sys/uio.h>
#include "guest.h"

int main(int argc, char** argv) {
  CHECK(argc == 2);
  int fd = open(argv[1], O_RDWR | O_CREAT | O_TRUNC, 0666);
  CHECK(fd >= 0);
  struct iovec empty[3] = {{NULL, 0}, {"", 0}, {"x", 0}};
  errno = 4711;
  CHECK(write(fd, "", 0) == 0 && errno == 4711);
  CHECK(write(fd, NULL, 0) == 0 && errno == 4711);
  CHECK(pwrite(fd, NULL, 0, 100) == 0 && errno == 4711);
  CHECK(writev(fd, NULL, 0) == 0 && errno == 4711);
  CHECK(writev(fd, empty, 0) == 0 && errno == 4711);
  CHECK(writev(fd, empty, 3) == 0 && errno == 4711);
  CHECK(pwritev(fd, empty, 3, 7) == 0 && errno == 4711);
  /* Counts that the kernel refuses are refused as ever. */
  volatile int negative = -1;
  volatile int many = 100000;
  CHECK(writev(fd, empty, negative) == -1 && errno == EINVAL);
  CHECK(writev(fd, empty, many) == -1 && errno == EINVAL);
  return 0;
}
