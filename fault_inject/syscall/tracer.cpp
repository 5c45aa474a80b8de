#include "fault_inject/syscall/tracer.h"

#include <linux/futex.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>

#include "fault_inject/process_names.h"
#include "fault_inject/syscall/architecture.h"
#include "fault_inject/syscall/call_table.h"
#include "fault_inject/syscall/process_facts.h"
#include "fault_inject/syscall/seccomp_filter.h"
#include "fault_inject/waits.h"

// glibc's clone(2) by its other name: ThreadSanitizer puts its own in place of the usual one, which
// takes the child for a process with memory of its own.
extern "C" int __clone(int (*function)(void*), void* stack, int flags, void* argument, ...);

namespace shortwrite::fault_inject {
namespace {

constexpr size_t kStackBytes = 64 * 1024;
constexpr int kSyscallStop = SIGTRAP | 0x80;  // PTRACE_O_TRACESYSGOOD
// What parent and child of a spawn share; the child runs in the parent's memory until its exec.
struct Birth {
  const ProgramStart* start;
  sock_fprog filter;
  bool no_new_privileges;
  uint32_t may_go = 0;  // futex: 1: traced, go; 2: end
  int filter_error = 0;
  int error = 0;
};

SHORTWRITE_UNSANITIZED int InstallFilter(const Birth& birth) {
  if (birth.filter.len == 0) return 0;
  if (birth.no_new_privileges) RawSyscall(SYS_prctl, PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
  return static_cast<int>(
      -RawSyscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, AsArgument(&birth.filter)));
}

SHORTWRITE_UNSANITIZED int RunChild(void* argument) {
  auto& birth = *static_cast<Birth*>(argument);
  uint32_t word = 0;
  while ((word = __atomic_load_n(&birth.may_go, __ATOMIC_ACQUIRE)) == 0) {
    RawSyscall(SYS_futex, AsArgument(&birth.may_go), FUTEX_WAIT, 0, 0);
  }
  if (word == 1) {
    birth.filter_error = InstallFilter(birth);
    birth.error = BecomeProgram(*birth.start);
  }
  RawSyscall(SYS_exit_group, 127);
  return 0;
}

void LetGo(Birth& birth, uint32_t word) {
  __atomic_store_n(&birth.may_go, word, __ATOMIC_RELEASE);
  syscall(SYS_futex, &birth.may_go, FUTEX_WAKE, 1, nullptr, nullptr, 0);
}

bool IsStopSignal(int signal) {
  return signal == SIGSTOP || signal == SIGTSTP || signal == SIGTTIN || signal == SIGTTOU;
}

CallEntry EntryOf(const __ptrace_syscall_info& info) {
  const bool filtered = info.op == PTRACE_SYSCALL_INFO_SECCOMP;
  CallEntry entry;
  entry.number = static_cast<long>(filtered ? info.seccomp.nr : info.entry.nr);
  for (int i = 0; i < 6; ++i) {
    entry.arguments[i] = filtered ? info.seccomp.args[i] : info.entry.args[i];
  }
  entry.instruction_pointer = info.instruction_pointer;
  entry.stack_pointer = info.stack_pointer;
  return entry;
}

bool IsRestart(int64_t result) {
  // The kernel's ERESTARTSYS to ERESTART_RESTARTBLOCK: never seen by a program.
  return result <= -512 && result >= -516;
}

}  // namespace

Tracer::Tracer(Region& region, Stops stops)
    : region_(region), may_filter_(stops == Stops::kFiltered) {}

Tracer::~Tracer() {
  Drop();
  if (stack_ != nullptr) munmap(stack_, kStackBytes);
}

std::vector<sock_filter>& Tracer::FilterFor(StopsAt stops) {
  const auto [filter, added] = filter_for_.try_emplace(std::pair(stops.closes, stops.waits));
  if (added && may_filter_) filter->second = BuildFilter(stops);
  return filter->second;
}

int Tracer::Spawn(const ProgramStart& start, pid_t& process) {
  StartOver();
  if (stack_ == nullptr) {
    void* const stack = mmap(nullptr, kStackBytes, PROT_READ | PROT_WRITE,
                             MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0);
    if (stack == MAP_FAILED) return errno;
    stack_ = stack;
  }
  const bool asked = (region_.header.features & kFeatureTraceClose) != 0;
  // A filter stays for good, and a snapshot's clones have one schedule each.
  std::vector<sock_filter>& filter =
      FilterFor({.closes = holding_ ? holding_->closes : asked, .waits = TracesWaits(region_)});
  Birth birth = {
      &start, {static_cast<unsigned short>(filter.size()), filter.data()}, !MayFilterFreely()};
  processor_.Enter();
  // Not vfork: it would hold us until the exec, and a child must be seized before.
  char* const top = static_cast<char*>(stack_) + kStackBytes;
  process = __clone(RunChild, top, CLONE_VM | SIGCHLD, &birth);
  if (process < 0) return errno;
  if (ptrace(PTRACE_SEIZE, process, nullptr, kTracerOptions) != 0) {
    const int error = errno;
    LetGo(birth, 2);
    waitpid(process, nullptr, __WALL);
    return error;
  }
  LetGo(birth, 1);
  if (const int error = WaitForExec(process, birth.error); error != 0) return error;
  filtered_ = !filter.empty() && birth.filter_error == 0;
  if (filters_ >= 0 && filtered_) ++filters_;
  OnExec(process);
  return 0;
}

void Tracer::StartOver() {
  threads_.clear();
  processes_.clear();
  filters_ = CountFilters(getpid());
}

int Tracer::WaitForExec(pid_t process, const int& error) {
  while (true) {
    int status = 0;
    if (waitpid(process, &status, __WALL) < 0) {
      if (errno == EINTR) continue;
      return errno;
    }
    if (!WIFSTOPPED(status)) return error != 0 ? error : ECHILD;
    const int event = status >> 16;
    if (event == PTRACE_EVENT_EXEC) return 0;
    ptrace(PTRACE_CONT, process, nullptr, event == 0 ? WSTOPSIG(status) : 0);
  }
}

Tracer::Wake Tracer::Run(pid_t target, std::chrono::steady_clock::time_point until,
                         int& wait_status) {
  while (true) {
    int status = 0;
    const pid_t thread = waitpid(-1, &status, __WALL);
    if (thread < 0) return errno == EINTR ? Wake::kInterrupted : Wake::kNobodyLeft;
    if (WIFSTOPPED(status)) {
      OnStop({thread, WSTOPSIG(status), status >> 16});
      if (std::chrono::steady_clock::now() >= until) return Wake::kInterrupted;
      continue;
    }
    OnEnd(thread);
    if (thread != target) continue;
    wait_status = status;
    if (!snapshot_) processor_.Leave();
    return Wake::kEnded;
  }
}

// A thread that dies, by SIGKILL, while we look at it makes every request fail with ESRCH; its end
// is reported next.
void Tracer::OnStop(const Stop& stop) {
  if (stop.event != 0) return OnEvent(stop);
  if (stop.signal == kSyscallStop) return OnSystemCall(stop.thread);
  OnSignal(stop.thread, stop.signal);
}

void Tracer::OnEvent(const Stop& stop) {
  switch (stop.event) {
    case PTRACE_EVENT_SECCOMP:
      return OnSystemCall(stop.thread);
    case PTRACE_EVENT_EXEC:
      return OnExec(stop.thread);
    case PTRACE_EVENT_STOP:
      (void)ThreadOf(stop.thread);
      // A stop for all its threads: it lasts until SIGCONT.
      if (IsStopSignal(stop.signal)) {
        ptrace(PTRACE_LISTEN, stop.thread, nullptr, nullptr);
        return;
      }
      return Resume(stop.thread);
    default: {
      // fork, vfork, clone. The child comes with a stop of its own; what it inherits is looked at
      // now, before its parent can change it.
      unsigned long child = 0;
      if (ptrace(PTRACE_GETEVENTMSG, stop.thread, nullptr, &child) == 0 && child != 0) {
        (void)ThreadOf(static_cast<pid_t>(child));
      }
      return Resume(stop.thread);
    }
  }
}

// The first stop of a new thread, or process, comes before or after its parent's.
TracedThread& Tracer::ThreadOf(pid_t thread) {
  const auto known = threads_.find(thread);
  if (known != threads_.end()) return known->second;
  TracedThread& added = threads_[thread];
  const Kinship kin = ReadKinship(thread);
  added.process = kin.process;
  if (!processes_.contains(kin.process)) {
    // Handlers are inherited over fork (signal(7)).
    TracedProcess process;
    if (const auto parent = processes_.find(kin.parent); parent != processes_.end()) {
      process.caught = parent->second.caught;
      process.resetting = parent->second.resetting;
      process.shares_processor = parent->second.shares_processor;
      process.program_begin = parent->second.program_begin;
      process.program_end = parent->second.program_end;
    }
    process.handle = ProcessHandle(kin.process);
    processes_[kin.process] = std::move(process);
    Name(kin.process);
  } else {
    ReleaseProcessor(kin.process);  // it has threads
  }
  return added;
}

void Tracer::ReleaseProcessor(pid_t process) {
  const auto found = processes_.find(process);
  if (found == processes_.end() || !found->second.shares_processor) return;
  found->second.shares_processor = false;
  for (const auto& [thread, traced] : threads_) {
    if (traced.process == process) processor_.Release(thread);
  }
}

// exec ends all other threads without a report of their own, and the one that called it takes over
// the number of the first.
void Tracer::OnExec(pid_t process) {
  std::erase_if(threads_, [&](const auto& entry) { return entry.second.process == process; });
  threads_[process].process = process;
  TracedProcess& traced = processes_[process];
  if (traced.handle.pidfd() < 0) traced.handle = ProcessHandle(process);
  traced.caught = {};
  traced.resetting = 0;
  ReadProgramBounds(process, traced);
  Name(process);
  AtomicAdd(region_.header.attached, 1);
  Resume(process);
}

void Tracer::Name(pid_t process) {
  char name[kProcessNameBytes] = {};
  ReadProcessName(process, name);
  NameProcess(region_, static_cast<uint32_t>(process), AtomicLoad(region_.header.trace_claimed),
              name);
}

void Tracer::OnSystemCall(pid_t thread) {
  __ptrace_syscall_info info = {};
  if (ptrace(PTRACE_GET_SYSCALL_INFO, thread, sizeof(info), &info) <= 0) return;
  if (info.op == PTRACE_SYSCALL_INFO_EXIT) return OnReturn(thread, info.exit.rval);
  const bool filtered = info.op == PTRACE_SYSCALL_INFO_SECCOMP;
  if (info.op != PTRACE_SYSCALL_INFO_ENTRY && !filtered) return Resume(thread);
  if (ThreadOf(thread).phase == TracedThread::Phase::kSideCall) return Resume(thread);
  if (info.arch != NativeArchitecture()) {
    __atomic_fetch_or(&region_.header.unseen_ways, kWayOtherAbi, __ATOMIC_ACQ_REL);
    return Resume(thread);
  }
  if (holding_ && !filtered) return OnEarlyCall(thread, EntryOf(info));
  OnEntry(thread, EntryOf(info));
}

// signal(7): an interrupted call that moved nothing is made again when there is no handler, or one
// with SA_RESTART; else it has failed with EINTR.
void Tracer::OnSignal(pid_t thread, int signal) {
  if (holding_) return StopHolding("it got a signal before its first output");
  TracedThread& traced = ThreadOf(thread);
  TracedProcess& process = processes_[traced.process];
  const uint64_t bit = SignalBit(signal);
  const bool handled = signal <= kSignalsMax && process.caught.handlers[signal - 1] != 0;
  std::vector<PendingCall>& repeating = traced.repeating;
  const bool returns = handled && (process.caught.restarting & bit) == 0;
  if (returns && !repeating.empty() && repeating.back().interrupted) {
    Publish(thread, repeating.back(), -EINTR);
    repeating.pop_back();
  }
  if (handled && (process.resetting & bit) != 0) process.caught.handlers[signal - 1] = 0;
  if (!handled) ForgetInterruption(thread, signal);
  Resume(thread, signal);
}

// A signal that is ignored wakes nobody but a tracee, because its tracer may want to see it
// (ptrace(2)). The waits that any signal ends would fail with an EINTR that no program has to
// expect.
void Tracer::ForgetInterruption(pid_t thread, int signal) {
  Registers registers;
  if (!registers.Load(thread)) return;
  const long call = registers.interrupted_call();
  if (!IsWaitWithoutRestart(call)) return;
  const SignalFacts signals = ReadSignals(thread);
  // Another one is waiting, which may end it by right.
  const bool ignored = (signals.ignored & SignalBit(signal)) != 0;
  if (!ignored || (signals.pending & ~signals.ignored) != 0) return;
  registers.Repeat(call);
  registers.Store(thread);
}

void Tracer::OnEnd(pid_t thread) {
  if (snapshot_ && thread == snapshot_->process) LoseSnapshot();
  const auto ended = threads_.find(thread);
  if (ended == threads_.end()) return;
  const pid_t process = ended->second.process;
  threads_.erase(ended);
  if (thread == process) processes_.erase(process);
}

void Tracer::Resume(pid_t thread, int signal) {
  const auto traced = threads_.find(thread);
  const bool awaits_return =
      traced != threads_.end() && traced->second.phase != TracedThread::Phase::kRunning;
  const bool every_call = awaits_return || !filtered_ || holding_;
  const auto request = every_call ? PTRACE_SYSCALL : PTRACE_CONT;
  ptrace(request, thread, nullptr, signal);
}

void Tracer::OnReturn(pid_t thread, int64_t result) {
  TracedThread& traced = ThreadOf(thread);
  if (traced.phase == TracedThread::Phase::kMappingScratch) return ScratchMapped(thread, result);
  if (traced.phase == TracedThread::Phase::kSideCall) return SideCallReturned(thread, result);
  if (traced.phase == TracedThread::Phase::kAnswered) {
    const PendingCall answered = *traced.pending;
    traced.pending.reset();
    return StartRearming(thread, answered);
  }
  const bool awaited = traced.phase == TracedThread::Phase::kInCall && traced.pending;
  traced.phase = TracedThread::Phase::kRunning;
  if (!awaited) return Resume(thread);
  PutBack(thread, *traced.pending, result);
  if (IsRestart(result)) {
    traced.pending->interrupted = true;
    traced.RepeatLater();
    return Resume(thread);
  }
  PendingCall pending = *traced.pending;
  traced.pending.reset();
  Publish(thread, pending, result);
  if (pending.call.needs_rearming()) return StartRearming(thread, pending);
  Resume(thread);
}

}  // namespace shortwrite::fault_inject
