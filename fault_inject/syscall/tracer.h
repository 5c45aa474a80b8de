// The backend for any binary: watches the target's system calls from outside (ptrace(2)), stopped
// only at those of interest by a seccomp filter (seccomp(2)), and makes them short there.
//
// A short write is made by lowering the count register at the entry; a vector is cut in a private
// mapping of the tracee's, never in its data. EAGAIN, EINTR and errors are made by leaving the call
// out. The schedule comes from the shared region and the trace goes there, as with the preload
// library; nothing is loaded into the target.
//
// All calls from one thread: ptrace belongs to the thread that attached. The tracees die with it
// (PTRACE_O_EXITKILL), however it ends. Invisible to a target, but for what the kernel shows of any
// tracer: TracerPid and Seccomp in /proc/self/status, a refused ptrace(2) of its own, and, without
// CAP_SYS_ADMIN, no_new_privs.
#pragma once

#include <linux/filter.h>
#include <sys/types.h>

#include <array>
#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "fault_inject/protocol.h"
#include "fault_inject/syscall/call_table.h"
#include "fault_inject/syscall/program_start.h"
#include "fault_inject/syscall/shared_processor.h"
#include "fault_inject/syscall/snapshot.h"
#include "fault_inject/syscall/tracee.h"

namespace shortwrite::fault_inject {

class Tracer {
 public:
  // Why no process can be traced here, with the remedy; empty if one can. Tries it.
  static std::string WhyUnavailable();

  // Where a filter cannot be had, every system call stops, which is slow.
  enum class Stops { kFiltered, kEverySystemCall };
  explicit Tracer(Region& region, Stops stops = Stops::kFiltered);
  Tracer(const Tracer&) = delete;
  Tracer& operator=(const Tracer&) = delete;
  ~Tracer();

  // Starts a program under the schedule that the region holds now; 0 and its process, or an errno.
  // Nobody of an earlier trial may be left.
  int Spawn(const ProgramStart& start, pid_t& process);

  enum class Wake {
    kEnded,        // the target has; wait_status is its
    kInterrupted,  // a signal came to this process, or the time is over
    kNobodyLeft,   // no child, traced or not
  };
  // Lets the tracees run, and works on their calls, until one of the above happens. A wait for them
  // ends by a signal alone; the time counts where they leave nothing to wait for.
  Wake Run(pid_t target, std::chrono::steady_clock::time_point until, int& wait_status);

  // Snapshots (snapshot.h; tracer_snapshot.cpp). Starts a program, lets it run up to the first call
  // that a clone must make for itself (early_calls.h), and keeps it there; "", or why that cannot
  // be done, in words, and then nobody is left. dir: where the trial's files are. closes: whether
  // its clones stop at closes and syncs; else those are never seen.
  std::string Hold(const ProgramStart& start, std::string_view dir, bool closes,
                   std::chrono::steady_clock::time_point until);
  // Starts a clone of it under the schedule that the region holds now, as Spawn does with a
  // program.
  int StartClone(pid_t& process);
  bool has_snapshot() const { return snapshot_.has_value() && !snapshot_lost_; }
  // The snapshot is still alive, and nobody sent it a signal.
  bool is_undisturbed();
  // Of the target that ended last nothing is left.
  bool nobody_left() const { return threads_.empty(); }
  // Ends the snapshot.
  void Drop();

 private:
  struct Stop {
    pid_t thread;
    int signal;
    int event;
  };

  // A target on its way to be held.
  struct Holding {
    std::string_view dir;
    bool closes = false;
    // Where the thread-id address is no place to repair the thread's id at: hold before it is set.
    bool before_thread_id = false;
    bool done = false;
    std::string why_not;
    CallEntry pending;
    uint64_t thread_id_at = 0;
  };
  enum class ThreadId { kRepairable, kElsewhere };

  std::vector<sock_filter>& FilterFor(StopsAt stops);
  int WaitForExec(pid_t process, const int& error);
  void StartOver();
  void OnStop(const Stop& stop);
  void OnEvent(const Stop& stop);
  void OnExec(pid_t process);
  void Name(pid_t process);
  void OnSystemCall(pid_t thread);
  void OnReturn(pid_t thread, int64_t result);
  void OnSignal(pid_t thread, int signal);
  void ForgetInterruption(pid_t thread, int signal);
  void OnEnd(pid_t thread);
  void ReleaseProcessor(pid_t process);
  TracedThread& ThreadOf(pid_t thread);
  void Resume(pid_t thread, int signal = 0);

  // The calls of interest (tracer_calls.cpp), and ours (tracer_side_calls.cpp).
  void OnEntry(pid_t thread, const CallEntry& entry);
  void EnterWrite(pid_t thread, const CallEntry& entry, const WriteCall& write);
  void EnterSync(pid_t thread, const CallEntry& entry, CallKind call);
  void EnterOther(pid_t thread, const CallEntry& entry);
  void RecordHandler(pid_t thread, const CallEntry& entry);
  void Proceed(pid_t thread);
  bool Cut(pid_t thread, PendingCall& pending);
  size_t CopyCutVectors(pid_t thread, const PendingCall& pending, uint64_t address, uint64_t count);
  bool MayMapScratch(pid_t thread) const;
  void MapScratch(pid_t thread);
  void ScratchMapped(pid_t thread, int64_t result);
  void StartRearming(pid_t thread, const PendingCall& pending);
  void NextSideCall(pid_t thread);
  void RunSideCall(pid_t thread, long number, const std::array<uint64_t, 6>& arguments);
  void SideCallReturned(pid_t thread, int64_t result);
  void EndRearming(pid_t thread);
  void AnswerNow(pid_t thread, PendingCall& pending);
  void PutBack(pid_t thread, PendingCall& pending, int64_t result);
  void Publish(pid_t thread, PendingCall& pending, int64_t result);

  // Snapshots.
  std::string HoldOnce(const ProgramStart& start, const Holding& wanted,
                       std::chrono::steady_clock::time_point until);
  void OnEarlyCall(pid_t thread, const CallEntry& entry);
  void StopHolding(std::string why_not);
  std::string TakeSnapshot(pid_t process, const Holding& holding);
  bool LeaveOutPending(Snapshot& taken) const;
  ThreadId FindThreadId(const Snapshot& taken) const;
  pid_t CloneOnce(const Snapshot& of) const;
  int AdmitClone(const Snapshot& of, pid_t clone);
  void LoseSnapshot();

  Region& region_;
  const bool may_filter_;
  // By closes and waits of StopsAt, built when first needed. Empty: every system call stops.
  std::map<std::pair<bool, bool>, std::vector<sock_filter>> filter_for_;
  bool filtered_ = false;  // the current trial
  int filters_ = -1;       // of a tracee without any of its own; -1: the kernel does not say
  std::map<pid_t, TracedThread> threads_;
  std::map<pid_t, TracedProcess> processes_;
  std::optional<Holding> holding_;  // while there is no snapshot yet
  std::optional<Snapshot> snapshot_;
  bool snapshot_lost_ = false;  // it ended, or somebody sent it a signal
  SharedProcessor processor_;
  void* stack_ = nullptr;  // of a child before its exec
};

}  // namespace shortwrite::fault_inject
