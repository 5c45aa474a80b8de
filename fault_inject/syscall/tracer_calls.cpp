// The calls of interest, from entry to return.
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <cstring>

#include "fault_inject/syscall/call_origin.h"
#include "fault_inject/syscall/call_table.h"
#include "fault_inject/syscall/process_facts.h"
#include "fault_inject/syscall/tracee_memory.h"
#include "fault_inject/syscall/tracer.h"
#include "fault_inject/vector_cut.h"
#include "fault_inject/waits.h"

namespace shortwrite::fault_inject {
namespace {

struct CallerContext {
  pid_t thread;
  const TracedThread& traced;
  const TracedProcess& process;
};

int InterruptingSignalOf(void* context, bool any_handler) {
  const auto& caller = *static_cast<const CallerContext*>(context);
  uint64_t blocked = 0;
  ptrace(PTRACE_GETSIGMASK, caller.thread, sizeof(blocked), &blocked);
  return InterruptingSignal(caller.process.caught, blocked, any_handler);
}

void IdentifyTracee(void* context, TraceRecord& record) {
  const auto& caller = *static_cast<const CallerContext*>(context);
  record.process = static_cast<uint32_t>(caller.traced.process);
  record.thread = static_cast<uint32_t>(caller.thread);
}

Caller CallerOf(CallerContext& context, const CallEntry& entry) {
  const TracedProcess& process = context.process;
  const auto is_in_program = [&](uint64_t address) {
    return address >= process.program_begin && address < process.program_end;
  };
  // Where that cannot be told, the system call's own place: right, if it says less.
  uint64_t address = FindReturnAddress(context.thread, entry);
  if (address == 0) address = entry.instruction_pointer;
  const bool in_program = is_in_program(address);
  return {.context = &context,
          .interrupting_signal = InterruptingSignalOf,
          .identify = IdentifyTracee,
          .address = in_program ? address - process.program_begin : address,
          .in_program = in_program};
}

// The pending call of a thread, if this is one that it makes again.
bool TakeRepeated(TracedThread& traced, const CallEntry& entry) {
  std::vector<PendingCall>& repeating = traced.repeating;
  const auto again = std::find_if(repeating.begin(), repeating.end(),
                                  [&](const PendingCall& call) { return call.entry == entry; });
  if (again == repeating.end()) return false;
  traced.pending = *again;
  traced.pending->interrupted = false;
  repeating.erase(again);
  return true;
}

// Of a file, to write to it through memory.
bool IsSharedMapping(const CallEntry& entry) {
  const uint64_t flags = entry.arguments[3];
  return (entry.arguments[2] & PROT_WRITE) != 0 && (flags & MAP_ANONYMOUS) == 0 &&
         (flags & MAP_TYPE) != MAP_PRIVATE;
}

}  // namespace

void Tracer::OnEntry(pid_t thread, const CallEntry& entry) {
  TracedThread& traced = ThreadOf(thread);
  traced.phase = TracedThread::Phase::kRunning;
  traced.pending.reset();
  if (TakeRepeated(traced, entry)) return Proceed(thread);
  if (auto write = DecodeWriteCall(thread, processes_[traced.process], entry)) {
    return EnterWrite(thread, entry, *write);
  }
  // A clone's filter may stop it at closes that its schedule does not ask for.
  const bool closes = (region_.header.features & kFeatureTraceClose) != 0;
  if (const auto sync = DecodeSyncCall(entry)) {
    return closes ? EnterSync(thread, entry, *sync) : Resume(thread);
  }
  if (IsWaitForReadiness(entry.number) && TracesWaits(region_)) {
    MarkWait(region_, static_cast<uint32_t>(thread));
    return Resume(thread);
  }
  EnterOther(thread, entry);
}

void Tracer::EnterWrite(pid_t thread, const CallEntry& entry, const WriteCall& write) {
  TracedThread& traced = ThreadOf(thread);
  const TracedProcess& process = processes_[traced.process];
  PendingCall pending;
  pending.entry = entry;
  pending.write = write;
  {
    const BorrowedDescriptor descriptor(process.handle, thread, write.request.descriptor);
    CallerContext context = {thread, traced, process};
    if (descriptor.get() >= 0) {
      pending.call.Enter(region_, write.request, descriptor.get(), CallerOf(context, entry));
    }
  }
  if (!pending.call.is_output()) return Resume(thread);
  if (pending.call.answer_now()) return AnswerNow(thread, pending);
  if (pending.call.may_be_unwatched()) {
    pending.call.LetGo();
    return Resume(thread);
  }
  traced.pending = pending;
  Proceed(thread);
}

void Tracer::EnterSync(pid_t thread, const CallEntry& entry, CallKind call) {
  TracedThread& traced = ThreadOf(thread);
  const int number = static_cast<int>(entry.arguments[0]);
  PendingCall pending;
  pending.entry = entry;
  {
    // Given back before the call: a close that leaves a copy open is another one.
    const BorrowedDescriptor descriptor(processes_[traced.process].handle, thread, number);
    if (descriptor.get() >= 0) pending.sync.Enter(region_, call, number, descriptor.get());
  }
  if (!pending.sync.is_output()) return Resume(thread);
  traced.pending = pending;
  traced.phase = TracedThread::Phase::kInCall;
  Resume(thread);
}

void Tracer::EnterOther(pid_t thread, const CallEntry& entry) {
  const auto saw = [&](uint32_t way) {
    __atomic_fetch_or(&region_.header.unseen_ways, way, __ATOMIC_ACQ_REL);
  };
  switch (entry.number) {
    case SYS_rt_sigaction:
      RecordHandler(thread, entry);
      break;
    case SYS_mmap:
      if (IsSharedMapping(entry)) saw(kWaySharedMapping);
      break;
    case SYS_io_uring_setup:
      saw(kWayIoUring);
      break;
    case SYS_sched_getaffinity:
    case SYS_sched_setaffinity:
      ReleaseProcessor(ThreadOf(thread).process);
      ReleaseProcessor(static_cast<pid_t>(entry.arguments[0]));
      break;
    case SYS_ptrace:
      saw(kWayPtrace);
      break;
    default:
      break;
  }
  Resume(thread);
}

// At the entry, although the call may yet fail: it does so for signals that nobody can handle.
void Tracer::RecordHandler(pid_t thread, const CallEntry& entry) {
  const auto signal = static_cast<int>(entry.arguments[0]);
  KernelSigaction action = {};
  if (signal < 1 || signal > kSignalsMax || entry.arguments[1] == 0) return;
  if (!ReadValue(thread, entry.arguments[1], action)) return;
  TracedProcess& process = processes_[ThreadOf(thread).process];
  process.caught.Set(signal, action);
  process.resetting &= ~SignalBit(signal);
  if ((action.flags & SA_RESETHAND) != 0) process.resetting |= SignalBit(signal);
}

void Tracer::Proceed(pid_t thread) {
  TracedThread& traced = ThreadOf(thread);
  PendingCall& pending = *traced.pending;
  if (pending.write && pending.call.is_cut()) {
    const bool needs_scratch = pending.write->cut_by != CutBy::kCount && traced.scratch == 0;
    if (needs_scratch && MayMapScratch(thread)) return MapScratch(thread);
    if (needs_scratch || !Cut(thread, pending)) pending.call.Withdraw();
  }
  traced.phase = TracedThread::Phase::kInCall;
  Resume(thread);
}

bool Tracer::Cut(pid_t thread, PendingCall& pending) {
  const WriteCall& write = *pending.write;
  const int argument = write.cut_argument;
  const uint64_t scratch = ThreadOf(thread).scratch;
  Registers registers;
  if (!registers.Load(thread)) return false;
  const Registers before = registers;
  size_t used = 0;
  switch (write.cut_by) {
    case CutBy::kCount:
      registers.set_argument(argument, pending.call.granted());
      break;
    case CutBy::kVectors:
      used = CopyCutVectors(thread, pending, pending.entry.arguments[argument],
                            pending.entry.arguments[argument + 1]);
      if (used == 0) return false;
      registers.set_argument(argument, scratch);
      registers.set_argument(argument + 1, used);
      break;
    case CutBy::kMessage: {
      msghdr message = {};
      if (!ReadValue(thread, pending.entry.arguments[argument], message)) return false;
      used = CopyCutVectors(thread, pending, reinterpret_cast<uint64_t>(message.msg_iov),
                            message.msg_iovlen);
      if (used == 0) return false;
      message.msg_iov = reinterpret_cast<iovec*>(scratch);
      message.msg_iovlen = used;
      if (!WriteMemory(thread, scratch + kScratchMessage, &message, sizeof(message))) return false;
      registers.set_argument(argument, scratch + kScratchMessage);
      break;
    }
  }
  if (!registers.Store(thread)) return false;
  pending.before_cut = before;
  return true;
}

// Puts what is to be written into the scratch memory; returns how many elements, 0 on failure.
size_t Tracer::CopyCutVectors(pid_t thread, const PendingCall& pending, uint64_t address,
                              uint64_t count) {
  std::array<iovec, kVectorsMax> vectors;
  std::array<iovec, kVectorsMax> cut;
  if (count > vectors.size()) return 0;
  if (!ReadMemory(thread, address, vectors.data(), count * sizeof(iovec))) return 0;
  const uint64_t granted = pending.call.granted();
  const size_t used = VectorsHolding(vectors.data(), count, granted);
  CutVectors(vectors.data(), used, granted, cut.data());
  const uint64_t scratch = ThreadOf(thread).scratch;
  return WriteMemory(thread, scratch, cut.data(), used * sizeof(iovec)) ? used : 0;
}

// A target may have forbidden itself to map memory, by a filter that kills whoever does
// (seccomp(2)).
bool Tracer::MayMapScratch(pid_t thread) const {
  return filters_ < 0 || CountFilters(thread) == filters_;
}

// The thread maps the memory itself: its call becomes an mmap, and is made again afterwards. A
// place on its stack would do for C; below a goroutine's lies other data.
void Tracer::MapScratch(pid_t thread) {
  TracedThread& traced = ThreadOf(thread);
  Registers registers;
  if (!registers.Load(thread)) return;
  registers.set_argument(0, 0);
  registers.set_argument(1, kScratchBytes);
  registers.set_argument(2, PROT_READ | PROT_WRITE);
  registers.set_argument(3, MAP_PRIVATE | MAP_ANONYMOUS);
  registers.set_argument(4, static_cast<uint64_t>(-1));
  registers.set_argument(5, 0);
  if (!registers.SetNumber(thread, SYS_mmap) || !registers.Store(thread)) return;
  traced.phase = TracedThread::Phase::kMappingScratch;
  Resume(thread);
}

void Tracer::ScratchMapped(pid_t thread, int64_t result) {
  TracedThread& traced = ThreadOf(thread);
  traced.phase = TracedThread::Phase::kRunning;
  if (result > 0) traced.scratch = static_cast<uint64_t>(result);
  PendingCall& pending = *traced.pending;
  // Without memory (RLIMIT_AS) the call goes on whole.
  if (result <= 0) pending.call.Withdraw();
  Registers registers;
  if (!registers.Load(thread)) return;
  for (int i = 0; i < 6; ++i) registers.set_argument(i, pending.entry.arguments[i]);
  registers.Repeat(pending.entry.number);
  registers.Store(thread);
  traced.RepeatLater();
  Resume(thread);
}

void Tracer::AnswerNow(pid_t thread, PendingCall& pending) {
  Registers registers;
  if (!registers.Load(thread)) return;
  registers.set_result(-pending.call.error());
  if (!registers.SetNumber(thread, -1) || !registers.Store(thread)) return;
  if (pending.call.signal() != 0) {
    syscall(SYS_tgkill, ThreadOf(thread).process, thread, pending.call.signal());
  }
  pending.call.Answered();
  if (pending.call.needs_rearming()) {
    TracedThread& traced = ThreadOf(thread);
    traced.pending = pending;
    traced.phase = TracedThread::Phase::kAnswered;
  }
  Resume(thread);
}

// Programs rely on it that a system call leaves its arguments' registers alone. It changes none but
// that of its result.
void Tracer::PutBack(pid_t thread, PendingCall& pending, int64_t result) {
  if (!pending.before_cut) return;
  pending.before_cut->set_result(result);
  pending.before_cut->Store(thread);
  pending.before_cut.reset();
}

void Tracer::Publish(pid_t thread, PendingCall& pending, int64_t result) {
  const TracedThread& traced = ThreadOf(thread);
  const TracedProcess& process = processes_[traced.process];
  const int error = result < 0 ? static_cast<int>(-result) : 0;
  if (pending.write) {
    std::optional<BorrowedDescriptor> descriptor;
    if (pending.call.asks_descriptor_at_return()) {
      descriptor.emplace(process.handle, thread, pending.write->request.descriptor);
    }
    return pending.call.Returned(error == 0 ? result : -1, error,
                                 descriptor ? descriptor->get() : -1);
  }
  CallerContext context = {thread, traced, process};
  const int shown = pending.sync.Returned(error, CallerOf(context, pending.entry));
  if (shown == error) return;
  Registers registers;
  if (!registers.Load(thread)) return;
  registers.set_result(-shown);
  registers.Store(thread);
}

}  // namespace shortwrite::fault_inject
