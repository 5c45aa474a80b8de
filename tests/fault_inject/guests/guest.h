/* What every guest needs: a check that says where it failed. A guest writes nothing to stdout or
 * stderr unless that is its subject, or a check fails. */
#ifndef SHORTWRITE_TESTS_GUEST_H
#define SHORTWRITE_TESTS_GUEST_H

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define CHECK(condition)                                                                     \
  do {                                                                                       \
    if (!(condition)) {                                                                      \
      dprintf(2, "%s:%d: not true: %s (errno %d)\n", __FILE__, __LINE__, #condition, errno); \
      _exit(99);                                                                             \
    }                                                                                        \
  } while (0)

__attribute__((unused)) static int open_output(const char* path) {
  int fd = open(path, O_WRONLY | O_CREAT | O_APPEND, 0666);
  CHECK(fd >= 0);
  return fd;
}

/* The loop that a correct program has. */
__attribute__((unused)) static void write_fully(int fd, const char* bytes, size_t size) {
  while (size > 0) {
    ssize_t n = write(fd, bytes, size);
    if (n < 0 && (errno == EINTR || errno == EAGAIN)) continue;
    CHECK(n > 0);
    bytes += n;
    size -= (size_t)n;
  }
}

#endif
