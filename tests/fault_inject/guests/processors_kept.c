/* Asks how many processors it may use: a thread without asking the scheduler, then the first thread
 * and a child by sched_getaffinity(2). A thread that was given one processor keeps to it. */
#include <pthread.h>
#include <sched.h>
#include <sys/wait.h>
#include "guest.h"

static int fd;
static int expected;

static int asked(void) {
  cpu_set_t set;
  CHECK(sched_getaffinity(0, sizeof(set), &set) == 0);
  return CPU_COUNT(&set);
}

/* From /proc: the mask's bits, hexadecimal with commas. */
static int unasked(void) {
  static const char key[] = "Cpus_allowed:";
  FILE* file = fopen("/proc/thread-self/status", "re");
  char line[4096];
  int count = 0;
  CHECK(file != NULL);
  while (fgets(line, sizeof(line), file) != NULL) {
    if (strncmp(line, key, sizeof(key) - 1) != 0) continue;
    for (const char* digit = line + sizeof(key) - 1; *digit != '\0'; digit++) {
      if (*digit == ',' || *digit == '\t' || *digit == '\n') continue;
      char text[2] = {*digit, '\0'};
      count += __builtin_popcountl(strtoul(text, NULL, 16));
    }
  }
  fclose(file);
  return count;
}

static void* in_thread(void* argument) {
  write_fully(fd, "thread ", 7);
  CHECK(unasked() == expected);
  return argument;
}

static void pin(void) {
  cpu_set_t one;
  CPU_ZERO(&one);
  CPU_SET((size_t)sched_getcpu(), &one);
  CHECK(sched_setaffinity(0, sizeof(one), &one) == 0);
}

static void ask_then_pin(void) {
  write_fully(fd, "asks ", 5);
  CHECK(asked() == expected);
  pin();
  write_fully(fd, "pins ", 5);
  CHECK(asked() == 1 && unasked() == 1);
  _exit(0);
}

static void pin_at_once(void) {
  pin();
  write_fully(fd, "pinned ", 7);
  CHECK(unasked() == 1);
  _exit(0);
}

static void run_child(void (*body)(void)) {
  int status;
  pid_t child = fork();
  CHECK(child >= 0);
  if (child == 0) body();
  CHECK(waitpid(child, &status, 0) == child && status == 0);
}

int main(int argc, char** argv) {
  pthread_t thread;
  CHECK(argc == 3);
  expected = atoi(argv[2]);
  fd = open_output(argv[1]);
  write_fully(fd, "first ", 6);
  run_child(ask_then_pin);
  run_child(pin_at_once);
  CHECK(pthread_create(&thread, NULL, in_thread, NULL) == 0);
  CHECK(pthread_join(thread, NULL) == 0);
  CHECK(unasked() == expected);
  run_child(ask_then_pin);
  return 0;
}
