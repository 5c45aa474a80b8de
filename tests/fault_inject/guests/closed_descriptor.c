/* What has no descriptor gets EBADF, as ever; so after the descriptor was an output. */
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include "guest.h"

int main(int argc, char** argv) {
  CHECK(argc == 2);
  int fd = open_output(argv[1]);
  CHECK(write(fd, "0123456789", 10) > 0);
  CHECK(close(fd) == 0);
  struct iovec vector = {"x", 1};
  for (int i = 0; i < 2; i++) {
    int closed = i == 0 ? fd : -1;
    CHECK(write(closed, "x", 1) == -1 && errno == EBADF);
    CHECK(pwrite(closed, "x", 1, 0) == -1 && errno == EBADF);
    CHECK(writev(closed, &vector, 1) == -1 && errno == EBADF);
    CHECK(pwritev(closed, &vector, 1, 0) == -1 && errno == EBADF);
    CHECK(send(closed, "x", 1, 0) == -1 && errno == EBADF);
    CHECK(sendfile(closed, 0, NULL, 1) == -1 && errno == EBADF);
    CHECK(close(closed) == -1 && errno == EBADF);
    CHECK(fsync(closed) == -1 && errno == EBADF);
    CHECK(fdatasync(closed) == -1 && errno == EBADF);
  }
  int reader = open(argv[1], O_RDONLY);
  CHECK(reader >= 0 && write(reader, "x", 1) == -1 && errno == EBADF);
  return 0;
}
