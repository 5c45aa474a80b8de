// One intercepted call, from its entry to its return: number, decision, trace record. The same for
// every backend, so that one schedule means the same in all of them.
//
// Runs inside the target for one backend (preload/wrapped_call.h has the rules for that), so: no
// allocation, no locks, errno untouched. What a descriptor is, is asked of the kernel at every
// call: a cache would have to follow dup, close, close_range, exec and what other processes do to a
// shared description, and would lie as soon as it missed one.
#pragma once

#include <stdint.h>

#include "fault_inject/decide.h"
#include "fault_inject/descriptor.h"
#include "fault_inject/protocol.h"

namespace shortwrite::fault_inject {

struct Request {
  CallKind call;
  int descriptor;  // the one written to, by the target's number
  uint64_t asked;
  uint64_t movable;          // at most asked; see TraceRecord
  int64_t position = -1;     // explicit file offset, -1: the descriptor's own
  bool nonblocking = false;  // MSG_DONTWAIT, SPLICE_F_NONBLOCK, RWF_NOWAIT
  bool no_signal = false;    // MSG_NOSIGNAL
  bool may_cut = true;       // false: flags that promise all or nothing (RWF_ATOMIC)
};

// What only the backend can know about the one who calls. The functions are asked only where the
// answer is needed, because each costs system calls.
struct Caller {
  void* context = nullptr;                                        // handed to both functions
  int (*interrupting_signal)(void*, bool any_handler) = nullptr;  // see handlers.h
  void (*identify)(void*, TraceRecord&) = nullptr;                // fills process and thread
  uint64_t address = 0;                                           // see TraceRecord::caller
  bool in_program = false;
};

class InterceptedCall {
 public:
  // Numbers the call, decides, and opens its trace record. descriptor is the target's, as one of
  // ours to ask about. A descriptor that is no output of the trial costs one statx and is otherwise
  // left alone.
  void Enter(Region& region, const Request& request, int descriptor, const Caller& caller);

  bool is_output() const { return slot_ != nullptr; }
  // When true, the target gets error() (or 0) with signal(), and the kernel is not asked.
  bool answer_now() const { return decision_.answer_now; }
  int error() const { return decision_.error; }
  int signal() const {
    return request_.no_signal && decision_.error == EPIPE ? 0 : decision_.signal;
  }
  // Bytes to ask of the kernel: at most request.asked.
  uint64_t granted() const { return granted_; }
  bool is_cut() const { return granted_ != request_.asked; }
  // The call was answered as if the file were full, which it was not: see edge_trigger.h.
  bool needs_rearming() const;
  uint64_t inode() const { return inode_; }

  // Nothing hangs on what the call returns: no fault applies, the trace is not a full one, and no
  // signal can interrupt it (signal(7): never on a regular file), so that it is not made twice. A
  // copy is often refused (EXDEV, EINVAL: copy_file_range(2)), and its program then writes.
  bool may_be_unwatched() const;
  // The call goes on, and nobody waits for its return; all of it is taken to be accepted.
  void LetGo();

  // The backend could not do what was decided: the call goes on as the target made it.
  void Withdraw();
  void Answered();
  // Whether Returned needs the descriptor, to ask where the bytes went; else -1 will do.
  bool asks_descriptor_at_return() const;
  // What the kernel returned: a count, or -1 and the error.
  void Returned(int64_t result, int error, int descriptor);

 private:
  // facts holds the call and the profile; adds what the descriptor says, as far as it is needed.
  void Look(const Region& region, uint32_t number, const DescriptorState& state, int descriptor,
            const Caller& caller, CallFacts& facts);
  void Decide(const Region& region, uint32_t number, const CallFacts& facts);
  void OpenRecord(uint32_t number, const CallFacts& facts, const Caller& caller);
  void Publish(int64_t result, int error, int descriptor);
  void RememberWriter();
  void MarkDelivered();

  Request request_ = {};
  uint64_t granted_ = 0;
  Decision decision_;
  Region* region_ = nullptr;
  const Step* step_ = nullptr;
  OutputSlot* slot_ = nullptr;  // null: not an output of this trial
  TraceRecord* record_ = nullptr;
  uint32_t output_ = 0;
  uint64_t inode_ = 0;
  bool delivered_ = false;
  bool is_regular_ = false;
  SinkClass sink_ = SinkClass::kOther;
};

// close, fsync and fdatasync of an output. Entered before the real call, because after a close the
// descriptor says nothing any more.
class InterceptedSync {
 public:
  void Enter(Region& region, CallKind call, int target_descriptor, int descriptor);
  bool is_output() const { return region_ != nullptr; }
  // The errno that the target must see: its own, the injected one, or 0.
  int Returned(int error, const Caller& caller);

 private:
  int Inject(const TraceRecord& record) const;

  Region* region_ = nullptr;  // null: not an output of this trial
  const Step* step_ = nullptr;
  CallKind call_ = CallKind::kClose;
  SinkClass sink_ = SinkClass::kOther;
  uint32_t status_flags_ = 0;
  int descriptor_ = -1;
  uint32_t output_ = 0;
};

}  // namespace shortwrite::fault_inject
