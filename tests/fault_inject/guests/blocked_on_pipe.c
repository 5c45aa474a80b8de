/* blocked_on_pipe OUT restart|plain CALL: stdout is a pipe that is full. The main thread blocks in
 * CALL (write or writev) for 10000 bytes; a helper lets a handled signal interrupt it there, and
 * then reads. With SA_RESTART the call goes on, without it it fails with EINTR and is made again.
 * EXPECT is what it takes in the end. */
#include <pthread.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include "guest.h"

static volatile sig_atomic_t handled;
static volatile sig_atomic_t interrupted;
static int main_id;
static long call_number;

static void handler(int signal) {
  (void)signal;
  handled = 1;
}

/* One of /proc/self/task/TID of the main thread. */
static const char* about_main(const char* file, char* line, size_t size) {
  char path[64];
  snprintf(path, sizeof(path), "/proc/self/task/%d/%s", main_id, file);
  memset(line, 0, size);
  int fd = open(path, O_RDONLY);
  CHECK(fd >= 0 && read(fd, line, size - 1) > 0);
  close(fd);
  return line;
}

/* The kernel's word that the main thread waits in the call. One that a tracer has stopped at its
 * entry is in the call, too, but does not sleep. */
static int waits_in_call(void) {
  char line[512];
  const char* call = about_main("syscall", line, sizeof(line));
  if (call[0] == 'r' || atol(call) != call_number) return 0;
  const char* name_end = strrchr(about_main("stat", line, sizeof(line)), ')');
  return name_end != NULL && name_end[2] == 'S';
}

static void* help(void* how) {
  int restarts = strcmp(how, "restart") == 0;
  while (!waits_in_call()) usleep(100);
  CHECK(syscall(SYS_tgkill, getpid(), main_id, SIGUSR1) == 0);
  while (!handled || (!restarts && !interrupted) || !waits_in_call()) usleep(100);
  int reader = open("/proc/self/fd/1", O_RDONLY | O_CLOEXEC);
  CHECK(reader >= 0);
  char block[4096];
  long left = 65536;
  while (left > 0) {
    ssize_t n = read(reader, block, sizeof(block));
    CHECK(n > 0);
    left -= n;
  }
  close(reader);
  return NULL;
}

static ssize_t call(const char* name, char* bytes) {
  struct iovec v[3] = {{bytes, 3000}, {bytes, 0}, {bytes + 3000, 7000}};
  return strcmp(name, "write") == 0 ? write(1, bytes, 10000) : writev(1, v, 3);
}

int main(int argc, char** argv) {
  CHECK(argc == 4);
  static char block[1 << 20];
  memset(block, 'f', sizeof(block));
  int flags = fcntl(1, F_GETFL);
  CHECK(flags >= 0 && fcntl(1, F_SETFL, flags | O_NONBLOCK) == 0);
  CHECK(write(1, block, sizeof(block)) == 65536);
  CHECK(fcntl(1, F_SETFL, flags) == 0);
  memset(block, 'x', sizeof(block));
  struct sigaction action = {0};
  action.sa_handler = handler;
  action.sa_flags = strcmp(argv[2], "restart") == 0 ? SA_RESTART : 0;
  CHECK(sigaction(SIGUSR1, &action, NULL) == 0);
  main_id = getpid();
  call_number = strcmp(argv[3], "write") == 0 ? SYS_write : SYS_writev;
  pthread_t helper;
  CHECK(pthread_create(&helper, NULL, help, argv[2]) == 0);
  ssize_t n = call(argv[3], block);
  if (action.sa_flags == 0) {
    CHECK(n == -1 && errno == EINTR);
    interrupted = 1;
    n = call(argv[3], block);
  }
  CHECK(handled);
  const char* expected = getenv("EXPECT");
  CHECK(expected != NULL && n == atol(expected));
  CHECK(pthread_join(helper, NULL) == 0);
  return 0;
}
