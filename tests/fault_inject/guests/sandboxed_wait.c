/* sandboxed_wait OUT: writes a few bytes, gives up every system call but a wait, on pain of death,
 * and waits. */
#include <poll.h>

#include "guest.h"
#include "sandbox.h"

int main(int argc, char** argv) {
  CHECK(argc == 2);
  write_fully(open_output(argv[1]), "01234", 5);
  const struct instruction filter[] = {{kLoadNumber, 0, 0, 0},
#ifdef SYS_poll
                                       PERMIT(SYS_poll),
#endif
                                       PERMIT(SYS_ppoll),
                                       PERMIT(SYS_exit_group),
                                       KILL};
  ENTER_SANDBOX(filter);
  _exit(poll(NULL, 0, 1) == 0 ? 0 : 98);
}
