#include <shortwrite/injector.h>

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <utility>

#include "harness/base/file_bytes.h"
#include "harness/inprocess/explain.h"
#include "harness/inprocess/injected_process.h"
#include "harness/inprocess/steps.h"
#include "harness/trial/validate_trace.h"
#include "harness/trial/workspace.h"

namespace shortwrite::inprocess {
namespace {

uint64_t SizeOf(const std::string& path) {
  struct stat state = {};
  return stat(path.c_str(), &state) == 0 && S_ISREG(state.st_mode)
             ? static_cast<uint64_t>(state.st_size)
             : 0;
}

// The canonical directory of a path, as the library compares it with what /proc says.
RegionSettings WatchDirectoryOf(const std::string& path) {
  const std::string parent = path.substr(0, path.rfind('/'));
  const std::unique_ptr<char, void (*)(void*)> canonical(
      realpath(parent.empty() ? "/" : parent.c_str(), nullptr), free);
  struct stat state = {};
  if (canonical == nullptr || stat(canonical.get(), &state) != 0) {
    throw InjectorError(fmt::format("the output's directory '{}': {}", parent, strerror(errno)));
  }
  return {.dir = canonical.get(),
          .dir_identity = {state.st_dev, state.st_ino},
          .stdout_identity = {},
          .stdout_is_output = false};
}

RegionSettings WatchDescriptor(int descriptor) {
  const Result<FileIdentity> identity = Identify(descriptor);
  if (!identity.ok()) {
    throw InjectorError(
        fmt::format("descriptor {} is no output: {}", descriptor, identity.error().message));
  }
  RegionSettings settings = InjectedProcess::Get().private_settings();
  settings.dir_identity = {UINT64_MAX, UINT64_MAX};  // files are none of this trial's outputs
  settings.stdout_identity = identity.value();
  settings.stdout_is_output = true;
  return settings;
}

Call ToCall(const TracedCall& traced, const Observation& observation) {
  Call call;
  call.call = traced.call;
  if (traced.output < observation.touched.size()) {
    call.output = observation.touched[traced.output].first_name;
  }
  call.number = traced.number;
  call.asked = traced.asked;
  call.granted = traced.granted;
  call.result = traced.result;
  call.error = traced.error;
  if (traced.step != 0) call.fault = FaultName(traced.fault);
  call.delivered = traced.delivered;
  call.returned = traced.returned;
  call.legal_under = traced.legal_under;
  return call;
}

}  // namespace

struct ScopedInjector::State {
  State(Schedule planned, const InjectorOptions& chosen, std::string_view output)
      : schedule(std::move(planned)), options(chosen), path(output) {}

  Schedule schedule;
  InjectorOptions options;
  std::string path;
  uint64_t existing_bytes = 0;
  bool running = false;
  Trace trace;

  void Begin(RegionSettings settings) {
    settings.profile = ToProfileName(options.profile);
    InjectedProcess::Get().Begin(settings, Schedule::Steps::Of(schedule));
    running = true;
  }

  void End() {
    InjectedProcess& process = InjectedProcess::Get();
    process.End();
    running = false;
    Observation observation;
    process.region().ReadInto(observation);
    trace.calls.reserve(observation.calls.size());
    for (const TracedCall& call : observation.calls) {
      trace.calls.push_back(ToCall(call, observation));
    }
    trace.faults_delivered = observation.faults_delivered;
    trace.calls_dropped = observation.trace_dropped + observation.outputs_dropped;
    trace.accepted_bytes = process.region().accepted_bytes();
    const Status sound = CheckTrace(
        {.schedule = Schedule::Steps::Of(schedule), .profile = ToProfileName(options.profile)},
        observation);
    if (!sound.ok()) trace.violation = sound.error().message;
    if (!path.empty()) {
      const uint64_t explained = existing_bytes + trace.accepted_bytes;
      const uint64_t bytes = SizeOf(path);
      trace.unseen_bytes = bytes > explained ? bytes - explained : 0;
    }
    AddTo(process.totals);
  }

