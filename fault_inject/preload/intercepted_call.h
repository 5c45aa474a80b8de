// One intercepted call, from its entry to its return: number, decision, trace record.
//
// RULES for everything under preload/, because we run inside somebody else's program, perhaps in a
// signal handler, in a vfork child, or in a thread that holds any lock:
//   no allocation, no locks, no stdio, no exceptions, no thread-local storage that needs a call;
//   no look-up of symbols outside the constructor;
//   errno changes only when the wrapper reports a failure;
//   no descriptor stays open, no signal mask or handler is touched, const buffers stay const;
//   a call is never lengthened, and a request above 0 bytes is never turned into one of 0.
// What the target's descriptor is, is asked of the kernel at every call: a cache would have to
// follow dup, close, close_range, exec and what other processes do to a shared description, and
// would lie as soon as it missed one.
#pragma once

#include <stdint.h>
#include <sys/types.h>

#include "fault_inject/decide.h"
#include "fault_inject/protocol.h"

namespace shortwrite::fault_inject {

struct Request {
  CallKind call;
  int descriptor;  // the one written to
  uint64_t asked;
  uint64_t movable;          // at most asked; see TraceRecord
  int64_t position = -1;     // explicit file offset, -1: the descriptor's own
  bool nonblocking = false;  // MSG_DONTWAIT, SPLICE_F_NONBLOCK, RWF_NOWAIT
  bool no_signal = false;    // MSG_NOSIGNAL
  bool may_cut = true;       // false: flags that promise all or nothing (RWF_ATOMIC)
};

class InterceptedCall {
 public:
  // Numbers the call, decides, and opens its trace record. A descriptor that is no output of the
  // trial costs one fstat and is otherwise left alone.
  InterceptedCall(const Request& request, const void* caller);

  // When true, the target gets Answer() and the kernel is not asked.
  bool answer_now() const { return decision_.answer_now; }
  ssize_t Answer();

  // Bytes to ask of the kernel: at most request.asked.
  uint64_t granted() const { return granted_; }
  bool is_cut() const { return granted_ != request_.asked; }

  // Records what the kernel returned, by libc's convention, and hands it on with errno as it was.
  ssize_t Finish(ssize_t result);

 private:
  void Decide(uint32_t number, uint32_t status_flags);
  void OpenRecord(const void* caller, uint32_t number, uint32_t status_flags);
  void Publish(ssize_t result, int error);

  const Request& request_;
  uint64_t granted_;
  Decision decision_;
  const Step* step_ = nullptr;
  OutputSlot* slot_ = nullptr;  // null: not an output of this trial
  TraceRecord* record_ = nullptr;
  uint32_t output_ = 0;
  uint32_t output_name_ = 0;
  SinkClass sink_ = SinkClass::kOther;
  bool handler_ = false;
};

// close, fsync and fdatasync of an output: the errno that the target must see, or 0. Asked before
// the real call, because after a close the descriptor says nothing any more.
class InterceptedSync {
 public:
  InterceptedSync(CallKind call, int descriptor, const void* caller);
  int Finish(int result);

 private:
  const Request request_;
  const void* caller_;
  const Step* step_ = nullptr;
  uint32_t output_ = 0;
  bool is_output_ = false;
};

}  // namespace shortwrite::fault_inject
