// What every wrapper does around its call.
//
// RULES for everything under preload/, and for what it shares with the tracer, because we run
// inside somebody else's program, perhaps in a signal handler, in a vfork child, or in a thread
// that holds any lock:
//   no allocation, no locks, no stdio, no exceptions, no thread-local storage that needs a call;
//   no look-up of symbols outside the constructor;
//   errno changes only when the wrapper reports a failure;
//   no descriptor stays open, no signal mask or handler is touched, const buffers stay const;
//   a call is never lengthened, and a request above 0 bytes is never turned into one of 0.
#pragma once

#include <stdint.h>
#include <sys/types.h>

#include "fault_inject/intercepted_call.h"

namespace shortwrite::fault_inject {

class WrappedCall {
 public:
  WrappedCall(const Request& request, const void* caller);

  // When true, the target gets Answer() and the kernel is not asked.
  bool answer_now() const { return call_.answer_now(); }
  ssize_t Answer();

  uint64_t granted() const { return granted_; }
  bool is_cut() const { return granted_ != request_.asked; }

  // Records what the kernel returned, by libc's convention, and hands it on with errno as it was.
  ssize_t Finish(ssize_t result);

 private:
  const Request& request_;
  uint64_t granted_;
  InterceptedCall call_;
};

class WrappedSync {
 public:
  WrappedSync(CallKind call, int descriptor, const void* caller);
  int Finish(int result);

 private:
  const void* caller_;
  InterceptedSync sync_;
};

// Before a wait for readiness.
void EnterWait();

}  // namespace shortwrite::fault_inject
