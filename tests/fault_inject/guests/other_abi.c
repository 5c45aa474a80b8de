/* other_abi OUT: writes 10 bytes by write(2), and 10 as a 32-bit program would. */
#include <sys/mman.h>
#include <sys/wait.h>
#include "guest.h"
#include "raw_call.h"

int main(int argc, char** argv) {
  CHECK(argc == 2);
  int fd = open_output(argv[1]);
  if (!kHasRawCall) return kCannotShow;
#ifdef MAP_32BIT
  char* low =
      mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);
  CHECK(low != MAP_FAILED);
  memcpy(low, "9876543210", 10);
  /* A kernel that does not know such calls kills whoever makes one. */
  pid_t tries = fork();
  if (tries == 0) _exit(write_as_32_bit(-1, low, 10) == -EBADF ? 0 : 1);
  int status;
  CHECK(waitpid(tries, &status, 0) == tries);
  if (status != 0) return kCannotShow;
  write_fully(fd, "0123456789", 10);
  CHECK(write_as_32_bit(fd, low, 10) == 10);
#endif
  return 0;
}
