/* thread_execs OUT: a thread other than the first calls exec, while the first and a third are at
 * work. thread_execs OUT child: is what comes of it. */
#include <pthread.h>
#include <sched.h>
#include "guest.h"

static char** arguments;
static int fd;
static volatile int busy;

static void* work(void* unused) {
  for (;;) {
    write_fully(fd, "w", 1);
    busy = 1;
  }
  return unused;
}

static void* become(void* unused) {
  char* const child[] = {arguments[0], arguments[1], "child", NULL};
  while (!busy) sched_yield();
  execv(child[0], child);
  _exit(98);
  return unused;
}

int main(int argc, char** argv) {
  CHECK(argc >= 2);
  fd = open(argv[1], O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
  CHECK(fd >= 0);
  if (argc == 3) {
    write_fully(fd, "after exec", 10);
    return 0;
  }
  arguments = argv;
  pthread_t threads[2];
  CHECK(pthread_create(&threads[0], NULL, work, NULL) == 0);
  CHECK(pthread_create(&threads[1], NULL, become, NULL) == 0);
  pthread_join(threads[1], NULL);
  return 97;
}
