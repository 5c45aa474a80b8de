/* A handler on an alternate stack of the traditional size, with a guard page below it, writes. */
#include <signal.h>
#include <sys/mman.h>
#include <sys/uio.h>
#include "guest.h"

enum { kStackBytes = 8192, kPage = 4096 };

static int fd;
static volatile sig_atomic_t done;

static void handler(int signal) {
  (void)signal;
  struct iovec vectors[3] = {{"ab", 2}, {"cdef", 4}, {"g", 1}};
  write_fully(fd, "0123456789", 10);
  CHECK(writev(fd, vectors, 3) > 0);
  done = 1;
}

int main(int argc, char** argv) {
  CHECK(argc == 2);
  fd = open_output(argv[1]);
  char* memory =
      mmap(NULL, kStackBytes + kPage, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  CHECK(memory != MAP_FAILED && mprotect(memory, kPage, PROT_NONE) == 0);
  stack_t stack = {.ss_sp = memory + kPage, .ss_size = kStackBytes};
  CHECK(sigaltstack(&stack, NULL) == 0);
  struct sigaction action = {0};
  action.sa_handler = handler;
  action.sa_flags = SA_ONSTACK;
  CHECK(sigaction(SIGUSR1, &action, NULL) == 0);
  CHECK(raise(SIGUSR1) == 0 && done);
  return 0;
}
