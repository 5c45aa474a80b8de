#include "harness/campaign/evaluate.h"

#include <algorithm>
#include <csignal>
#include <set>

namespace shortwrite {
namespace {

Behaviour::Ending EndingOf(TargetEnd::Kind kind) {
  switch (kind) {
    case TargetEnd::Kind::kExited:
      return Behaviour::Ending::kExited;
    case TargetEnd::Kind::kSignaled:
      return Behaviour::Ending::kSignaled;
    case TargetEnd::Kind::kHung:
      return Behaviour::Ending::kHung;
    case TargetEnd::Kind::kSpun:
    case TargetEnd::Kind::kRunaway:
      return Behaviour::Ending::kSpun;
    case TargetEnd::Kind::kSlow:
      return Behaviour::Ending::kSlow;
  }
  return Behaviour::Ending::kSlow;
}

std::vector<NamedBytes> Named(const std::vector<OutputFile>& outputs) {
  std::vector<NamedBytes> named;
  named.reserve(outputs.size());
  for (const OutputFile& output : outputs) named.push_back({output.name, output.bytes.view()});
  return named;
}

// Default actions of SIGPIPE and SIGXFSZ are how such errors end a program that does nothing wrong.
bool IsFatalSignalOfFault(const Observation& observation) {
  if (observation.end.kind != TargetEnd::Kind::kSignaled) return false;
  return std::any_of(observation.calls.begin(), observation.calls.end(), [&](const TracedCall& c) {
    if (!c.delivered || c.step == 0) return false;
    return (c.fault == FaultKind::kEpipe && observation.end.number == SIGPIPE) ||
           (c.fault == FaultKind::kEfbig && observation.end.number == SIGXFSZ);
  });
}

}  // namespace

Reference CampaignReference::View() const {
  Reference reference;
  reference.outputs = Named(control.outputs);
  reference.diagnostics = control.diagnostics;
  reference.main_output = main_output;
  reference.existing = existing;
  if (!payload_is_reference) return reference;
  for (NamedBytes& output : reference.outputs) {
    if (output.name != main_output) continue;
    output.bytes = payload;
    return reference;
  }
  // A control that never made the output: the payload is still what it had to be.
  reference.outputs.push_back({main_output, payload});
  return reference;
}

Behaviour DescribeBehaviour(const Observation& observation, const Schedule& schedule) {
  Behaviour behaviour;
  behaviour.ending = EndingOf(observation.end.kind);
  behaviour.number = observation.end.number;
  behaviour.outputs = Named(observation.outputs);
  behaviour.diagnostics = observation.diagnostics;
  behaviour.fault_is_fatal_signal = IsFatalSignalOfFault(observation);
  // What was delivered counts, not what was planned: an undelivered terminal step asks nothing of
  // the target.
  for (const TracedCall& call : observation.calls) {
    if (!call.delivered || call.step == 0 || call.step > schedule.steps.size()) continue;
    const Step& step = schedule.steps[call.step - 1];
    if (!IsRecoverable(step.fault)) behaviour.recoverable = false;
    if (step.site != StepSite::kCalls) behaviour.delayed_error = true;
  }
  return behaviour;
}

uint32_t CountDeliveredSteps(const Observation& observation, const Schedule& schedule) {
  std::set<uint32_t> steps;
  for (const TracedCall& call : observation.calls) {
    if (call.delivered && call.step != 0 && call.step <= schedule.steps.size()) {
      steps.insert(call.step);
    }
  }
  return static_cast<uint32_t>(steps.size());
}

}  // namespace shortwrite
