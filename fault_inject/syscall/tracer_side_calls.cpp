// Calls that we make a stopped thread execute between two of its own, so that edge-triggered waits
// come back after a fault (edge_trigger.h).
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>

#include <string>

#include "fault_inject/syscall/tracee_memory.h"
#include "fault_inject/syscall/tracer.h"

namespace shortwrite::fault_inject {

// At the return of a call. Signals wait meanwhile: a handler's own calls would look like ours.
void Tracer::StartRearming(pid_t thread, const PendingCall& pending) {
  TracedThread& traced = ThreadOf(thread);
  traced.phase = TracedThread::Phase::kRunning;
  // Nor may the target's own seccomp filter be made to punish it for calls of ours.
  if (!MayMapScratch(thread)) return Resume(thread);
  Rearming rearming;
  rearming.count =
      FindEdgeRegistrations(std::to_string(traced.process).c_str(), pending.call.inode(),
                            rearming.found.data(), static_cast<uint32_t>(rearming.found.size()));
  const bool ready =
      rearming.count > 0 && rearming.after.Load(thread) &&
      ptrace(PTRACE_GETSIGMASK, thread, sizeof(rearming.blocked), &rearming.blocked) == 0;
  if (!ready) return Resume(thread);
  const uint64_t all = ~uint64_t{0};
  ptrace(PTRACE_SETSIGMASK, thread, sizeof(all), &all);
  traced.rearming = rearming;
  NextSideCall(thread);
}

void Tracer::NextSideCall(pid_t thread) {
  TracedThread& traced = ThreadOf(thread);
  Rearming& rearming = *traced.rearming;
  if (traced.scratch == 0) {
    return RunSideCall(thread, SYS_mmap,
                       {0, kScratchBytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
                        static_cast<uint64_t>(-1), 0});
  }
  if (rearming.next == rearming.count) return EndRearming(thread);
  const EdgeRegistration& found = rearming.found[rearming.next];
  epoll_event event = {};
  event.events = found.events;
  event.data.u64 = found.data;
  if (!WriteMemory(thread, traced.scratch, &event, sizeof(event))) return EndRearming(thread);
  RunSideCall(thread, SYS_epoll_ctl,
              {static_cast<uint64_t>(found.epoll), EPOLL_CTL_MOD,
               static_cast<uint64_t>(found.descriptor), traced.scratch, 0, 0});
}

void Tracer::RunSideCall(pid_t thread, long number, const std::array<uint64_t, 6>& arguments) {
  TracedThread& traced = ThreadOf(thread);
  Registers registers = traced.rearming->after;
  for (int i = 0; i < 6; ++i) registers.set_argument(i, arguments[static_cast<size_t>(i)]);
  registers.Repeat(number);
  if (!registers.Store(thread)) return;
  traced.phase = TracedThread::Phase::kSideCall;
  Resume(thread);
}

void Tracer::SideCallReturned(pid_t thread, int64_t result) {
  TracedThread& traced = ThreadOf(thread);
  const bool mapped = traced.scratch == 0;
  if (mapped && result <= 0) return EndRearming(thread);
  if (mapped) {
    traced.scratch = static_cast<uint64_t>(result);
  } else {
    ++traced.rearming->next;
  }
  NextSideCall(thread);
}

void Tracer::EndRearming(pid_t thread) {
  TracedThread& traced = ThreadOf(thread);
  traced.phase = TracedThread::Phase::kRunning;
  traced.rearming->after.Store(thread);
  ptrace(PTRACE_SETSIGMASK, thread, sizeof(traced.rearming->blocked), &traced.rearming->blocked);
  traced.rearming.reset();
  Resume(thread);
}

}  // namespace shortwrite::fault_inject
