/* A handler writes to the output while the main program is writing to it, again and again, also
 * from inside of write calls. Every byte arrives. */
#include <signal.h>
#include <sys/time.h>
#include "guest.h"

static int fd;
static volatile sig_atomic_t runs;

static void handler(int signal) {
  (void)signal;
  int saved = errno;
  if (runs < 200) {
    write_fully(fd, "h", 1);
    runs++;
  }
  errno = saved;
}

int main(int argc, char** argv) {
  CHECK(argc == 2);
  fd = open_output(argv[1]);
  struct sigaction action = {0};
  action.sa_handler = handler;
  action.sa_flags = SA_RESTART;
  CHECK(sigaction(SIGALRM, &action, NULL) == 0);
  struct itimerval often = {{0, 200}, {0, 200}};
  CHECK(setitimer(ITIMER_REAL, &often, NULL) == 0);
  int written = 0;
  while (runs < 200) {
    if (written < 1000) {
      write_fully(fd, "mm", 2);
      written++;
    }
  }
  struct itimerval never = {{0, 0}, {0, 0}};
  CHECK(setitimer(ITIMER_REAL, &never, NULL) == 0);
  for (; written < 1000; written++) write_fully(fd, "mm", 2);
  return 0;
}
