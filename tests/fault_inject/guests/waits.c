/* waits OUT: a byte, then a wait, for each way to wait; then a byte after which another thread
 * waits, and one after which nobody does. Every wait must say what there is to say, also before
 * any library has been set up. */
#include "guest.h"

#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/select.h>
#include <time.h>

static int out;
static int ends[2];
static const struct timespec soon = {0, 1000};
static const struct timespec at_once = {0, 0};

static void put(char byte) {
  write_fully(out, &byte, 1);
}

static struct pollfd readable(void) {
  struct pollfd file = {.fd = ends[0], .events = POLLIN};
  return file;
}

static void polls(void) {
  sigset_t none;
  sigemptyset(&none);
  struct pollfd file = readable();
  put('a');
  CHECK(poll(&file, 1, 0) == 0);
  put('b');
  CHECK(ppoll(&file, 1, &soon, &none) == 0);
  put('c');
  CHECK(write(ends[1], "x", 1) == 1);
  CHECK(poll(&file, 1, -1) == 1 && file.revents == POLLIN);
}

static void selects(void) {
  sigset_t none;
  sigemptyset(&none);
  fd_set set;
  FD_ZERO(&set);
  FD_SET(ends[0], &set);
  struct timeval while_ = {5, 0};
  put('d');
  CHECK(select(ends[0] + 1, &set, NULL, NULL, &while_) == 1 && FD_ISSET(ends[0], &set));
  put('e');
  CHECK(pselect(ends[0] + 1, &set, NULL, NULL, &at_once, &none) == 1);
  errno = 0;
  put('f');
  CHECK(select(-1, NULL, NULL, NULL, NULL) == -1 && errno == EINVAL);
}

static void epolls(void) {
  struct epoll_event event = {.events = EPOLLIN, .data.u64 = 77};
  int epoll = epoll_create1(EPOLL_CLOEXEC);
  CHECK(epoll >= 0 && epoll_ctl(epoll, EPOLL_CTL_ADD, ends[0], &event) == 0);
  event.data.u64 = 0;
  put('g');
  CHECK(epoll_wait(epoll, &event, 1, -1) == 1 && event.data.u64 == 77);
  put('h');
  CHECK(epoll_pwait(epoll, &event, 1, 0, NULL) == 1);
  close(epoll);
}

static void* poll_elsewhere(void* nothing) {
  struct pollfd file = readable();
  CHECK(poll(&file, 1, -1) == 1);
  return nothing;
}

static void wait_early(void) {
  sigset_t all;
  sigfillset(&all);
  struct timeval while_ = {0, 1000};
  struct epoll_event event;
  CHECK(poll(NULL, 0, 1) == 0 && ppoll(NULL, 0, &soon, &all) == 0);
  CHECK(select(0, NULL, NULL, NULL, &while_) == 0);
  CHECK(pselect(0, NULL, NULL, NULL, &soon, &all) == 0);
  errno = 0;
  CHECK(select(-1, NULL, NULL, NULL, NULL) == -1 && errno == EINVAL);
  errno = 0;
  CHECK(epoll_wait(-1, &event, 1, 0) == -1 && errno == EBADF);
}

__attribute__((section(".preinit_array"),
               used)) static void (*const before_libraries)(void) = wait_early;

int main(int argc, char** argv) {
  CHECK(argc == 2 && pipe(ends) == 0);
  out = open_output(argv[1]);
  polls();
  selects();
  epolls();
  pthread_t other;
  put('i');
  CHECK(pthread_create(&other, NULL, poll_elsewhere, NULL) == 0);
  CHECK(pthread_join(other, NULL) == 0);
  put('j');
  return 0;
}
