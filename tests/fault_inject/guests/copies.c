/* copies OUT FROM CALL: a correct loop over CALL (write, writev, pwrite, pwritev) that copies FROM,
 * and that also makes calls for nothing, with no vector and with one. */
#include <sys/uio.h>
#include "guest.h"

enum { kChunk = 100 };

static ssize_t call(const char* name, int fd, char* bytes, size_t size, off_t at) {
  size_t third = size / 3;
  struct iovec v[5] = {
      {bytes, 0}, {bytes, third}, {NULL, 0}, {bytes + third, size - third}, {bytes + size, 0}};
  struct iovec one = {bytes, size};
  int single = size % 2;
  if (strcmp(name, "write") == 0) return write(fd, bytes, size);
  if (strcmp(name, "pwrite") == 0) return pwrite(fd, bytes, size, at);
  if (strcmp(name, "writev") == 0) return single ? writev(fd, &one, 1) : writev(fd, v, 5);
  return single ? pwritev(fd, &one, 1, at) : pwritev(fd, v, 5, at);
}

int main(int argc, char** argv) {
  CHECK(argc == 4);
  static char bytes[1 << 16];
  int in = open(argv[2], O_RDONLY);
  CHECK(in >= 0);
  ssize_t size = read(in, bytes, sizeof(bytes));
  CHECK(size > 0 && close(in) == 0);
  int fd = open(argv[1], O_WRONLY | O_CREAT | O_TRUNC | O_NONBLOCK, 0666);
  CHECK(fd >= 0);
  struct iovec nothing = {bytes, 0};
  for (ssize_t done = 0; done < size;) {
    size_t ask = size - done < kChunk ? (size_t)(size - done) : kChunk;
    CHECK(write(fd, bytes, 0) == 0 && writev(fd, &nothing, 1) == 0);
    ssize_t n = call(argv[3], fd, bytes + done, ask, done);
    if (n == -1 && (errno == EINTR || errno == EAGAIN)) continue;
    CHECK(n > 0 && n <= (ssize_t)ask);
    done += n;
  }
  CHECK(close(fd) == 0);
  return 0;
}
