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

int RunChild(pid_t parent, Session session, const std::function<int()>& body) {
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

// Passes the stop signals on until the child has ended; returns its wait status. They are waited
// for, blocked, and not handled: a handler can run between the look at the child and the wait.
// Who else ends here was adopted: its workers (worker_process.h), and orphans.
int GuardChild(pid_t child, sigset_t stops) {
  sigset_t awaited = stops;
  sigaddset(&awaited, SIGCHLD);
  int status = 0;
  pid_t ended = 0;
  while ((ended = waitpid(-1, &status, WNOHANG)) != child) {
    if (ended > 0) continue;
    const int signal = sigwaitinfo(&awaited, nullptr);
    if (signal > 0 && sigismember(&stops, signal) == 1) kill(child, signal);
  }
  return status;
}

}  // namespace

int RunSupervised(Session session, const std::function<int()>& body) {
  const pid_t parent = getpid();
  FillStandardDescriptors();
  fflush(nullptr);
  prctl(PR_SET_CHILD_SUBREAPER, 1);
  // A caller who ignores SIGCHLD would make the kernel throw the child's status away (wait(2)).
  signal(SIGCHLD, SIG_DFL);
  const sigset_t stops = StopSignals();
  sigset_t blocked = stops;
  sigaddset(&blocked, SIGCHLD);
  sigset_t before;
  sigprocmask(SIG_BLOCK, &blocked, &before);
  const pid_t child = fork();
  if (child < 0) {
    fmt::print(stderr, "shortwrite: cannot fork: {}\n", strerror(errno));
    return kHarnessFailed;
  }
  if (child == 0) {
    InstallStopHandlers();
    sigprocmask(SIG_SETMASK, &before, nullptr);
    // _exit: what the parent registered to run at its end is not the child's.
    _exit(RunChild(parent, session, body));
  }
  const int status = GuardChild(child, stops);
  if (WIFEXITED(status)) {
    // What a worker that was killed had started, and nobody could tell for ours.
    if (session == Session::kOwn) KillDescendants();
    return WEXITSTATUS(status);
  }
  KillDescendants();
  CleanStaleWorkspaces();
  fmt::print(stderr,
             "shortwrite: ended by signal {}; its targets are killed and its files removed\n",
             WTERMSIG(status));
  return kHarnessFailed;
}

}  // namespace shortwrite
