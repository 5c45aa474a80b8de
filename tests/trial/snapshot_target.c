// A target that has something which a clone might not have, or might have from another trial.
// snapshot_target WHAT OUT: writes what it found to OUT, with two write calls, the second of which
// is made whole. What each WHAT is for stands in snapshot_runner_test.cpp.
#define _GNU_SOURCE 1
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

static volatile sig_atomic_t handled = 0;
static int out = -1;

static void Handle(int signal) {
  (void)signal;
  ++handled;
}

static void WriteAll(const char* text) {
  size_t left = strlen(text);
  while (left > 0) {
    const ssize_t n = write(out, text, left);
    if (n < 0) exit(1);
    text += n;
    left -= (size_t)n;
  }
}

static void Begin(const char* path) {
  out = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0644);
  if (out < 0) exit(1);
  WriteAll("begun ");
}

static void* DoNothing(void* argument) {
  return argument;
}

static void Raise(const char* path) {
  signal(SIGUSR1, Handle);
  Begin(path);
  raise(SIGUSR1);
  WriteAll(handled == 1 ? "handled" : "not handled");
}

// The clock of a thread is asked for by the id that libc keeps, and refused to other processes.
static void ThreadClock(const char* path) {
  clockid_t clock;
  struct timespec time;
  Begin(path);
  const int found = pthread_getcpuclockid(pthread_self(), &clock);
  WriteAll(found == 0 && clock_gettime(clock, &time) == 0 ? "own" : "another's");
}

// Who holds a lock of his own while the snapshot is taken is another afterwards.
static void HeldLock(const char* path) {
  pthread_mutexattr_t attributes;
  pthread_mutex_t mutex;
  pthread_mutexattr_init(&attributes);
  pthread_mutexattr_settype(&attributes, PTHREAD_MUTEX_RECURSIVE);
  pthread_mutex_init(&mutex, &attributes);
  pthread_mutex_lock(&mutex);
  Begin(path);
  pthread_mutex_lock(&mutex);
  WriteAll("mine");
}

static void Timer(const char* path) {
  struct sigaction action = {.sa_handler = Handle, .sa_flags = SA_RESTART};
  sigaction(SIGALRM, &action, NULL);
  const struct itimerval soon = {{0, 0}, {0, 10000}};
  sigset_t alarm;
  sigset_t before;
  sigemptyset(&alarm);
  sigaddset(&alarm, SIGALRM);
  sigprocmask(SIG_BLOCK, &alarm, &before);
  setitimer(ITIMER_REAL, &soon, NULL);
  Begin(path);
  while (!handled) sigsuspend(&before);
  WriteAll("rang");
}

