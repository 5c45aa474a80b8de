// Holding a target before its first output, and cloning it.
#include <sched.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>
#include <utility>

#include "fault_inject/process_names.h"
#include "fault_inject/syscall/early_calls.h"
#include "fault_inject/syscall/tracee_memory.h"
#include "fault_inject/syscall/tracer.h"

namespace shortwrite::fault_inject {
namespace {

constexpr int kSyscallStop = SIGTRAP | 0x80;  // PTRACE_O_TRACESYSGOOD

// The next thing that becomes of this thread; false when it has ended, or is none of ours.
bool AwaitStop(pid_t thread, int& status) {
  while (waitpid(thread, &status, __WALL) != thread) {
    if (errno != EINTR) return false;
  }
  return WIFSTOPPED(status);
}

bool IsSyscallStop(int status) {
  return status >> 16 == 0 && WSTOPSIG(status) == kSyscallStop;
}

void End(pid_t process) {
  kill(process, SIGKILL);
  int status = 0;
  while (AwaitStop(process, status)) {
  }
}

}  // namespace

std::string Tracer::Hold(const ProgramStart& start, std::string_view dir, bool closes,
                         std::chrono::steady_clock::time_point until) {
  Drop();
  Holding holding;
  holding.dir = dir;
  holding.closes = closes;
  std::string why_not = HoldOnce(start, holding, until);
  if (!why_not.empty() || FindThreadId(*snapshot_) == ThreadId::kRepairable) return why_not;
  // musl keeps the id where only it knows. Held before it asks, each clone asks for itself.
  Drop();
  holding.before_thread_id = true;
  return HoldOnce(start, holding, until);
}

std::string Tracer::HoldOnce(const ProgramStart& start, const Holding& wanted,
                             std::chrono::steady_clock::time_point until) {
  pid_t process = -1;
  holding_ = wanted;
  bool alive = false;
  if (const int error = Spawn(start, process); error != 0) {
    StopHolding(std::string("it cannot be started: ") + strerror(error));
  } else {
    alive = true;
    if (!filtered_) StopHolding("this kernel has no filters for system calls");
  }
  while (!holding_->done) {
    int status = 0;
    const pid_t thread = waitpid(-1, &status, __WALL);
    if (thread > 0 && WIFSTOPPED(status)) {
      OnStop({thread, WSTOPSIG(status), status >> 16});
    } else if (thread == process) {
      alive = false;
      StopHolding("it ended before it touched any output");
    } else if (thread < 0 && errno != EINTR) {
      StopHolding("it was lost");
    }
    if (!holding_->done && std::chrono::steady_clock::now() >= until) {
      StopHolding("it was long at work before its first output");
    }
  }
  Holding holding = std::move(*holding_);
  holding_.reset();
  if (holding.why_not.empty()) holding.why_not = TakeSnapshot(process, holding);
  if (holding.why_not.empty()) return "";
  if (alive) End(process);
  snapshot_.reset();
  threads_.clear();
  processes_.clear();
  processor_.Leave();
  return holding.why_not;
}

void Tracer::StopHolding(std::string why_not) {
  holding_->done = true;
  holding_->why_not = std::move(why_not);
}

void Tracer::OnEarlyCall(pid_t thread, const CallEntry& entry) {
  Holding& holding = *holding_;
  const bool sets_thread_id = entry.number == SYS_set_tid_address;
  EarlyCall early =
      JudgeEarlyCall(thread, processes_[ThreadOf(thread).process], entry, holding.dir);
  if (sets_thread_id && holding.before_thread_id) early = EarlyCall::kHold;
  switch (early) {
    case EarlyCall::kHarmless:
      if (sets_thread_id) holding.thread_id_at = entry.arguments[0];
      if (entry.number == SYS_execve) holding.thread_id_at = 0;
      return Resume(thread);
    case EarlyCall::kHold:
      holding.pending = entry;
      return StopHolding("");
    case EarlyCall::kStartsOthers:
      return StopHolding("it starts other processes or threads before its first output");
    case EarlyCall::kEnds:
      return StopHolding("it ends without touching an output");
  }
}

std::string Tracer::TakeSnapshot(pid_t process, const Holding& holding) {
  Snapshot taken;
  taken.process = process;
  taken.pending = holding.pending;
  taken.thread_id_at = holding.thread_id_at;
  taken.facts = std::move(processes_[process]);
  taken.attached = region_.header.attached;
  taken.unseen_ways = region_.header.unseen_ways;
  const uint32_t named = AtomicLoad(region_.header.processes_named);
  if (named > 0 && named <= kProcessesMax) {
    memcpy(taken.name, region_.processes[named - 1].name, sizeof(taken.name));
  }
  if (std::string why_not = HoldDescriptors(taken.facts.handle, process, taken.descriptors);
      !why_not.empty()) {
    return why_not;
  }
  if (!taken.at_pending.Load(process) || !LeaveOutPending(taken)) return "it was lost";
  if (ptrace(PTRACE_SETOPTIONS, process, nullptr, PTRACE_O_TRACESYSGOOD | PTRACE_O_EXITKILL) != 0) {
    return "it cannot be held";
  }
  threads_.clear();
  processes_.clear();
  snapshot_lost_ = false;
  snapshot_ = std::move(taken);
  return "";
}

// Another call is made in its place, one that does nothing, so that the thread comes to stand
// behind its system call.
bool Tracer::LeaveOutPending(Snapshot& taken) const {
  Registers registers = taken.at_pending;
  if (!registers.SetNumber(taken.process, SYS_getppid) || !registers.Store(taken.process)) {
    return false;
  }
  int status = 0;
  return ptrace(PTRACE_SYSCALL, taken.process, nullptr, 0) == 0 &&
         AwaitStop(taken.process, status) && IsSyscallStop(status);
}

// glibc's raise(3) and its recursive locks use the id that it found at its start, and it keeps it
// at the address that it gave to set_tid_address(2): there the kernel puts the clone's.
Tracer::ThreadId Tracer::FindThreadId(const Snapshot& taken) const {
  if (taken.thread_id_at == 0) return ThreadId::kRepairable;
  uint32_t stored = 0;
  const bool read = ReadValue(taken.process, taken.thread_id_at, stored);
  return read && stored == static_cast<uint32_t>(taken.process) ? ThreadId::kRepairable
                                                                : ThreadId::kElsewhere;
}

// -1 where the snapshot did anything but that. One step, over the instruction of the system call,
// so that a clone(2) which failed does not let it go on with the program. CLONE_PTRACE gives us the
// clone without a stop in the midst of the call, as PTRACE_O_TRACEFORK would make.
pid_t Tracer::CloneOnce(const Snapshot& of) const {
  uint64_t flags = CLONE_PARENT | CLONE_PTRACE | SIGCHLD;
  if (of.thread_id_at != 0) flags |= CLONE_CHILD_SETTID | CLONE_CHILD_CLEARTID;
  Registers registers = of.at_pending;
  for (int i = 0; i < 6; ++i) registers.set_argument(i, 0);
  registers.set_argument(0, flags);
  registers.set_argument(kCloneThreadId, of.thread_id_at);
  registers.Repeat(SYS_clone);
  if (!registers.Store(of.process)) return -1;
  int status = 0;
  if (ptrace(PTRACE_SINGLESTEP, of.process, nullptr, 0) != 0) return -1;
  if (!AwaitStop(of.process, status) || status >> 16 != 0 || WSTOPSIG(status) != SIGTRAP) return -1;
  if (!registers.Load(of.process) || registers.result() <= 0) return -1;
  const auto clone = static_cast<pid_t>(registers.result());
  return AwaitStop(clone, status) ? clone : -1;
}

int Tracer::StartClone(pid_t& process) {
  if (!has_snapshot()) return ECHILD;
  const Snapshot& of = *snapshot_;
  for (const HeldDescriptor& descriptor : of.descriptors) {
    if (!descriptor.Restore()) return EIO;
  }
  process = CloneOnce(of);
  if (process < 0) {
    snapshot_lost_ = true;
    return ECHILD;
  }
  return AdmitClone(of, process);
}

int Tracer::AdmitClone(const Snapshot& of, pid_t clone) {
  threads_.clear();
  processes_.clear();
  threads_[clone].process = clone;
  TracedProcess& traced = processes_[clone];
  traced.handle = ProcessHandle(clone);
  traced.caught = of.facts.caught;
  traced.resetting = of.facts.resetting;
  traced.shares_processor = of.facts.shares_processor;
  traced.program_begin = of.facts.program_begin;
  traced.program_end = of.facts.program_end;
  region_.header.attached = of.attached;
  region_.header.unseen_ways = of.unseen_ways;
  NameProcess(region_, static_cast<uint32_t>(clone), 0, of.name);
  Registers registers = of.at_pending;
  registers.Repeat(of.pending.number);
  // kill(0) reaches a group, and the snapshot must not be in it.
  if (setpgid(clone, clone) != 0 || !registers.Store(clone) ||
      ptrace(PTRACE_SETOPTIONS, clone, nullptr, kTracerOptions) != 0) {
    return errno;
  }
  Resume(clone);
  return 0;
}

// A trial that took the snapshot for itself, by a number that it had asked for before, may have
// sent it a signal. A killed one answers no request any more.
bool Tracer::is_undisturbed() {
  if (!has_snapshot()) return false;
  for (const uint32_t queue : {uint32_t{0}, uint32_t{PTRACE_PEEKSIGINFO_SHARED}}) {
    const __ptrace_peeksiginfo_args first = {0, queue, 1};
    siginfo_t signal = {};
    const long waiting = ptrace(PTRACE_PEEKSIGINFO, snapshot_->process, &first, &signal);
    snapshot_lost_ |= waiting != 0;
  }
  return !snapshot_lost_;
}

// It has ended, and its number may be another's.
void Tracer::LoseSnapshot() {
  snapshot_lost_ = true;
  snapshot_->process = 0;
}

void Tracer::Drop() {
  if (!snapshot_) return;
  if (snapshot_->process > 0) End(snapshot_->process);
  snapshot_.reset();
  processor_.Leave();
}

}  // namespace shortwrite::fault_inject
