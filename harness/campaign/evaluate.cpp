#include "harness/campaign/evaluate.h"

#include <fcntl.h>

#include <algorithm>
#include <csignal>
#include <set>

#include "harness/diagnosis/busy_retries.h"

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

bool IsDelivered(const TracedCall& call, const Schedule& schedule) {
  return call.delivered && call.step != 0 && call.step <= schedule.steps.size();
}

// As it was left behind; empty if it was not, or is not known.
std::string FinalName(const Observation& observation, const TracedCall& call) {
  return call.output < observation.touched.size() ? observation.touched[call.output].final_name
                                                  : std::string();
}

// What was written to the output of call `at` before it, and has not reached the device. An error
// at close(2) or fsync(2) is about such bytes; after a sync that succeeded there are none, and
// whoever does not look at close then loses nothing.
bool HasUnsyncedBytes(const Observation& observation, size_t at) {
  const TracedCall& failed = observation.calls[at];
  if ((failed.status_flags & (O_SYNC | O_DSYNC)) != 0) return false;
  for (size_t i = at; i-- > 0;) {
    const TracedCall& call = observation.calls[i];
    if (call.output != failed.output || !call.returned) continue;
    if ((call.call == "fsync" || call.call == "fdatasync") && call.result == 0) return false;
    if (call.number != 0 && call.result > 0) return true;
    // An error that was told once is not told again, and what it was about stays lost.
    if (call.number == 0 && call.result < 0 && call.call != "close") return true;
  }
  return false;
}

// Default actions of SIGPIPE and SIGXFSZ are how such errors end a program that does nothing wrong.
// SIGPIPE comes with any error: whoever reads from the target may have been the one that it hit.
bool IsFatalSignalOfFault(const Observation& observation) {
  if (observation.end.kind != TargetEnd::Kind::kSignaled) return false;
  return std::any_of(observation.calls.begin(), observation.calls.end(), [&](const TracedCall& c) {
    if (!c.delivered || c.step == 0 || IsRecoverable(c.fault)) return false;
    return observation.end.number == SIGPIPE ||
           (c.fault == FaultKind::kEfbig && observation.end.number == SIGXFSZ);
  });
}

// Space and limits end with a short write: a program that gives up there, and says so, has reported
// the error that the schedule had for its next call.
bool GaveUpBeforeError(const Observation& observation, const Schedule& schedule) {
  return !IsRecoverable(schedule) && observation.end.kind == TargetEnd::Kind::kExited &&
         observation.end.number != 0 && CountDeliveredSteps(observation, schedule) > 0;
}

void AddOnce(std::vector<std::string>& names, const std::string& name) {
  if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
}

// The outputs that are there, differ, and mean the same all the same.
Result<std::vector<std::string>> AskForSame(const Reference& reference,
                                            const Observation& observation,
                                            const Comparison& comparison) {
  std::vector<std::string> same;
  for (const OutputFile& output : observation.outputs) {
    const auto expected =
        std::find_if(reference.outputs.begin(), reference.outputs.end(),
                     [&](const NamedBytes& named) { return named.name == output.name; });
    if (expected == reference.outputs.end() || !output.written) continue;
    if (output.bytes.view() == expected->bytes) continue;
    Result<bool> equal = comparison(output.name, output.bytes.view(), expected->bytes);
    if (!equal.ok()) return equal.error();
    if (equal.value()) same.push_back(output.name);
  }
  return same;
}

}  // namespace

Reference CampaignReference::View() const {
  Reference reference;
  reference.outputs = Named(control.outputs);
  reference.diagnostics = control.diagnostics;
  reference.main_output = main_output;
  reference.existing = existing;
  reference.is_payload = payload_is_reference;
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
  // Between faults of ours a trial has fewer of the kernel's own, and no times.
  behaviour.retries_without_waiting =
      schedule.empty() && RetriesWithoutWaiting(FindBusyRetries(observation));
  behaviour.fault_is_fatal_signal = IsFatalSignalOfFault(observation);
  // What was delivered counts, not what was planned: an undelivered terminal step asks nothing of
  // the target.
  for (size_t i = 0; i < observation.calls.size(); ++i) {
    const TracedCall& call = observation.calls[i];
    if (!IsDelivered(call, schedule)) continue;
    const Step& step = schedule.steps[call.step - 1];
    const std::string name = FinalName(observation, call);
    // A file that the target removed again can lose nothing later.
    if (step.site != StepSite::kCalls && !name.empty() && HasUnsyncedBytes(observation, i)) {
      behaviour.delayed_error = true;
    }
    if (IsRecoverable(step.fault)) continue;
    behaviour.recoverable = false;
    if (!name.empty()) AddOnce(behaviour.faulted, name);
  }
  if (schedule.full && observation.size_limit_felt) {
    behaviour.recoverable = false;
    for (const OutputFile& output : observation.outputs) AddOnce(behaviour.faulted, output.name);
  }
  if (behaviour.recoverable && GaveUpBeforeError(observation, schedule)) {
    behaviour.recoverable = false;
    for (const TracedCall& call : observation.calls) {
      if (IsDelivered(call, schedule)) AddOnce(behaviour.faulted, FinalName(observation, call));
    }
  }
  return behaviour;
}

Result<Judgement> JudgeTrial(const CampaignReference& reference, const Observation& observation,
                             const Schedule& schedule, const JudgeSettings& settings) {
  Reference expected = reference.View();
  Behaviour behaviour = DescribeBehaviour(observation, schedule);
  if (settings.comparison) {
    expected.bytes_may_differ = true;
    Result<std::vector<std::string>> same = AskForSame(expected, observation, settings.comparison);
    if (!same.ok()) return same.error();
    behaviour.same = std::move(same).value();
  }
  return Judge(expected, behaviour, settings.contract);
}

Evidence GatherEvidence(const CampaignReference& reference, const Observation& observation,
                        const Schedule& schedule, const Judgement& judgement) {
  const Reference expected = reference.View();
  const auto named =
      std::find_if(expected.outputs.begin(), expected.outputs.end(),
                   [&](const NamedBytes& output) { return output.name == judgement.output; });
  return {.judgement = judgement,
          .observation = observation,
          .control = reference.control,
          .schedule = schedule,
          .reference = named == expected.outputs.end() ? "" : named->bytes,
          .reference_is_payload = expected.is_payload && judgement.output == expected.main_output};
}

Diagnosis DiagnoseTrial(const CampaignReference& reference, const Observation& observation,
                        const Schedule& schedule, const Judgement& judgement) {
  return Diagnose(GatherEvidence(reference, observation, schedule, judgement));
}

uint32_t CountDeliveredSteps(const Observation& observation, const Schedule& schedule) {
  std::set<uint32_t> steps;
  for (const TracedCall& call : observation.calls) {
    if (IsDelivered(call, schedule)) steps.insert(call.step);
  }
  const uint32_t shortages = schedule.full && observation.size_limit_felt ? 1 : 0;
  return static_cast<uint32_t>(steps.size()) + shortages;
}

}  // namespace shortwrite
