/* registers_kept OUT: stdout is a stream socket. A system call leaves the registers of all its six
 * arguments as they were, cut or answered without the kernel; compilers and Go rely on it. */
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include "guest.h"
#include "raw_call.h"

static char letters[] = "abcdefghijklmnopqrstuvwxyz";

/* The result of the call; its unused arguments hold values of their own. */
static long checked(long number, long first, long second, long third, long fourth) {
  const long given[6] = {first, second, third, fourth, 0, 0x6666};
  struct raw_call call = {.number = number};
  memcpy(call.arguments, given, sizeof(given));
  make_raw_call(&call);
  for (int i = 0; i < 6; i++) {
    if (call.arguments[i] == given[i]) continue;
    dprintf(2, "call %ld: argument %d was %lx and is %lx\n", number, i, given[i],
            call.arguments[i]);
    _exit(98);
  }
  return call.result;
}

int main(int argc, char** argv) {
  CHECK(argc == 2);
  if (!kHasRawCall) return kCannotShow;
  int fd = open(argv[1], O_RDWR | O_CREAT | O_TRUNC, 0666);
  CHECK(fd >= 0);
  const struct iovec v[4] = {{letters, 5}, {letters, 0}, {letters + 5, 15}, {letters + 20, 6}};
  const struct msghdr message = {.msg_iov = (struct iovec*)v, .msg_iovlen = 4};
  struct msghdr before = message;
  long cut = checked(SYS_write, fd, (long)letters, 26, 0x4444);
  CHECK(cut == 7 || cut == -ENOSPC);
  CHECK(checked(SYS_pwrite64, fd, (long)letters, 26, 0) == cut);
  CHECK(checked(SYS_writev, fd, (long)v, 4, 0x4444) == cut);
  CHECK(checked(SYS_writev, fd, (long)v, 4, 0x4444) == cut);
  CHECK(checked(SYS_pwritev, fd, (long)v, 4, 0) == cut);
  if (cut == 7) {
    CHECK(checked(SYS_sendmsg, 1, (long)&message, MSG_NOSIGNAL, 0x4444) == cut);
    CHECK(checked(SYS_sendto, 1, (long)letters, 26, 0) == cut);
  }
  CHECK(memcmp(&before, &message, sizeof(before)) == 0);
  CHECK(v[0].iov_len == 5 && v[1].iov_len == 0 && v[2].iov_len == 15 && v[3].iov_len == 6);
  return 0;
}
