/* writes_for_ever OUT: eight threads that never stop to write; the output does not grow. */
#include <pthread.h>
#include "guest.h"

enum { kThreads = 8 };

static int fd;

static void* work(void* unused) {
  for (;;) CHECK(pwrite(fd, "0123456789", 10, 0) > 0);
  return unused;
}

int main(int argc, char** argv) {
  CHECK(argc == 2);
  fd = open(argv[1], O_WRONLY | O_CREAT | O_TRUNC, 0666);
  CHECK(fd >= 0);
  pthread_t threads[kThreads];
  for (int i = 0; i < kThreads; i++) CHECK(pthread_create(&threads[i], NULL, work, NULL) == 0);
  for (int i = 0; i < kThreads; i++) pthread_join(threads[i], NULL);
  return 97;
}
