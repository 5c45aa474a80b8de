/* Says one line on each standard stream, through stdio and through write, and writes a file. */
#include "guest.h"

int main(int argc, char** argv) {
  CHECK(argc == 2);
  int fd = open_output(argv[1]);
  CHECK(write(1, "raw out\n", 8) == 8);
  CHECK(write(2, "raw err\n", 8) == 8);
  CHECK(printf("stdio out\n") == 10);
  CHECK(fprintf(stderr, "stdio err\n") == 10);
  write_fully(fd, "0123456789", 10);
  CHECK(close(fd) == 0);
  return 0;
}
