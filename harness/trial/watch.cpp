#include "harness/trial/watch.h"

#include <signal.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <string>
#include <vector>

#include "harness/trial/process_tree.h"

namespace shortwrite {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr std::array kStopSignals = {SIGINT, SIGTERM, SIGHUP};

volatile sig_atomic_t stop_requested = 0;

void RequestStop(int) {
  stop_requested = 1;
}

// Between two looks at a target that is still running.
constexpr milliseconds kSampleInterval{50};
// Blocked in untimed waits at so many looks in a row, and never scheduled between them: it will not
// come back. Looks, not a time: when the whole machine stands still, we do not look either. Whoever
// holds a socket may be waiting for somebody outside the trial, who takes his time.
constexpr uint32_t kStillLooks = 20;
constexpr uint32_t kStillLooksWithSockets = 60;
constexpr milliseconds kGraceInterval{2};

milliseconds TicksToTime(uint64_t ticks) {
  return milliseconds(ticks * 1000 / static_cast<uint64_t>(sysconf(_SC_CLK_TCK)));
}

// Follows progress and CPU from sample to sample, and says when the target's end is proved.
class LivenessJudge {
 public:
  explicit LivenessJudge(const WatchLimits& limits) : limits_(limits), quiet_since_(Clock::now()) {}

  // True when end holds a verdict.
  bool Sample(const WatchProbes& probes, Clock::time_point started, TargetEnd& end) {
    const uint64_t progress = probes.progress();
    const std::vector<ProcessState> processes = Descendants(getpid());
    const auto now = Clock::now();
    const uint64_t ticks = TicksOf(processes);
    if (progress != progress_) {
      progress_ = progress;
      ticks_at_progress_ = ticks;
      quiet_since_ = now;
    }
    // A target may also work without writing, or wait for a process that does: for one after the
    // other, perhaps, each too short to show any CPU.
    if (ticks != ticks_ || PidsOf(processes) != pids_) quiet_since_ = now;
    ticks_ = ticks;
    pids_ = PidsOf(processes);
    CountStillLooks(processes);

    if (!limits_.watch_progress) {
      return now - started >= limits_.timeout && Ended(end, TargetEnd::Kind::kSlow);
    }
    if (probes.output_bytes() > limits_.output_bytes_max)
      return Ended(end, TargetEnd::Kind::kRunaway);
    const milliseconds burnt = TicksToTime(ticks - std::min(ticks, ticks_at_progress_));
    if (burnt >= limits_.spin_cpu) return Ended(end, TargetEnd::Kind::kSpun);
    if (still_looks_ >= StillLooksNeeded(processes) && AllWaitForGood(processes)) {
      return Ended(end, TargetEnd::Kind::kHung);
    }
    const auto quiet = now - quiet_since_;
    if (now - started < limits_.timeout) return false;
    // At the deadline half a deadline of silence proves a hang, unless the silence is the
    // machine's: a process that waits for a processor or a disk is no worse than slow.
    const bool silent = quiet * 2 >= limits_.timeout && NoneIsReady(processes);
    return Ended(end, silent ? TargetEnd::Kind::kHung : TargetEnd::Kind::kSlow);
  }

 private:
  static bool Ended(TargetEnd& end, TargetEnd::Kind kind) {
    end = {kind, 0};
    return true;
  }

  static uint64_t TicksOf(const std::vector<ProcessState>& processes) {
    uint64_t ticks = 0;
    for (const ProcessState& process : processes) ticks += process.cpu_ticks;
    return ticks;
  }

  static std::vector<pid_t> PidsOf(const std::vector<ProcessState>& processes) {
    std::vector<pid_t> pids;
    pids.reserve(processes.size());
    for (const ProcessState& process : processes) pids.push_back(process.pid);
    return pids;
  }

  void CountStillLooks(const std::vector<ProcessState>& processes) {
    std::string scheduling;
    for (const ProcessState& process : processes) scheduling += SchedulingOf(process.pid);
    still_looks_ = scheduling == scheduling_ ? still_looks_ + 1 : 0;
    scheduling_ = std::move(scheduling);
  }

  uint32_t StillLooksNeeded(const std::vector<ProcessState>& processes) const {
    if (still_looks_ < kStillLooks) return kStillLooks;
    const bool sockets =
        std::any_of(processes.begin(), processes.end(),
                    [](const ProcessState& process) { return HoldsSocket(process.pid); });
    return sockets ? kStillLooksWithSockets : kStillLooks;
  }