  void AddTo(Totals& totals) const {
    if (schedule.empty()) return;
    ++totals.trials;
    for (const Call& call : trace.calls) totals.write_calls += call.number != 0;
    totals.faults_delivered += trace.faults_delivered;
    totals.bypassed += trace.calls_dropped > 0 || (trace.unseen_bytes > 0 && !options.may_bypass);
    totals.violations += !trace.violation.empty();
  }

  // What arrived on a descriptor, but did not go through a call that was seen. sendmmsg counts
  // messages, so its sum says nothing of bytes.
  void Compare(std::string_view captured) {
    const bool counts_bytes =
        std::none_of(trace.calls.begin(), trace.calls.end(),
                     [](const Call& call) { return call.call == "sendmmsg"; });
    if (!path.empty() || !counts_bytes || captured.size() <= trace.accepted_bytes) return;
    if (trace.unseen_bytes == 0 && trace.calls_dropped == 0 && !schedule.empty()) {
      InjectedProcess::Get().totals.bypassed += !options.may_bypass;
    }
    trace.unseen_bytes = captured.size() - trace.accepted_bytes;
  }
};

ScopedInjector::ScopedInjector(const Schedule& schedule, std::string_view path,
                               const InjectorOptions& options)
    : state_(std::make_unique<State>(schedule, options, path)) {
  InjectedProcess& process = InjectedProcess::Get();
  if (path.find('/') != std::string_view::npos) {
    RegionSettings settings = WatchDirectoryOf(state_->path);
    state_->existing_bytes = SizeOf(state_->path);
    state_->Begin(std::move(settings));
    return;
  }
  if (path.empty() || path == "." || path == "..") {
    throw InjectorError("an output needs a name, or a path");
  }
  state_->path = process.dir() + '/' + state_->path;
  if (unlink(state_->path.c_str()) != 0 && errno != ENOENT) {
    throw InjectorError(
        fmt::format("what the last trial left at '{}': {}", state_->path, strerror(errno)));
  }
  state_->Begin(process.private_settings());
}

ScopedInjector::ScopedInjector(const Schedule& schedule, int descriptor,
                               const InjectorOptions& options)
    : state_(std::make_unique<State>(schedule, options, "")) {
  state_->Begin(WatchDescriptor(descriptor));
}

ScopedInjector::~ScopedInjector() {
  if (!state_->running) return;
  try {
    state_->End();
  } catch (const InjectorError&) {
    // A forked child leaves the scope; the trial is its parent's, and goes on there.
  }
}

const std::string& ScopedInjector::path() const {
  return state_->path;
}

const Trace& ScopedInjector::Stop() {
  if (state_->running) state_->End();
  return state_->trace;
}

Judged ScopedInjector::Judge(const Payload& payload) {
  if (state_->path.empty()) {
    throw InjectorError("the output is a descriptor: give Judge() what arrived there");
  }
  Stop();
  const Result<FileBytes> bytes = FileBytes::Read(state_->path);
  if (!bytes.ok()) return Explain(state_->schedule, state_->trace, bytes.error().message);
  return Judge(payload, bytes.value().view());
}

Judged ScopedInjector::Judge(const Payload& payload, std::string_view captured) {
  const Trace& trace = Stop();
  state_->Compare(captured);
  if (!trace.violation.empty()) return Explain(state_->schedule, trace, trace.violation);
  if (captured == payload.bytes()) return {true, ""};
  return Explain(state_->schedule, trace, DescribeDifference(captured, payload.bytes()));
}

Totals TotalsSoFar() {
  return InjectedProcess::Get().totals;
}

bool IsInjectable() {
  try {
    InjectedProcess::Get();
  } catch (const InjectorError&) {
    return false;
  }
  return true;
}

std::string ScratchPath(std::string_view name) {
  return fmt::format("{}/{}", InjectedProcess::Get().base(), name);
}

}  // namespace shortwrite::inprocess
