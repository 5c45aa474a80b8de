/* heap_kept OUT [warm]: nothing is allocated, freed or added to the heap by calls that are cut,
 * traced or failed; with "warm", not after the first round. */
#include <malloc.h>
#include <sys/uio.h>
#include "guest.h"

#ifdef __GLIBC__
typedef struct mallinfo2 heap_state;
static heap_state look(void) {
  return mallinfo2();
}
#else
/* musl counts nothing; what is mapped tells. Read without stdio, which would allocate. */
typedef struct {
  int mappings;
} heap_state;
static heap_state look(void) {
  static char text[65536];
  heap_state state = {0};
  int maps = open("/proc/self/maps", O_RDONLY);
  CHECK(maps >= 0);
  for (ssize_t n; (n = read(maps, text, sizeof(text))) > 0;) {
    for (ssize_t i = 0; i < n; i++) state.mappings += text[i] == '\n';
  }
  close(maps);
  return state;
}
#endif

static void round_of_calls(int fd) {
  static struct iovec vectors[3] = {{"abcd", 4}, {"", 0}, {"efgh", 4}};
  CHECK(write(fd, "0123456789", 10) > 0);
  CHECK(writev(fd, vectors, 3) > 0);
  CHECK(pwrite(fd, "0123456789", 10, 4) > 0);
  CHECK(write(-1, "x", 1) == -1);
}

int main(int argc, char** argv) {
  CHECK(argc >= 2);
  int fd = open(argv[1], O_RDWR | O_CREAT | O_TRUNC, 0666);
  CHECK(fd >= 0);
  if (argc == 3) round_of_calls(fd);
  free(malloc(100));
  heap_state before = look();
  void* end = sbrk(0);
  for (int i = 0; i < 100; i++) round_of_calls(fd);
  CHECK(close(fd) == 0);
  CHECK(sbrk(0) == end);
  heap_state after = look();
  CHECK(memcmp(&before, &after, sizeof(before)) == 0);
  return 0;
}
