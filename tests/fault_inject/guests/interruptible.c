/* interruptible OUT HOW: sets signals up in the given way and calls write once, for 10 bytes. OUT
 * "-" is stdout. Checks that its handlers ran as often as the environment variable RUNS says. */
#include <signal.h>
#include <sys/socket.h>
#include <sys/time.h>
#include "guest.h"

static volatile sig_atomic_t runs;

static void handler(int signal) {
  (void)signal;
  runs++;
}
static void other_handler(int signal) {
  (void)signal;
  runs++;
}

static void install(int signal, void (*function)(int), int flags) {
  struct sigaction action = {0};
  action.sa_handler = function;
  action.sa_flags = flags;
  CHECK(sigaction(signal, &action, NULL) == 0);
}

int main(int argc, char** argv) {
  CHECK(argc == 3);
  const char* how = argv[2];
  if (strcmp(how, "plain") == 0) install(SIGALRM, handler, 0);
  if (strcmp(how, "restart") == 0) install(SIGALRM, handler, SA_RESTART);
  if (strcmp(how, "timed") == 0) { /* a socket whose timeout undoes SA_RESTART */
    install(SIGALRM, handler, SA_RESTART);
    struct timeval timeout = {.tv_sec = 60};
    CHECK(setsockopt(1, SOL_SOCKET, SO_SNDTIMEO, &timeout, sizeof(timeout)) == 0);
  }
  if (strcmp(how, "ignored") == 0) install(SIGALRM, SIG_IGN, 0);
  if (strcmp(how, "ending") == 0) install(SIGTERM, handler, 0);
  if (strcmp(how, "shared") == 0) {
    install(SIGTERM, handler, SA_RESTART);
    install(SIGUSR1, handler, 0);
  }
  if (strcmp(how, "beside") == 0) {
    install(SIGTERM, handler, 0);
    install(SIGUSR1, other_handler, 0);
  }
  if (strcmp(how, "siginfo") == 0) install(SIGCHLD, handler, SA_SIGINFO);
  if (strcmp(how, "realtime") == 0) install(SIGRTMAX, handler, 0);
  if (strcmp(how, "blocked") == 0) {
    install(SIGALRM, handler, 0);
    sigset_t mask;
    sigemptyset(&mask);
    sigaddset(&mask, SIGALRM);
    CHECK(sigprocmask(SIG_BLOCK, &mask, NULL) == 0);
  }
  ssize_t n = write(strcmp(argv[1], "-") == 0 ? 1 : open_output(argv[1]), "0123456789", 10);
  CHECK(n == 10 || (n == -1 && (errno == EINTR || errno == EAGAIN)));
  const char* expected = getenv("RUNS");
  CHECK(runs == (expected == NULL ? 0 : atoi(expected)));
  return 0;
}
