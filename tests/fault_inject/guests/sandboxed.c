/* sandboxed OUT: gives up every system call but those that it needs, on pain of death, and then
 * makes a vector call. */
#include <sys/uio.h>

#include "guest.h"
#include "sandbox.h"

int main(int argc, char** argv) {
  CHECK(argc == 2);
  int fd = open_output(argv[1]);
  const struct instruction filter[] = {
      {kLoadNumber, 0, 0, 0}, PERMIT(SYS_write), PERMIT(SYS_writev), PERMIT(SYS_exit_group), KILL};
  ENTER_SANDBOX(filter);
  struct iovec v[3] = {{"abcde", 5}, {"fghij", 5}, {"klmno", 5}};
  ssize_t n = writev(fd, v, 3);
  if (n > 0) n = write(fd, "0123456789", 10);
  _exit(n > 0 ? 0 : 98);
}
