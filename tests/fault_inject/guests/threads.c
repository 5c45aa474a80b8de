/* Eight threads write to one output. Each write is a letter of its thread, 4 times. */
#include <pthread.h>
#include "guest.h"

enum { kThreads = 8, kWrites = 1000, kBytes = 4 };

static int fd;

static void* work(void* argument) {
  char block[kBytes];
  memset(block, *(const char*)argument, sizeof(block));
  for (int i = 0; i < kWrites; i++) write_fully(fd, block, sizeof(block));
  return NULL;
}

int main(int argc, char** argv) {
  CHECK(argc == 2);
  fd = open_output(argv[1]);
  pthread_t threads[kThreads];
  char letters[kThreads];
  for (int i = 0; i < kThreads; i++) {
    letters[i] = (char)('a' + i);
    CHECK(pthread_create(&threads[i], NULL, work, &letters[i]) == 0);
  }
  for (int i = 0; i < kThreads; i++) CHECK(pthread_join(threads[i], NULL) == 0);
  return 0;
}
