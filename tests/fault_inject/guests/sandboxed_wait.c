/* sandboxed_wait: gives up every system call but a wait, on pain of death, and waits. It writes
 * nothing. */
#include <poll.h>

#include "guest.h"
#include "sandbox.h"

int main(void) {
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
