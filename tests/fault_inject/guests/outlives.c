/* outlives OUT: a child writes after its parent has ended, and its own child after that. */
#include <sched.h>
#include <signal.h>
#include "guest.h"

int main(int argc, char** argv) {
  CHECK(argc == 2);
  int fd = open_output(argv[1]);
  for (int generation = 0; generation < 3; generation++) {
    pid_t parent = getpid();
    write_fully(fd, "0123456789", 10);
    pid_t child = fork();
    CHECK(child >= 0);
    if (child != 0) return 0;
    while (getppid() == parent) sched_yield();
  }
  write_fully(fd, "the last", 8);
  return 0;
}
