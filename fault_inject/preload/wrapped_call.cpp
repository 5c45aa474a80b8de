#include "fault_inject/preload/wrapped_call.h"

#include <errno.h>
#include <signal.h>
#include <sys/epoll.h>

#include "fault_inject/edge_trigger.h"
#include "fault_inject/handlers.h"
#include "fault_inject/preload/attach.h"
#include "fault_inject/process_names.h"
#include "fault_inject/raw_syscall.h"
#include "fault_inject/waits.h"

namespace shortwrite::fault_inject {
namespace {

int OwnInterruptingSignal(void*, bool any_handler) {
  uint64_t blocked = 0;
  RawSyscall(SYS_rt_sigprocmask, SIG_BLOCK, 0, AsArgument(&blocked), sizeof(blocked));
  CaughtSignals caught;
  for (int signal = 1; signal <= kSignalsMax; ++signal) {
    KernelSigaction action = {};
    if (RawSyscall(SYS_rt_sigaction, signal, 0, AsArgument(&action), sizeof(uint64_t)) == 0) {
      caught.Set(signal, action);
    }
  }
  return InterruptingSignal(caught, blocked, any_handler);
}

// Of the thread that runs this, as its last recorded call has it; 0: none was. Asking anew is a
// system call. A child of fork has its parent's until it writes itself. Lies where the loader has
// room from the start, so that finding it is no call.
__attribute__((tls_model("initial-exec"))) __thread uint32_t own_thread = 0;

void IdentifySelf(void*, TraceRecord& record) {
  record.process = static_cast<uint32_t>(RawSyscall(SYS_getpid));
  record.thread = own_thread = static_cast<uint32_t>(RawSyscall(SYS_gettid));
  // A child of fork attaches to nothing; it is met when it writes.
  if (IsNamed(*region, record.process)) return;
  NameProcess(*region, record.process, static_cast<uint32_t>(&record - region->trace),
              program_name);
}

Caller CallerAt(const void* caller) {
  const auto address = reinterpret_cast<uintptr_t>(caller);
  const bool in_program = address >= program_begin && address < program_end;
  return {.context = nullptr,
          .interrupting_signal = OwnInterruptingSignal,
          .identify = IdentifySelf,
          .address = in_program ? address - program_begin : address,
          .in_program = in_program};
}

void Rearm(uint64_t inode) {
  constexpr uint32_t kRoom = 8;
  EdgeRegistration found[kRoom];
  const uint32_t count = FindEdgeRegistrations("self", inode, found, kRoom);
  for (uint32_t i = 0; i < count; ++i) {
    epoll_event event = {};
    event.events = found[i].events;
    event.data.u64 = found[i].data;
    RawSyscall(SYS_epoll_ctl, found[i].epoll, EPOLL_CTL_MOD, found[i].descriptor,
               AsArgument(&event));
  }
}

}  // namespace

// Without a system call: a sandbox may allow its program to wait, and little else.
void EnterWait() {
  if (region == nullptr || own_thread == 0 || !TracesWaits(*region)) return;
  MarkWait(*region, own_thread);
}

WrappedCall::WrappedCall(const Request& request, const void* caller)
    : request_(request), granted_(request.asked) {
  if (region == nullptr) return;
  call_.Enter(*region, request, request.descriptor, CallerAt(caller));
  granted_ = call_.granted();
}

ssize_t WrappedCall::Answer() {
  call_.Answered();
  if (call_.needs_rearming()) Rearm(call_.inode());
  if (call_.signal() != 0) {
    RawSyscall(SYS_tgkill, RawSyscall(SYS_getpid), RawSyscall(SYS_gettid), call_.signal());
  }
  if (call_.error() == 0) return 0;
  errno = call_.error();
  return -1;
}

ssize_t WrappedCall::Finish(ssize_t result) {
  if (call_.is_output()) call_.Returned(result, result < 0 ? errno : 0, request_.descriptor);
  if (call_.needs_rearming()) Rearm(call_.inode());
  return result;
}

WrappedSync::WrappedSync(CallKind call, int descriptor, const void* caller) : caller_(caller) {
  if (region != nullptr) sync_.Enter(*region, call, descriptor, descriptor);
}

int WrappedSync::Finish(int result) {
  if (!sync_.is_output()) return result;
  const int error = sync_.Returned(result < 0 ? errno : 0, CallerAt(caller_));
  if (error == 0) return result;
  errno = error;
  return -1;
}

}  // namespace shortwrite::fault_inject