static void SharedMapping(const char* path) {
  int* const counter =
      mmap(NULL, sizeof(int), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  ++*counter;
  Begin(path);
  ++*counter;
  WriteAll(*counter == 2 ? "two" : "more");
}

static void ProcessId(const char* path) {
  const pid_t before = getpid();
  Begin(path);
  WriteAll(getpid() == before ? "same" : "another");
}

static void Group(const char* path) {
  signal(SIGTERM, Handle);
  Begin(path);
  kill(0, SIGTERM);
  WriteAll(handled == 1 && getpgrp() == getpid() ? "own group" : "another's group");
}

// Flags, length and lock of what it inherited: each must be as if nobody had been here.
static void Inherited(const char* path) {
  Begin(path);
  const int flags = fcntl(1, F_GETFL);
  fcntl(1, F_SETFL, O_APPEND | O_NONBLOCK);
  if (write(1, "said", 4) != 4) exit(1);
  struct stat state;
  fstat(1, &state);
  const int same_file = open("/proc/self/fd/1", O_WRONLY);
  const int locked = flock(same_file, LOCK_EX | LOCK_NB);
  close(same_file);
  flock(1, LOCK_EX | LOCK_NB);
  WriteAll((flags & O_APPEND) == 0 && locked == 0 && state.st_size == 4 ? "fresh" : "used");
}

static void Pipe(const char* path) {
  int ends[2];
  char byte = 0;
  if (pipe(ends) != 0 || write(ends[1], "x", 1) != 1) exit(1);
  Begin(path);
  fcntl(ends[0], F_SETFL, O_NONBLOCK);
  WriteAll(read(ends[0], &byte, 1) == 1 && read(ends[0], &byte, 1) < 0 ? "one byte" : "other");
}

static void Thread(const char* path) {
  pthread_t thread;
  if (pthread_create(&thread, NULL, DoNothing, NULL) != 0) exit(1);
  pthread_join(thread, NULL);
  Begin(path);
  WriteAll("joined");
}

static void ThreadLater(const char* path) {
  Begin(path);
  pthread_t thread;
  if (pthread_create(&thread, NULL, DoNothing, NULL) != 0) exit(1);
  pthread_join(thread, NULL);
  WriteAll("joined");
}

static void ChildLater(const char* path) {
  Begin(path);
  int status = 0;
  const pid_t child = fork();
  if (child == 0) {
    WriteAll("child");
    _exit(0);
  }
  if (waitpid(child, &status, 0) != child || status != 0) exit(1);
}

static void Child(const char* path) {
  const pid_t child = fork();
  if (child == 0) _exit(0);
  if (waitpid(child, NULL, 0) != child) exit(1);
  Begin(path);
}

static void Nothing(const char* path) {
  (void)path;
}

static void LeavesChild(const char* path) {
  Begin(path);
  // Once its faults are over, a trial is as the control: only then does it leave somebody behind.
  if (write(out, "12345678", 8) == 8) return;
  lseek(out, 6, SEEK_SET);
  WriteAll("12345678");
  if (fork() == 0) pause();
}

static void Hangs(const char* path) {
  Begin(path);
  if (write(out, "12345678", 8) != 8) pause();
}

// What a trial knows that is not true of a clone, and that shows under a fault alone.
static void ThreadId(const char* path) {
  const pid_t before = (pid_t)syscall(SYS_gettid);
  Begin(path);
  const ssize_t n = write(out, "12345678", 8);
  if (n == 8) return;
  WriteAll("12345678" + n);
  if (before != (pid_t)syscall(SYS_gettid)) WriteAll("!");
}

// Shoots at what it takes for itself.
static void KillsOldId(const char* path) {
  const pid_t before = (pid_t)syscall(SYS_gettid);
  Begin(path);
  const ssize_t n = write(out, "12345678", 8);
  if (n == 8) return;
  WriteAll("12345678" + n);
  kill(before, SIGKILL);
}

// Under a fault it leaves a file whose name nobody can foretell.
static void RandomName(const char* path) {
  char name[4096];
  snprintf(name, sizeof(name), "%s-XXXXXX", path);
  Begin(path);
  const ssize_t n = write(out, "12345678", 8);
  if (n == 8) return;
  WriteAll("12345678" + n);
  if (mkstemp(name) < 0) exit(1);
}

// Two closes inside libc: of a file that nothing was written to, and of one that something was.
static void ClosesIdle(const char* path) {
  char name[4096];
  snprintf(name, sizeof(name), "%s-idle", path);
  Begin(path);
  FILE* const idle = fopen(name, "w");
  if (idle == NULL || fclose(idle) != 0) exit(1);
  WriteAll("closed");
}

static void ClosesWritten(const char* path) {
  FILE* const stream = fopen(path, "w");
  if (stream == NULL) exit(1);
  out = fileno(stream);
  WriteAll("begun ");
  WriteAll("closed");
  if (fclose(stream) != 0) exit(1);
}

// Tells of the process that opened it, whoever reads it.
static void ProcFile(const char* path) {
  const int maps = open("/proc/self/maps", O_RDONLY);
  Begin(path);
  char byte = 0;
  WriteAll(read(maps, &byte, 1) == 1 ? "read" : "not read");
}

// A copy that the kernel refuses, as it does between two file systems.
static void RefusedCopy(const char* path) {
  loff_t from = 0;
  loff_t to = 6;
  Begin(path);
  WriteAll(copy_file_range(out, &from, out, &to, 6, 0) < 0 ? "refused" : "copied");
}

static void IoUring(const char* path) {
  char parameters[120] = {0};
  syscall(SYS_io_uring_setup, 1, parameters);
  Begin(path);
  WriteAll("asked");
}

int main(int count, char** arguments) {
  static const struct {
    const char* name;
    void (*function)(const char*);
  } kAll[] = {{"raise", Raise},
              {"thread_clock", ThreadClock},
              {"held_lock", HeldLock},
              {"timer", Timer},
              {"shared_mapping", SharedMapping},
              {"process_id", ProcessId},
              {"group", Group},
              {"inherited", Inherited},
              {"pipe", Pipe},
              {"thread", Thread},
              {"thread_later", ThreadLater},
              {"child_later", ChildLater},
              {"child", Child},
              {"nothing", Nothing},
              {"leaves_child", LeavesChild},
              {"hangs", Hangs},
              {"thread_id", ThreadId},
              {"kills_old_id", KillsOldId},
              {"random_name", RandomName},
              {"closes_idle", ClosesIdle},
              {"closes_written", ClosesWritten},
              {"proc_file", ProcFile},
              {"refused_copy", RefusedCopy},
              {"io_uring", IoUring}};
  if (count != 3) return 2;
  for (size_t i = 0; i < sizeof(kAll) / sizeof(kAll[0]); ++i) {
    if (strcmp(arguments[1], kAll[i].name) != 0) continue;
    kAll[i].function(arguments[2]);
    return 0;
  }
  return 2;
}
