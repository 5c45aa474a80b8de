/* ignored_signals OUT: signals that the process ignores, by default or by choice, come while it
 * waits; a wait that a handler would end for good goes on, as if there had been none. */
#include <signal.h>
#include <sys/epoll.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include "guest.h"

/* The kernel's word that the process waits in epoll_wait, from /proc/PID/syscall. */
static int waits(pid_t process) {
  char path[64];
  char line[256] = {0};
  snprintf(path, sizeof(path), "/proc/%d/syscall", (int)process);
  int file = open(path, O_RDONLY);
  if (file < 0) return 0;
  ssize_t n = read(file, line, sizeof(line) - 1);
  close(file);
  if (n <= 0 || line[0] == 'r') return 0;
#ifdef SYS_epoll_wait
  if (atol(line) == SYS_epoll_wait) return 1;
#endif
  return atol(line) == SYS_epoll_pwait;
}

static void await(pid_t process) {
  while (!waits(process)) {
    if (getppid() != process) _exit(1);
    usleep(100);
  }
}

static void send_signals(pid_t to, int wakes) {
  const int signals[] = {SIGWINCH, SIGUSR1, SIGURG};
  for (int i = 0; i < 30; i++) {
    await(to);
    CHECK(kill(to, signals[i % 3]) == 0);
    usleep(200); /* for variety: sometimes it has been taken by now, sometimes not */
  }
  await(to);
  CHECK(write(wakes, "w", 1) == 1);
  _exit(0);
}

int main(int argc, char** argv) {
  CHECK(argc == 2);
  signal(SIGUSR1, SIG_IGN);
  int ends[2];
  CHECK(pipe(ends) == 0);
  int poller = epoll_create1(0);
  struct epoll_event event = {.events = EPOLLIN};
  CHECK(poller >= 0 && epoll_ctl(poller, EPOLL_CTL_ADD, ends[0], &event) == 0);
  pid_t self = getpid();
  pid_t child = fork();
  if (child == 0) send_signals(self, ends[1]);
  CHECK(epoll_wait(poller, &event, 1, -1) == 1);
  int status;
  CHECK(waitpid(child, &status, 0) == child && status == 0);
  write_fully(open_output(argv[1]), "0123456789", 10);
  return 0;
}
