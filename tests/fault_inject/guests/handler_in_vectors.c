/* handler_in_vectors OUT: a signal whose handler writes comes to every thread around its first
 * vector call. The vectors' bytes are a to o, the handlers' is h. */
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <sys/uio.h>
#include "guest.h"

enum { kThreads = 50 };

static int fd;
static volatile sig_atomic_t handled;

static void handler(int signal) {
  (void)signal;
  int saved = errno;
  write_fully(fd, "h", 1);
  errno = saved;
  handled = 1;
}

static void* work(void* unused) {
  struct iovec v[3] = {{"abcde", 5}, {"fghij", 5}, {"klmno", 5}};
  ssize_t n = writev(fd, v, 3);
  CHECK(n == 7 || n == 15);
  while (!handled) sched_yield();
  return unused;
}

int main(int argc, char** argv) {
  CHECK(argc == 2);
  fd = open_output(argv[1]);
  struct sigaction action = {0};
  action.sa_handler = handler;
  action.sa_flags = SA_RESTART;
  CHECK(sigaction(SIGUSR1, &action, NULL) == 0);
  for (int i = 0; i < kThreads; i++) {
    pthread_t thread;
    handled = 0;
    CHECK(pthread_create(&thread, NULL, work, NULL) == 0);
    CHECK(pthread_kill(thread, SIGUSR1) == 0);
    CHECK(pthread_join(thread, NULL) == 0);
  }
  return 0;
}
