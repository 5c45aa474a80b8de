/* close_error OUT: writes; then reports, in its exit status, bit by bit: 1 fsync failed with EIO,
 * 2 close failed with EIO, 4 the descriptor is really closed, 8 its number is free again. */
#include "guest.h"

int main(int argc, char** argv) {
  CHECK(argc == 2);
  int fd = open_output(argv[1]);
  write_fully(fd, "0123456789", 10);
  int status = 0;
  if (fsync(fd) == -1 && errno == EIO) status |= 1;
  if (close(fd) == -1 && errno == EIO) status |= 2;
  if (fcntl(fd, F_GETFD) == -1 && errno == EBADF) status |= 4;
  if (open("/dev/null", O_RDONLY) == fd) status |= 8;
  return status;
}
