/* first_thread_ends OUT: the first thread ends, the second one writes on. */
#include <pthread.h>
#include "guest.h"

static int fd;
static int self_id;

/* From /proc/self/task/PID/stat: the first thread is a zombie until the process ends. */
static int first_has_ended(void) {
  char path[64];
  char line[512] = {0};
  snprintf(path, sizeof(path), "/proc/self/task/%d/stat", self_id);
  int file = open(path, O_RDONLY);
  CHECK(file >= 0);
  CHECK(read(file, line, sizeof(line) - 1) > 0);
  close(file);
  const char* end = strrchr(line, ')');
  return end != NULL && end[2] == 'Z';
}

static void* work(void* unused) {
  while (!first_has_ended()) usleep(100);
  write_fully(fd, "0123456789", 10);
  _exit(0);
  return unused;
}

int main(int argc, char** argv) {
  CHECK(argc == 2);
  self_id = getpid();
  fd = open_output(argv[1]);
  pthread_t thread;
  CHECK(pthread_create(&thread, NULL, work, NULL) == 0);
  pthread_exit(NULL);
}
