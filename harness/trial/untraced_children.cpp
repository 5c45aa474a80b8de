#include "harness/trial/untraced_children.h"

#include <poll.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cerrno>

namespace shortwrite {
namespace {

using std::chrono::milliseconds;

void Pause(milliseconds duration) {
  const timespec time = {duration.count() / 1000, duration.count() % 1000 * 1000000};
  nanosleep(&time, nullptr);
}

bool Reap(pid_t target, TargetEnd& end) {
  int status = 0;
  if (waitpid(target, &status, WNOHANG) != target) return false;
  end = EndOf(status);
  return true;
}

}  // namespace

TargetEnd EndOf(int wait_status) {
  if (WIFEXITED(wait_status)) return {TargetEnd::Kind::kExited, WEXITSTATUS(wait_status)};
  return {TargetEnd::Kind::kSignaled, WTERMSIG(wait_status)};
}

bool UntracedChildren::WaitFor(pid_t target, milliseconds limit, TargetEnd& end) {
  if (target != target_) {
    // glibc 2.36 declares pidfd_open without C linkage.
    pidfd_ = UniqueFd(static_cast<int>(syscall(SYS_pidfd_open, target, 0)));
    target_ = target;
  }
  if (Reap(target, end)) return true;
  if (pidfd_.valid()) {
    pollfd waiting = {pidfd_.get(), POLLIN, 0};
    (void)poll(&waiting, 1, static_cast<int>(limit.count()));
  } else {
    Pause(limit);  // no descriptor left for it
  }
  return Reap(target, end);
}

bool UntracedChildren::Linger(milliseconds moment) {
  while (waitpid(-1, nullptr, WNOHANG) > 0) {
  }
  siginfo_t info = {};
  if (waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) != 0 && errno == ECHILD) return false;
  Pause(moment);
  return true;
}

}  // namespace shortwrite
