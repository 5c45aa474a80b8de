/* many_vectors OUT: one writev of the 1024 vectors that the kernel takes at most, and one of more,
 * which it refuses. Each vector is two bytes of its number. */
#include <sys/uio.h>
#include "guest.h"

enum { kMost = 1024 };

int main(int argc, char** argv) {
  CHECK(argc == 2);
  static unsigned char bytes[kMost + 1][2];
  static struct iovec vectors[kMost + 1];
  for (int i = 0; i <= kMost; i++) {
    bytes[i][0] = (unsigned char)(i >> 8);
    bytes[i][1] = (unsigned char)i;
    vectors[i] = (struct iovec){bytes[i], 2};
  }
  int fd = open_output(argv[1]);
  CHECK(writev(fd, vectors, kMost + 1) == -1 && errno == EINVAL);
  ssize_t n = writev(fd, vectors, kMost);
  const char* expected = getenv("EXPECT");
  CHECK(expected != NULL && n == atol(expected));
  return 0;
}