  static bool NoneIsReady(const std::vector<ProcessState>& processes) {
    return std::none_of(processes.begin(), processes.end(), [](const ProcessState& process) {
      return process.state == 'R' || process.state == 'D';
    });
  }

  static bool AllWaitForGood(const std::vector<ProcessState>& processes) {
    return !processes.empty() &&
           std::all_of(processes.begin(), processes.end(), [](const ProcessState& process) {
             return process.state == 'Z' || WaitsForGood(process.pid);
           });
  }

  const WatchLimits& limits_;
  Clock::time_point quiet_since_;
  uint64_t progress_ = 0;
  uint64_t ticks_ = 0;
  uint64_t ticks_at_progress_ = 0;
  std::vector<pid_t> pids_;
  std::string scheduling_;    // at the last look
  uint32_t still_looks_ = 0;  // since it last changed
};

// The target has ended; whoever it left behind may still be writing (a pipeline's tail, a process
// substitution).
void EndDescendants(Children& children, const WatchLimits& limits, const WatchProbes& probes,
                    WatchedEnd& watched) {
  const auto started = Clock::now();
  auto last_progress = started;
  uint64_t progress = probes.progress();
  while (children.Linger(kGraceInterval)) {
    const auto now = Clock::now();
    if (const uint64_t current = probes.progress(); current != progress) {
      progress = current;
      last_progress = now;
      watched.progress_after_end = true;
    }
    const bool overgrown = probes.output_bytes() > limits.output_bytes_max;
    if (now - last_progress > limits.grace || now - started > limits.timeout || overgrown ||
        StopRequested()) {
      watched.processes_left = KillDescendants();
      return;
    }
  }
}

std::chrono::microseconds CpuOfChildren() {
  rusage usage = {};
  getrusage(RUSAGE_CHILDREN, &usage);
  const auto time = [](const timeval& value) {
    return std::chrono::seconds(value.tv_sec) + std::chrono::microseconds(value.tv_usec);
  };
  return time(usage.ru_utime) + time(usage.ru_stime);
}

}  // namespace

WatchLimits WatchLimits::Unlimited(const std::optional<milliseconds>& timeout) {
  constexpr milliseconds kForever = std::chrono::hours(24 * 365);
  return {.timeout = timeout.value_or(kForever),
          .spin_cpu = kForever,
          .output_bytes_max = UINT64_MAX,
          .watch_progress = false};
}

sigset_t StopSignals() {
  sigset_t stops;
  sigemptyset(&stops);
  for (const int signal : kStopSignals) {
    struct sigaction action = {};
    sigaction(signal, nullptr, &action);
    if (action.sa_handler != SIG_IGN) sigaddset(&stops, signal);
  }
  return stops;
}

void InstallStopHandlers() {
  const sigset_t stops = StopSignals();
  struct sigaction action = {};
  action.sa_handler = RequestStop;  // no SA_RESTART: poll below must wake up
  for (const int signal : kStopSignals) {
    if (sigismember(&stops, signal) == 1) sigaction(signal, &action, nullptr);
  }
}

bool StopRequested() {
  return stop_requested != 0;
}

Result<WatchedEnd> Watch(pid_t pid, Children& children, const WatchLimits& limits,
                         const WatchProbes& probes) {
  const auto started = Clock::now();
  const auto cpu_before = CpuOfChildren();
  LivenessJudge judge(limits);
  WatchedEnd watched;
  while (!children.WaitFor(pid, kSampleInterval, watched.end)) {
    // A stop signal interrupts the wait; its handler has run by the time it returns.
    if (StopRequested()) {
      KillDescendants();
      return Error{ErrorKind::kInterrupted, "stopped by a signal"};
    }
    if (probes.running) {
      probes.running(std::chrono::duration_cast<milliseconds>(Clock::now() - started));
    }
    if (judge.Sample(probes, started, watched.end)) {
      KillDescendants();
      watched.cpu = CpuOfChildren() - cpu_before;
      return watched;
    }
  }
  EndDescendants(children, limits, probes, watched);
  watched.cpu = CpuOfChildren() - cpu_before;
  return watched;
}

}  // namespace shortwrite
