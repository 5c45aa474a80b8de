/* nonblocking OUT blocking|nonblocking: writes 10 bytes, and calls again as long as it gets EAGAIN.
 */
#include "guest.h"

int main(int argc, char** argv) {
  CHECK(argc == 3);
  int flags = strcmp(argv[2], "nonblocking") == 0 ? O_NONBLOCK : 0;
  int fd = open(argv[1], O_WRONLY | O_CREAT | O_TRUNC | flags, 0666);
  CHECK(fd >= 0);
  for (int call = 0; call < 3; call++) {
    ssize_t n;
    do n = write(fd, "0123456789", 10);
    while (n == -1 && errno == EAGAIN);
    CHECK(n == 10);
  }
  return 0;
}
