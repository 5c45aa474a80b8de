// Runs trials. The campaign talks to this interface alone; tests pass a fake.
#pragma once

#include <string_view>

#include "harness/base/result.h"
#include "harness/schedule/schedule.h"
#include "harness/trial/observation.h"
#include "harness/trial/watch.h"

namespace shortwrite {

struct TrialRequest {
  Schedule schedule;
  bool with_existing = true;  // put the existing content in place, if there is one
  bool plain_sink = false;    // a stream of the same kind, but blocking and read at full speed
  // Times, offsets, descriptor flags, processes and threads of every call; without it the trial is
  // faster, the trace has them only where a fault applies, and a snapshot's clone may serve
  // (snapshot_runner.h). A control always has them.
  bool full_trace = false;
};

// How faults get in.
enum class Backend { kPreload, kSyscall };
constexpr std::string_view BackendName(Backend backend) {
  return backend == Backend::kPreload ? "preload" : "syscall";
}

class TrialRunner {
 public:
  virtual ~TrialRunner() = default;

  // The one that the next trial uses.
  virtual Backend backend() const = 0;
  // From now on another one. An Error (kUnavailable) says what forbids it, with the remedy.
  virtual Status UseBackend(Backend backend) = 0;

  // What {payload} holds from the next trial on.
  virtual Status UsePayload(std::string_view bytes) = 0;

  // One run of the target. An Error means that the harness failed, was interrupted, or lacks
  // something; what the target did is always an Observation.
  virtual Result<Observation> Run(const TrialRequest& request) = 0;

  // Who is told while a trial takes long (watch.h); none: nobody. What runs by itself in a moment
  // need not tell.
  virtual void TellWhileRunning(const WhileRunning& /*told*/) {}

  // After the control: deadlines and bounds follow from what the target needs when left alone.
  virtual void Calibrate(const Observation& control) = 0;
};

}  // namespace shortwrite
