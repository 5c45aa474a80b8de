#include "harness/trial/supervisor.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

#include "harness/trial/process_tree.h"
#include "harness/trial/watch.h"
#include "harness/trial/workspace.h"

namespace shortwrite {
namespace {

constexpr int kHarnessFailed = 3;

volatile sig_atomic_t child_pid = 0;

void PassOn(int signal) {
  const int saved_errno = errno;
  if (child_pid > 0) kill(child_pid, signal);
  errno = saved_errno;
}

int RunChild(pid_t parent, Session session, const std::function<int()>& body) {
  InstallStopHandlers();
  if (session == Session::kOwn) setsid();
  prctl(PR_SET_PDEATHSIG, SIGTERM);
  // The parent may have died before the line above.
  if (getppid() != parent) raise(SIGTERM);
  const int status = body();
  fflush(nullptr);
  return status;
}

// Started without one of them, our next open would get its number, and a target's stream with it.
void FillStandardDescriptors() {
  for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; ++fd) {
    if (fcntl(fd, F_GETFD) < 0) (void)open("/dev/null", O_RDWR);
  }
}

}  // namespace

int RunSupervised(Session session, const std::function<int()>& body) {
  const pid_t parent = getpid();
  FillStandardDescriptors();
  fflush(nullptr);
  prctl(PR_SET_CHILD_SUBREAPER, 1);
  // Until the handlers know the child, a signal must wait.
  sigset_t stops;
  sigset_t before;
  sigemptyset(&stops);
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) sigaddset(&stops, signal);
  sigprocmask(SIG_BLOCK, &stops, &before);
  const pid_t child = fork();
  if (child < 0) {
    fmt::print(stderr, "shortwrite: cannot fork: {}\n", strerror(errno));
    return kHarnessFailed;
  }
  if (child == 0) {
    // _exit: what the parent registered to run at its end is not the child's.
    sigprocmask(SIG_SETMASK, &before, nullptr);
    _exit(RunChild(parent, session, body));
  }
  child_pid = child;
  struct sigaction action = {};
  action.sa_handler = PassOn;
  action.sa_flags = SA_RESTART;
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) sigaction(signal, &action, nullptr);
  sigprocmask(SIG_SETMASK, &before, nullptr);

  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  if (WIFEXITED(status)) return WEXITSTATUS(status);
  KillDescendants();
  CleanStaleWorkspaces();
  fmt::print(stderr,
             "shortwrite: ended by signal {}; its targets are killed and its files removed\n",
             WTERMSIG(status));
  return kHarnessFailed;
}

}  // namespace shortwrite
