/* one_call OUT CALL [SOURCE]: makes the call once for the 26 letters (copy calls: from SOURCE) and
 * checks that it returned what the environment variable EXPECT says. Vectors are {5, 0, 15, 6} of
 * them, unless CALL says otherwise. */
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include "guest.h"

static char letters[] = "abcdefghijklmnopqrstuvwxyz";

static ssize_t vector_call(int fd, const char* call) {
  struct iovec v[4] = {{letters, 5}, {letters, 0}, {letters + 5, 15}, {letters + 20, 6}};
  if (strcmp(call, "writev") == 0) return writev(fd, v, 4);
  if (strcmp(call, "pwritev") == 0) return pwritev(fd, v, 4, 0);
  if (strcmp(call, "pwritev64") == 0) return pwritev64(fd, v, 4, 0);
#ifdef __GLIBC__
  if (strcmp(call, "pwritev2") == 0) return pwritev2(fd, v, 4, 0, 0);
  if (strcmp(call, "pwritev2_append") == 0) return pwritev2(fd, v, 4, -1, 0);
#endif
  return -2;
}

static ssize_t copy_call(int fd, const char* call, const char* source) {
  int in = open(source, O_RDONLY);
  CHECK(in >= 0);
  if (strcmp(call, "sendfile") == 0) return sendfile(fd, in, NULL, 0x7ffff000);
  if (strcmp(call, "copy_file_range") == 0) return copy_file_range(in, NULL, fd, NULL, 1 << 30, 0);
  if (strcmp(call, "copy_file_range_at") == 0) {
    off_t from = 0;
    off_t to = 0;
    ssize_t n = copy_file_range(in, &from, fd, &to, 1 << 30, 0);
    CHECK(n < 0 || (from == n && to == n));
    return n;
  }
  if (strcmp(call, "splice") == 0) {
    int ends[2];
    CHECK(pipe(ends) == 0);
    CHECK(splice(in, NULL, ends[1], NULL, 26, 0) == 26);
    return splice(ends[0], NULL, fd, NULL, 1 << 16, 0);
  }
  return -2;
}

static ssize_t socket_call(const char* call) {
  struct iovec v[4] = {{letters, 5}, {letters, 0}, {letters + 5, 15}, {letters + 20, 6}};
  struct msghdr message = {.msg_iov = v, .msg_iovlen = 4};
  struct mmsghdr messages[3];
  memset(messages, 0, sizeof(messages));
  for (int i = 0; i < 3; i++) {
    messages[i].msg_hdr.msg_iov = v;
    messages[i].msg_hdr.msg_iovlen = 4;
  }
  if (strcmp(call, "send_own") == 0) {
    int ends[2]; /* not an output: a socket of the guest's own */
    CHECK(socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == 0);
    return send(ends[0], letters, 26, 0);
  }
  if (strcmp(call, "send") == 0) return send(1, letters, 26, 0);
  if (strcmp(call, "send_dontwait") == 0) return send(1, letters, 26, MSG_DONTWAIT);
  if (strcmp(call, "sendto") == 0) return sendto(1, letters, 26, 0, NULL, 0);
  if (strcmp(call, "sendmsg") == 0) return sendmsg(1, &message, 0);
  if (strcmp(call, "sendmmsg") == 0) return sendmmsg(1, messages, 3, 0);
  return -2;
}

static ssize_t pipe_call(const char* call) {
  struct iovec v[4] = {{letters, 5}, {letters, 0}, {letters + 5, 15}, {letters + 20, 6}};
  if (strcmp(call, "stdout_write") == 0) return write(1, letters, 26);
  if (strcmp(call, "stdout_large") == 0) {
    static char block[10000];
    memset(block, 'x', sizeof(block));
    return write(1, block, sizeof(block));
  }
  if (strcmp(call, "vmsplice") == 0) return vmsplice(1, v, 4, 0);
  if (strcmp(call, "tee") == 0) {
    int ends[2];
    CHECK(pipe(ends) == 0 && write(ends[1], letters, 26) == 26);
    return tee(ends[0], 1, 1 << 16, 0);
  }
  return -2;
}

int main(int argc, char** argv) {
  CHECK(argc >= 3);
  const char* call = argv[2];
  int fd = open(argv[1], O_RDWR | O_CREAT | O_TRUNC, 0666);
  CHECK(fd >= 0);
  ssize_t n = -2;
  if (strcmp(call, "write") == 0) n = write(fd, letters, 26);
  if (strcmp(call, "pwrite") == 0) n = pwrite(fd, letters, 26, 0);
  if (strcmp(call, "pwrite64") == 0) n = pwrite64(fd, letters, 26, 0);
  if (n == -2) n = vector_call(fd, call);
  if (n == -2) n = socket_call(call);
  if (n == -2) n = pipe_call(call);
  if (n == -2 && argc > 3) n = copy_call(fd, call, argv[3]);
  CHECK(n != -2);
  const char* expected = getenv("EXPECT");
  CHECK(expected != NULL);
  if (n != atol(expected)) {
    dprintf(2, "%s returned %ld (errno %d), expected %s\n", call, (long)n, errno, expected);
    return 97;
  }
  return 0;
}
