#include "tests/diagnosis/stories.h"

#include <fcntl.h>
#include <fmt/format.h>

#include <gtest/gtest.h>

#include <cerrno>

namespace shortwrite {
namespace {

constexpr uint64_t kPayloadBytes = 300;

bool IsTerminal(int64_t error) {
  return error != 0 && error != EAGAIN && error != EINTR;
}

// The scripts whose schedules say nothing of the call belong to tests that do not look at it.
uint32_t StepOf(const Script& script, uint32_t number) {
  const std::vector<Step> steps = ParseSchedule(script.schedule).value().steps;
  for (size_t i = 0; i < steps.size(); ++i) {
    if (steps[i].calls.first <= number && number <= steps[i].calls.last) {
      return static_cast<uint32_t>(i) + 1;
    }
  }
  return 1;
}

TracedCall Traced(uint32_t number, const ScriptCall& scripted, const Script& script) {
  TracedCall call;
  call.number = number;
  call.call = scripted.call;
  call.asked = call.movable = call.granted = scripted.sends.size();
  const int64_t accepted = scripted.accepted.value_or(static_cast<int64_t>(call.asked));
  call.result = accepted < 0 ? -1 : accepted;
  call.error = accepted < 0 ? static_cast<int>(-accepted) : 0;
  call.delivered = accepted != static_cast<int64_t>(call.asked);
  call.step = call.delivered ? StepOf(script, number) : 0;
  call.sink = script.stream ? "pipe" : "regular file";
  call.fault = script.fault;
  call.process = scripted.process;
  call.thread = scripted.thread == 0 ? scripted.process : scripted.thread;
  call.caller_in_program = !script.through_library;
  call.output = 1;
  call.handler_can_interrupt = script.handles_signals;
  call.status_flags = script.nonblocking ? O_NONBLOCK : 0;
  return call;
}

// Does what the calls say to a file, or to a stream.
std::string Play(const Script& script, Observation& observation) {
  std::string output = script.existing;
  uint64_t end = 0;
  for (const ScriptCall& scripted : script.calls) {
    TracedCall call = Traced(static_cast<uint32_t>(observation.calls.size() + 1), scripted, script);
    if (call.result > 0) {
      const uint64_t at = scripted.position.value_or(end);
      if (!script.stream) call.position = static_cast<int64_t>(at);
      const auto bytes = static_cast<uint64_t>(call.result);
      if (output.size() < at + bytes) output.resize(at + bytes);
      output.replace(at, bytes, scripted.sends, 0, bytes);
      end = at + bytes;
    }
    observation.calls.push_back(call);
  }
  return output;
}

Observation Control(const Script& script) {
  Observation control;
  control.touched = {{"stdout", "stdout"}, {"out", "out"}};
  uint64_t at = 0;
  for (const uint64_t bytes : script.control) {
    ScriptCall scripted = {script.reference.substr(at, bytes)};
    TracedCall call = Traced(static_cast<uint32_t>(control.calls.size() + 1), scripted, script);
    if (!script.stream) call.position = static_cast<int64_t>(at);
    control.calls.push_back(call);
    at += bytes;
  }
  control.outputs = {{.name = "out",
                      .bytes = FileBytes::Of(script.reference),
                      .written = true,
                      .stream = script.stream}};
  return control;
}

Behaviour::Ending EndingOf(TargetEnd::Kind kind) {
  if (kind == TargetEnd::Kind::kExited) return Behaviour::Ending::kExited;
  if (kind == TargetEnd::Kind::kSignaled) return Behaviour::Ending::kSignaled;
  return kind == TargetEnd::Kind::kHung ? Behaviour::Ending::kHung : Behaviour::Ending::kSpun;
}

}  // namespace

std::string ScriptPayload() {
  std::string payload;
  for (int i = 0; payload.size() < kPayloadBytes; ++i) payload += fmt::format("{:05}|", i * 7);
  payload.resize(kPayloadBytes);
  return payload;
}

std::string Part(uint64_t from, uint64_t bytes) {
  return ScriptPayload().substr(from, bytes);
}

PlayedScript::PlayedScript(const Script& script)
    : script_(script),
      schedule_(ParseSchedule(script.schedule).value()),
      control_(Control(script)) {
  trial_.touched = control_.touched;
  const std::string output = Play(script, trial_);
  trial_.end = script.end;
  trial_.diagnostics = script.message;
  trial_.outputs = {
      {.name = "out", .bytes = FileBytes::Of(output), .written = true, .stream = script.stream}};
  Behaviour behaviour;
  if (!script.sync.empty()) {
    TracedCall sync;
    sync.call = script.sync;
    sync.output = 1;
    sync.delivered = true;
    sync.result = -1;
    sync.error = EIO;
    trial_.calls.push_back(sync);
    behaviour.recoverable = false;
    behaviour.delayed_error = true;
  }
  behaviour.ending = EndingOf(script.end.kind);
  behaviour.number = script.end.number;
  behaviour.outputs = {{"out", output}};
  behaviour.diagnostics = script.message;
  behaviour.faulted = {"out"};
  for (const TracedCall& call : trial_.calls) behaviour.recoverable &= !IsTerminal(call.error);
  Reference reference;
  reference.outputs = {{"out", script_.reference}};
  reference.main_output = "out";
  reference.existing = script_.existing;
  reference.is_payload = true;
  judgement_ = Judge(reference, behaviour, Contract::kTransparent);
}

Evidence PlayedScript::evidence() const {
  return {.judgement = judgement_,
          .observation = trial_,
          .control = control_,
          .schedule = schedule_,
          .reference = script_.reference,
          .reference_is_payload = true};
}

Diagnosis DiagnoseScript(const Script& script) {
  const PlayedScript played(script);
  EXPECT_FALSE(played.evidence().judgement.good) << "a script must be of a failure";
  return Diagnose(played.evidence());
}

}  // namespace shortwrite
