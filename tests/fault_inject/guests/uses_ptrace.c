/* uses_ptrace OUT: tries to trace a child of its own, both ways, and says what came of it in its
 * exit status: bit 1: PTRACE_TRACEME was refused, bit 2: PTRACE_SEIZE was. Writes 10 bytes. */
#include <signal.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include "guest.h"

int main(int argc, char** argv) {
  CHECK(argc == 2);
  write_fully(open_output(argv[1]), "0123456789", 10);
  pid_t asks = fork();
  if (asks == 0) _exit(ptrace(PTRACE_TRACEME, 0, NULL, NULL) == 0 ? 0 : 1);
  int status;
  CHECK(waitpid(asks, &status, 0) == asks && WIFEXITED(status));
  int result = WEXITSTATUS(status);
  int ends[2];
  CHECK(pipe(ends) == 0);
  pid_t waits = fork();
  if (waits == 0) {
    char byte;
    close(ends[1]);
    _exit(read(ends[0], &byte, 1) == 0 ? 0 : 1);
  }
  if (ptrace(PTRACE_SEIZE, waits, NULL, NULL) != 0) result |= 2;
  close(ends[1]);
  CHECK(waitpid(waits, &status, 0) == waits);
  return result;
}
