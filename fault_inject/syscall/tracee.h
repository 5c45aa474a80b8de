// What the tracer knows of the processes and threads that it traces.
#pragma once

#include <stdint.h>
#include <sys/ptrace.h>
#include <sys/types.h>

#include <array>
#include <optional>
#include <vector>

#include "fault_inject/edge_trigger.h"
#include "fault_inject/handlers.h"
#include "fault_inject/intercepted_call.h"
#include "fault_inject/syscall/architecture.h"
#include "fault_inject/syscall/write_call.h"
#include "fault_inject/vector_cut.h"

namespace shortwrite::fault_inject {

// A process's pidfd (pidfd_open(2)); closed with it.
class ProcessHandle {
 public:
  ProcessHandle() = default;
  explicit ProcessHandle(pid_t process);
  ProcessHandle(ProcessHandle&& other) noexcept : pidfd_(other.pidfd_) { other.pidfd_ = -1; }
  ProcessHandle& operator=(ProcessHandle&& other) noexcept;
  ~ProcessHandle();
  int pidfd() const { return pidfd_; }

 private:
  int pidfd_ = -1;
};

// A descriptor of a tracee, duplicated into this process for as long as this lives
// (pidfd_getfd(2)), so that it can be asked what it is. Only while the thread is stopped: an end of
// a pipe, or a program just written, that we hold open is not closed when the tracee closes it.
class BorrowedDescriptor {
 public:
  BorrowedDescriptor(const ProcessHandle& process, pid_t thread, int descriptor);
  BorrowedDescriptor(const BorrowedDescriptor&) = delete;
  BorrowedDescriptor& operator=(const BorrowedDescriptor&) = delete;
  ~BorrowedDescriptor();
  int get() const { return descriptor_; }  // -1: the tracee has no such descriptor

 private:
  int descriptor_;
};

// PTRACE_SETOPTIONS of a target.
inline constexpr long kTracerOptions =
    PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACEEXEC | PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK |
    PTRACE_O_TRACECLONE | PTRACE_O_TRACESECCOMP | PTRACE_O_EXITKILL;

struct TracedProcess {
  ProcessHandle handle;
  CaughtSignals caught;
  bool shares_processor = true;  // with the tracer
  uint64_t resetting = 0;        // SignalBit: SA_RESETHAND
  uint64_t program_begin = 0;    // main program's addresses; 0: not known
  uint64_t program_end = 0;
};

// A call of interest between its entry and its return.
struct PendingCall {
  CallEntry entry;
  std::optional<WriteCall> write;  // else a close, fsync or fdatasync
  InterceptedCall call;
  InterceptedSync sync;
  std::optional<Registers> before_cut;  // to be put back at the return, with its result
  bool interrupted = false;             // by a signal, before it moved anything
};

// Edge-triggered registrations on their way to be woken (tracer_side_calls.cpp).
struct Rearming {
  Registers after;       // what the thread goes on with
  uint64_t blocked = 0;  // its signal mask
  std::array<EdgeRegistration, 8> found = {};
  uint32_t count = 0;
  uint32_t next = 0;
};

// What a thread's scratch memory holds: an iovec array of the greatest length, and behind it a
// message header.
inline constexpr size_t kScratchMessage = kVectorsMax * sizeof(iovec);
inline constexpr size_t kScratchBytes = kScratchMessage + 4096;

struct TracedThread {
  enum class Phase {
    kRunning,         // next: an entry, or nothing
    kInCall,          // next: the return of pending
    kAnswered,        // next: the return of a call that was left out
    kMappingScratch,  // next: the return of an mmap that we made it call in place of pending
    kSideCall,        // next: the return of a call of rearming
  };
  pid_t process = 0;
  Phase phase = Phase::kRunning;
  std::optional<PendingCall> pending;
  // Calls that will be made again, by the kernel after a signal or by us after a mapping. Handlers
  // may run before that, with calls of their own.
  std::vector<PendingCall> repeating;
  void RepeatLater();  // the pending one
  std::optional<Rearming> rearming;
  uint64_t scratch = 0;  // a private mapping in the tracee; 0: not yet
};

}  // namespace shortwrite::fault_inject
