// Waits for a target and ends it when it will not end by itself.
#pragma once

#include <signal.h>
#include <sys/types.h>

#include <chrono>
#include <functional>
#include <optional>

#include "harness/base/result.h"
#include "harness/trial/children.h"
#include "harness/trial/observation.h"

namespace shortwrite {

struct WatchLimits {
  std::chrono::milliseconds timeout;
  // CPU that the target may burn without any accepted byte before it counts as spinning.
  std::chrono::milliseconds spin_cpu;
  uint64_t output_bytes_max;
  // What descendants that outlive the target get, counted from their last progress.
  std::chrono::milliseconds grace{100};
  // false: only an asked-for deadline ends the target; nothing is concluded from its silence.
  bool watch_progress = true;

  // For a run that is the caller's own business.
  static WatchLimits Unlimited(const std::optional<std::chrono::milliseconds>& timeout);
};

// What the watch asks of the rest of the trial while the target runs.
// Told at each look at a target that still runs how long its trial has taken so far; may be empty.
using WhileRunning = std::function<void(std::chrono::milliseconds so_far)>;

struct WatchProbes {
  std::function<uint64_t()> progress;      // grows with every accepted byte
  std::function<uint64_t()> output_bytes;  // size of the outputs so far
  WhileRunning running = {};
};

struct WatchedEnd {
  TargetEnd end;
  uint32_t processes_left = 0;
  bool progress_after_end = false;  // what the target left behind was still writing
  std::chrono::microseconds cpu{0};
};

// Blocks until pid, a child of ours, has ended, and reaps it and every descendant. Descendants that
// outlive it get a moment to finish what they write; then they are killed. An Error when a signal
// asked the harness to stop.
Result<WatchedEnd> Watch(pid_t pid, Children& children, const WatchLimits& limits,
                         const WatchProbes& probes);

// SIGINT, SIGTERM and SIGHUP, but for those that the caller had ignored, as nohup(1) and a shell's
// background jobs do.
sigset_t StopSignals();

// The stop signals end the trial in hand and make Watch return kInterrupted. Async-signal-safe
// handlers; call once, before the first trial.
void InstallStopHandlers();
bool StopRequested();

}  // namespace shortwrite
