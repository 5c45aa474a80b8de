/* close_others OUT: whoever has written to OUT gets EIO from close, and nobody else does: neither
 * for a copy of a descriptor nobody has written by, nor for one that was only read from, nor in a
 * parent whose child did the writing. */
#include <sys/wait.h>

#include "guest.h"

static void child_writes(int fd) {
  pid_t child = fork();
  CHECK(child >= 0);
  if (child == 0) {
    write_fully(fd, "abc", 3);
    CHECK(close(fd) == -1 && errno == EIO);
    _exit(0);
  }
  int status;
  CHECK(waitpid(child, &status, 0) == child && status == 0);
}

int main(int argc, char** argv) {
  CHECK(argc == 2);
  int fd = open_output(argv[1]);
  int copy = dup(fd);
  CHECK(copy >= 0);
  CHECK(close(copy) == 0);
  write_fully(fd, "0123456789", 10);
  int reader = open(argv[1], O_RDONLY);
  CHECK(reader >= 0);
  CHECK(close(reader) == 0);
  CHECK(close(fd) == -1 && errno == EIO);
  fd = open_output(argv[1]);
  child_writes(fd);
  CHECK(close(fd) == 0);
  return 0;
}
