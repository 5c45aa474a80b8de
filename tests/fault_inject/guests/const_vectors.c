/* The arrays of vector calls lie in read-only memory, and are the same after calls that were cut.
 */
#include <sys/mman.h>
#include <sys/uio.h>
#include "guest.h"

static const char bytes[] = "0123456789abcdefghij";

int main(int argc, char** argv) {
  CHECK(argc == 2);
  int fd = open(argv[1], O_RDWR | O_CREAT | O_TRUNC, 0666);
  struct iovec* page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  CHECK(page != MAP_FAILED);
  struct iovec before[3] = {{(void*)bytes, 5}, {(void*)(bytes + 5), 10}, {(void*)(bytes + 15), 5}};
  memcpy(page, before, sizeof(before));
  CHECK(mprotect(page, 4096, PROT_READ) == 0);
  CHECK(writev(fd, page, 3) > 0);
  CHECK(pwritev(fd, page, 3, 0) > 0);
  CHECK(memcmp(page, before, sizeof(before)) == 0);
  return 0;
}
