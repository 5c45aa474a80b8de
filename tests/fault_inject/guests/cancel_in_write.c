/* cancel_in_write: stdout is a pipe that nobody reads. A thread that is blocked in write() on it is
 * cancelled; its clean-ups run, those of its frames included. */
#include <pthread.h>
#include <sys/syscall.h>
#include "guest.h"

static volatile int thread_id;
static volatile int pushed_ran;
static volatile int frame_ran;

static void pushed(void* unused) {
  (void)unused;
  pushed_ran = 1;
}

#ifdef __GLIBC__
static void frame(int* unused) {
  (void)unused;
  frame_ran = 1;
}
#endif

__attribute__((noinline)) static ssize_t write_in_frame(void) {
#ifdef __GLIBC__
  __attribute__((cleanup(frame))) int guard = 0;
  (void)guard;
#else
  frame_ran = 1; /* musl runs no clean-ups of frames */
#endif
  char block[4096] = {0};
  return write(1, block, sizeof(block));
}

static void* work(void* unused) {
  pthread_cleanup_push(pushed, NULL);
  thread_id = (int)syscall(SYS_gettid);
  for (;;) CHECK(write_in_frame() > 0);
  pthread_cleanup_pop(0);
  return unused;
}

/* The kernel's word that the thread sleeps, from /proc/self/task/TID/stat. */
static int sleeps(int id) {
  char path[64];
  char line[512];
  snprintf(path, sizeof(path), "/proc/self/task/%d/stat", id);
  FILE* file = fopen(path, "r");
  if (file == NULL) return 0;
  size_t n = fread(line, 1, sizeof(line) - 1, file);
  fclose(file);
  line[n] = 0;
  const char* end = strrchr(line, ')');
  return end != NULL && end[2] == 'S';
}

int main(void) {
  int flags = fcntl(1, F_GETFL);
  CHECK(flags >= 0 && fcntl(1, F_SETFL, flags | O_NONBLOCK) == 0);
  char block[4096] = {0};
  while (write(1, block, sizeof(block)) > 0) {
  }
  CHECK(errno == EAGAIN && fcntl(1, F_SETFL, flags) == 0);
  pthread_t thread;
  CHECK(pthread_create(&thread, NULL, work, NULL) == 0);
  while (thread_id == 0 || !sleeps(thread_id)) usleep(1000);
  CHECK(pthread_cancel(thread) == 0);
  void* result;
  CHECK(pthread_join(thread, &result) == 0);
  CHECK(result == PTHREAD_CANCELED);
  CHECK(pushed_ran);
  CHECK(frame_ran);
  return 0;
}
