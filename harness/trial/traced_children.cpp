#include "harness/trial/traced_children.h"

#include <signal.h>

#include "fault_inject/syscall/tracer.h"
#include "harness/trial/alarm.h"

namespace shortwrite {
namespace {

using std::chrono::milliseconds;

void Ignore(int) {}

}  // namespace

TracedChildren::TracedChildren(fault_inject::Tracer& tracer) : tracer_(tracer) {
  struct sigaction action = {};
  action.sa_handler = Ignore;  // no SA_RESTART: the wait must end
  sigaction(SIGALRM, &action, nullptr);
  sigset_t alarm;
  sigemptyset(&alarm);
  sigaddset(&alarm, SIGALRM);
  sigprocmask(SIG_UNBLOCK, &alarm, nullptr);
}

bool TracedChildren::WaitFor(pid_t target, milliseconds limit, TargetEnd& end) {
  const Alarm alarm(limit);
  int status = 0;
  const auto until = std::chrono::steady_clock::now() + limit;
  if (tracer_.Run(target, until, status) != fault_inject::Tracer::Wake::kEnded) return false;
  end = EndOf(status);
  return true;
}

bool TracedChildren::Linger(milliseconds moment) {
  constexpr pid_t kNobody = -1;
  const Alarm alarm(moment);
  int status = 0;
  const auto until = std::chrono::steady_clock::now() + moment;
  return tracer_.Run(kNobody, until, status) != fault_inject::Tracer::Wake::kNobodyLeft;
}

}  // namespace shortwrite
