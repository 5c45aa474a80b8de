/* stops OUT: a child of two threads stops itself while the second one counts and writes; its parent
 * sees it stopped, and standing still, and lets it go on. */
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include "guest.h"

enum { kLooks = 500 };

static volatile long* shared; /* 0: how far the second thread is; 1: it may end */
static int fd;

static void* count(void* unused) {
  while (!shared[1]) {
    shared[0]++;
    write_fully(fd, "c", 1);
  }
  return unused;
}

static int child(void) {
  pthread_t thread;
  CHECK(pthread_create(&thread, NULL, count, NULL) == 0);
  while (shared[0] == 0) sched_yield();
  CHECK(raise(SIGSTOP) == 0);
  shared[1] = 1;
  CHECK(pthread_join(thread, NULL) == 0);
  write_fully(fd, "end\n", 4);
  return 0;
}

int main(int argc, char** argv) {
  CHECK(argc == 2);
  fd = open_output(argv[1]);
  shared = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  CHECK(shared != MAP_FAILED);
  pid_t pid = fork();
  if (pid == 0) _exit(child());
  int status;
  CHECK(waitpid(pid, &status, WUNTRACED) == pid && WIFSTOPPED(status));
  CHECK(WSTOPSIG(status) == SIGSTOP);
  long before = shared[0];
  /* Each write is a stop of the parent's own, at which a child might be let go by mistake. */
  for (int i = 0; i < kLooks; i++) {
    write_fully(fd, "p", 1);
    CHECK(shared[0] == before);
  }
  CHECK(kill(pid, SIGCONT) == 0);
  CHECK(waitpid(pid, &status, 0) == pid && status == 0);
  return 0;
}
