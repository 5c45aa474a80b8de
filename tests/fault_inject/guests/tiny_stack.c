/* tiny_stack OUT: a vector call whose stack pointer lies 16 bytes above other data, as a
 * goroutine's may: nobody may store anything below it. */
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include "guest.h"
#include "raw_call.h"

enum { kPage = 4096 };

int main(int argc, char** argv) {
  CHECK(argc == 2);
  if (!kHasRawCall) return kCannotShow;
  unsigned char* memory =
      mmap(NULL, 2 * kPage, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  CHECK(memory != MAP_FAILED);
  memset(memory, 0xa5, 2 * kPage);
  struct iovec v[3] = {{"abcde", 5}, {"fghij", 5}, {"klmno", 5}};
  int fd = open_output(argv[1]);
  CHECK(raw_call_on_stack(memory + kPage + 16, SYS_writev, fd, (long)v, 3) == 7);
  for (int i = 0; i < 2 * kPage; i++) CHECK(memory[i] == 0xa5);
  return 0;
}
