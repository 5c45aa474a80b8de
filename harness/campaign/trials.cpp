#include "harness/campaign/trials.h"

#include <algorithm>

#include "harness/campaign/signature.h"
#include "harness/schedule/schedule.h"

namespace shortwrite {

Result<Observation> Trials::Run(const Schedule& schedule, bool full_trace) {
  Result<Observation> observation = runner_.Run({.schedule = schedule, .full_trace = full_trace});
  if (!observation.ok()) return Remember(observation.error()).error();
  if (observation.value().trace_dropped > 0) {
    return HarnessError("the trace overflowed under '" + ToText(schedule) +
                        "'; use a smaller --bytes");
  }
  ++result_.trials;
  result_.faults_planned += FaultCount(schedule);
  result_.faults_delivered += CountDeliveredSteps(observation.value(), schedule);
  return observation;
}

void Trials::Count(const Outcome& outcome) {
  ++result_.trials;
  result_.faults_planned += outcome.planned;
  result_.faults_delivered += outcome.delivered;
}

Result<Observation> Trials::RunControl() {
  Result<Observation> control = runner_.Run({});
  if (!control.ok()) return Remember(control.error()).error();
  ++result_.controls;
  return control;
}

Result<Judgement> Trials::Judge(const Observation& observation, const Schedule& schedule) {
  Result<Judgement> judgement = JudgeTrial(reference, observation, schedule, settings_.judge);
  if (!judgement.ok()) (void)Remember(judgement.error());
  return judgement;
}

bool Trials::FailLike(const Schedule& schedule, const Likeness& likeness) {
  if (interrupted_ || untrusted_ || settings_.out_of_time()) return false;
  Result<Observation> observation = Run(schedule);
  if (!observation.ok() || CountDeliveredSteps(observation.value(), schedule) == 0) return false;
  const std::set<std::string> hit = CallersHit(observation.value());
  if (!std::includes(likeness.callers.begin(), likeness.callers.end(), hit.begin(), hit.end())) {
    return false;
  }
  const Result<Judgement> judgement = Judge(observation.value(), schedule);
  return judgement.ok() && judgement.value().verdict == likeness.verdict &&
         (!likeness.shape || judgement.value().provenance.shape == *likeness.shape);
}

Status Trials::Remember(const Error& error) {
  interrupted_ |= error.kind == ErrorKind::kInterrupted;
  if (error.kind == ErrorKind::kUntrusted) untrusted_ = error;
  return error;
}

}  // namespace shortwrite
