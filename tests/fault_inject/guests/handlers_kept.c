/* No signal is caught, ignored or blocked that the guest does not catch, ignore or block itself. */
#include <signal.h>
#include "guest.h"

static void check_signals(void) {
  sigset_t mask;
  CHECK(sigprocmask(SIG_BLOCK, NULL, &mask) == 0);
  for (int signal = 1; signal < 65; signal++) {
    struct sigaction action;
    if (sigaction(signal, NULL, &action) != 0) continue; /* libc's own */
    CHECK(action.sa_handler == SIG_DFL);
    CHECK(sigismember(&mask, signal) != 1);
  }
}

int main(int argc, char** argv) {
  CHECK(argc == 2);
  check_signals();
  int fd = open_output(argv[1]);
  for (int i = 0; i < 20; i++) {
    ssize_t n = write(fd, "0123456789", 10);
    CHECK(n > 0 || errno == EINTR || errno == ENOSPC);
    check_signals();
  }
  return 0;
}
