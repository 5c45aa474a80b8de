#include "harness/trial/snapshot_runner.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "fault_inject/syscall/tracer.h"
#include "harness/trial/alarm.h"
#include "harness/trial/process_tree.h"
#include "harness/trial/same_trial.h"
#include "harness/trial/spawn.h"
#include "harness/trial/traced_children.h"

namespace shortwrite {
namespace {

using std::chrono::duration_cast;
using std::chrono::microseconds;
using std::chrono::milliseconds;

// A clone that takes longer than several whole trials is better judged by exec.
constexpr milliseconds kBaseDeadline{500};
constexpr int kControlMultiple = 4;
constexpr milliseconds kBaseHoldTime{2000};
constexpr uint32_t kAbandonedMax = 3;
// The library makes a call short in a microsecond, the tracer in ten: from so many calls on, what a
// start costs is made up for.
constexpr size_t kCallsMaxBesidePreload = 64;

bool IsSync(const TracedCall& call) {
  return call.call == "close" || call.call == "fsync" || call.call == "fdatasync";
}

bool SameResult(const Observation& a, const Observation& b) {
  if (a.end != b.end || a.outputs.size() != b.outputs.size()) return false;
  for (size_t i = 0; i < a.outputs.size(); ++i) {
    if (a.outputs[i].name != b.outputs[i].name ||
        a.outputs[i].bytes.view() != b.outputs[i].bytes.view()) {
      return false;
    }
  }
  return (a.diagnostics_bytes == 0) == (b.diagnostics_bytes == 0);
}

}  // namespace

SnapshotRunner::SnapshotRunner(ExecRunner exec, bool wanted)
    : exec_(std::move(exec)), wanted_(wanted) {}
SnapshotRunner::SnapshotRunner(SnapshotRunner&&) noexcept = default;
SnapshotRunner::~SnapshotRunner() = default;

Status SnapshotRunner::UseBackend(Backend backend) {
  Drop();
  control_.reset();
  return exec_.UseBackend(backend);
}

// What the snapshot has read of the old one would go on in its clones.
Status SnapshotRunner::UsePayload(std::string_view bytes) {
  Drop();
  control_.reset();
  return exec_.UsePayload(bytes);
}

void SnapshotRunner::Calibrate(const Observation& control) {
  exec_.Calibrate(control);
  if (!wanted_) return;
  control_ = control;
  closes_by_exec_ = false;
  why_not_ = WhyNeverFor(control);
  abandoned_ = 0;
  deadline_ = std::max(kBaseDeadline, duration_cast<milliseconds>(kControlMultiple * control.wall));
  if (exec_.settings_.timeout) deadline_ = std::min(deadline_, *exec_.settings_.timeout);
}

std::string SnapshotRunner::WhyNeverFor(const Observation& control) const {
  if (exec_.settings_.sink.is_stream()) {
    return "the output is a stream, which all clones would share";
  }
  if (control.processes_left > 0) return "it leaves processes behind";
  if (backend() == Backend::kPreload && control.calls.size() > kCallsMaxBesidePreload) {
    return fmt::format("with {} calls it is faster under the preload library",
                       control.calls.size());
  }
  return "";
}

// Beside what exec is the reference for: a size limit is set at the start of a program, and a
// control on a plain sink is not this sink's.
bool SnapshotRunner::MayServe(const TrialRequest& request) {
  return wanted_ && control_ && why_not_.empty() && !request.schedule.empty() &&
         !request.schedule.full && !request.full_trace && request.with_existing &&
         !request.plain_sink && !(closes_by_exec_ && NeedsCloses(request.schedule));
}

Result<Observation> SnapshotRunner::Run(const TrialRequest& request) {
  if (!MayServe(request)) return RunByExec(request);
  // To stop at each close costs more than the rare schedule that is about one.
  if (!closes_ && NeedsCloses(request.schedule)) {
    closes_ = true;
    Drop();
  }
  if (tracer_ == nullptr || !tracer_->has_snapshot()) {
    if (Status taken = Take(); !taken.ok()) return taken.error();
    if (!MayServe(request)) return RunByExec(request);
  }
  Result<std::optional<Observation>> cloned = RunClone(request);
  if (!cloned.ok()) return cloned.error();
  if (!cloned.value()) return RunByExec(request);
  Observation& observation = *cloned.value();
  const bool checks = NeedsCheck(request, observation);
  ++served_;
  if (checks) return Check(request, observation);
  return std::move(observation);
}

Result<Observation> SnapshotRunner::RunByExec(const TrialRequest& request) {
  Drop();
  return exec_.Run(request);
}

// Holds a new one, and shows that its clones do what the control did. An Error is the harness's.
Status SnapshotRunner::Take() {
  why_not_ = Hold();
  if (!why_not_.empty()) return Ok();
  Result<std::optional<Observation>> cloned = RunClone({});
  if (!cloned.ok()) return cloned.error();
  std::string difference = "it did not end in time, or left processes behind";
  if (cloned.value()) {
    difference = DifferenceOf(*cloned.value(), closes_);
    if (closes_ && !difference.empty() && DifferenceOf(*cloned.value(), false).empty()) {
      closes_by_exec_ = true;
      closes_ = false;
      Drop();
      return Ok();
    }
  }
  if (!difference.empty()) {
    why_not_ = "a clone without faults differs from the control: " + difference;
  } else if (!tracer_->has_snapshot()) {
    why_not_ = fmt::format("it prints more than {} bytes, which are not copied but kept as a file",
                           FileBytes::kCopiedBytesMax);
  }
  return Ok();
}

std::string SnapshotRunner::DifferenceOf(const Observation& clone, bool with_closes) const {
  Observation expected = *control_;
  Observation actual = clone;
  if (!with_closes) {
    std::erase_if(expected.calls, IsSync);
    std::erase_if(actual.calls, IsSync);
  }
  const std::string difference = DescribeTrialDifference(expected, actual);
  // Only a tracer sees these, and a target that traces by itself is refused by one.
  const bool more_ways = difference.empty() && expected.unseen_ways != actual.unseen_ways;
  return more_ways ? actual.unseen_ways : difference;
}

std::string SnapshotRunner::Hold() {
  if (tracer_ == nullptr) {
    if (std::string why_not = WhyNotTraceable(); !why_not.empty()) return why_not;
    tracer_ = std::make_unique<fault_inject::Tracer>(exec_.region_.region());
    children_ = std::make_unique<TracedChildren>(*tracer_);
  }
  const TrialRequest control;
  streams_ = {};
  const Result<FileIdentity> dir = exec_.ClearDir(control);
  if (!dir.ok()) return dir.error().message;
  if (Status opened = exec_.OpenStreams(control, streams_); !opened.ok()) {
    return opened.error().message;
  }
  if (Status prepared = exec_.PrepareRegion(control, dir.value(), streams_); !prepared.ok()) {
    return prepared.error().message;
  }
  const std::vector<std::string> environment =
      TrialEnvironment("", exec_.workspace_.region(), exec_.workspace_.dir());
  const std::vector<char*> command = TextPointers(exec_.command_);
  const std::vector<char*> variables = TextPointers(environment);
  // Every system call stops on the way.
  const milliseconds time =
      kBaseHoldTime + duration_cast<milliseconds>(kControlMultiple * control_->wall);
  const Alarm alarm(time);
  return tracer_->Hold({.program = exec_.program_.c_str(),
                        .command = command.data(),
                        .environment = variables.data(),
                        .in = streams_.in.get(),
                        .out = streams_.out.get(),
                        .error = streams_.error.get(),
                        .new_group = true},
                       exec_.workspace_.dir(), closes_, std::chrono::steady_clock::now() + time);
}

// Nothing where exec has to judge.
Result<std::optional<Observation>> SnapshotRunner::RunClone(const TrialRequest& request) {
  const Result<FileIdentity> dir = exec_.ClearDir(request);
  if (!dir.ok()) return dir.error();
  if (ftruncate(streams_.out.get(), 0) != 0 || ftruncate(streams_.error.get(), 0) != 0) {
    return ErrnoError("empty the target's streams", errno);
  }
  if (Status prepared = exec_.PrepareRegion(request, dir.value(), streams_); !prepared.ok()) {
    return prepared.error();
  }
  const auto started = std::chrono::steady_clock::now();
  pid_t clone = -1;
  WatchedEnd watched;
  if (tracer_->StartClone(clone) != 0 || !children_->WaitFor(clone, deadline_, watched.end) ||
      !tracer_->nobody_left() || !tracer_->is_undisturbed()) {
    AbandonClone();
    if (StopRequested()) return Error{ErrorKind::kInterrupted, "stopped by a signal"};
    return std::optional<Observation>();
  }
  abandoned_ = 0;
  const auto wall = duration_cast<microseconds>(std::chrono::steady_clock::now() - started);
  Result<Observation> observation = exec_.Observe(request, streams_, watched, wall);
  if (!observation.ok()) return observation.error();
  // A large stream is mapped by its observation, and must not be cut under its feet.
  const uint64_t stream_bytes = std::max(exec_.stdout_bytes_, exec_.diagnostics_bytes_);
  if (stream_bytes > FileBytes::kCopiedBytesMax) Drop();
  return std::optional<Observation>(std::move(observation).value());
}

void SnapshotRunner::AbandonClone() {
  Drop();
  KillDescendants();
  if (++abandoned_ >= kAbandonedMax) {
    why_not_ = fmt::format("{} clones in a row did not end within {} ms, or left processes behind",
                           abandoned_, deadline_.count());
  }
}

bool SnapshotRunner::NeedsCheck(const TrialRequest& request, const Observation& observation) const {
  if (served_ % kTrialsPerCheck == 0) return true;
  return IsRecoverable(request.schedule) && !SameResult(observation, *control_);
}

Result<Observation> SnapshotRunner::Check(const TrialRequest& request,
                                          const Observation& observation) {
  Result<Observation> by_exec = RunByExec(request);
  if (!by_exec.ok()) return by_exec;
  const std::string difference = DescribeTrialDifference(by_exec.value(), observation);
  if (difference.empty()) return by_exec;
  Result<Observation> again = exec_.Run(request);
  if (!again.ok()) return again;
  if (!DescribeTrialDifference(by_exec.value(), again.value()).empty()) return by_exec;
  GiveUp(fmt::format("under '{}' a clone differed from a new start: {}", ToText(request.schedule),
                     difference));
  return Error{ErrorKind::kUntrusted, why_not_};
}

void SnapshotRunner::GiveUp(const std::string& why) {
  Drop();
  wanted_ = false;
  why_not_ = why;
}

void SnapshotRunner::Drop() {
  if (tracer_ != nullptr) tracer_->Drop();
  // With it goes what a clone left on its streams: a lock, which would hit the next start.
  streams_ = {};
}

}  // namespace shortwrite
