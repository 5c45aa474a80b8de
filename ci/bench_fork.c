// The least that a trial in a clone can cost: a small C program, of which nothing is executed anew,
// forks, ends and is waited for, on one processor. Prints the median in nanoseconds.
//
// With a file: the child also does what a writer has left to do at its first output. It creates the
// file, writes it in two calls, closes it, and ends by exit(3); the file is removed.
#define _GNU_SOURCE
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { kRounds = 2000, kPayloadBytes = 4096 };

static long long Now(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * 1000000000LL + now.tv_nsec;
}

static int Compare(const void* a, const void* b) {
  const long long x = *(const long long*)a;
  const long long y = *(const long long*)b;
  return (x > y) - (x < y);
}

static void Write(const char* path, const char* payload) {
  const int file = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0644);
  if (write(file, payload, 1) != 1) _exit(1);
  if (write(file, payload + 1, kPayloadBytes - 1) != kPayloadBytes - 1) _exit(1);
  exit(close(file) == 0 ? 0 : 1);
}

int main(int argc, char** argv) {
  static long long spent[kRounds];
  cpu_set_t one;
  CPU_ZERO(&one);
  CPU_SET((size_t)sched_getcpu(), &one);
  if (sched_setaffinity(0, sizeof(one), &one) != 0) return 1;
  char* const payload = malloc(kPayloadBytes);
  if (payload == NULL) return 1;
  memset(payload, 'x', kPayloadBytes);
  for (int i = 0; i < kRounds; ++i) {
    const long long start = Now();
    const pid_t child = fork();
    if (child == 0 && argc > 1) Write(argv[1], payload);
    if (child == 0) _exit(payload[0] == 'x' ? 0 : 1);
    int status = 1;
    if (child < 0 || waitpid(child, &status, 0) != child || status != 0) return 1;
    if (argc > 1 && unlink(argv[1]) != 0) return 1;
    spent[i] = Now() - start;
  }
  qsort(spent, kRounds, sizeof(spent[0]), Compare);
  printf("%lld\n", spent[kRounds / 2]);
  return 0;
}
