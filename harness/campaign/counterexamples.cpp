#include "harness/campaign/counterexamples.h"

#include <fmt/format.h>

#include <algorithm>

#include "harness/campaign/control.h"
#include "harness/campaign/evaluate.h"
#include "harness/campaign/signature.h"

namespace shortwrite {
namespace {

constexpr uint32_t kShrinkTrialsMax = 60;

}  // namespace

Status Counterexamples::Take(const Failure& failure, const std::string& symptom, uint32_t trial) {
  look_.clear();
  if (tolerated_symptoms_.contains(symptom)) {
    const Result<bool> tolerated = LooksTolerated(failure);
    if (!tolerated.ok()) return tolerated.error();
    if (tolerated.value()) return Ok();
  }
  symptoms_.insert(symptom);
  const Verdict verdict = failure.judgement.verdict;
  if (result_.counterexamples.empty()) first_at_ = trial;
  slow_ |= verdict == Verdict::kHung || verdict == Verdict::kSpun;
  listener_.OnFinding(failure.schedule, failure.judgement, trials_.payloads.in_use());
  if (Status steady = CheckControlAgain(); !steady.ok()) return steady;
  if (control_failed_) return Ok();
  const uint32_t shrink_trials = slow_ ? kShrinkTrialsMax / 6 : kShrinkTrialsMax;
  listener_.OnPhase(Phase::kShrink);
  Result<Counterexample> examined =
      Examine(trials_, settings_, failure, shrink_trials, !slow_, listener_);
  if (!examined.ok()) return examined.error();
  Counterexample& found = examined.value();
  found.trials_to_find = trial;
  found.call_site = settings_.call_site(found);
  const Counterexample* const known = OnTheList(found);
  symptoms_.insert(Symptom(found.judgement, found.observation));
  if (found.judgement.verdict == Verdict::kFlaky) {
    TakeUnsteady(found.raw, verdict, symptom);
    return Ok();
  }
  if (TakeTolerated(found, symptom)) return Ok();
  if (known != nullptr) {
    listener_.OnKnownMistake(*known);
    return Ok();
  }
  listener_.OnCounterexample(found);
  result_.counterexamples.push_back(std::move(found));
  return Ok();
}

void Counterexamples::TakeUnsteady(const Schedule& schedule, Verdict verdict,
                                   const std::string& symptom, const std::string& remedy) {
  unsteady_ = fmt::format("'{}' was judged {} once, and not when it was repeated{}",
                          ToText(schedule), VerdictText(verdict), remedy);
  result_.notes.push_back(unsteady_);
  // A steady failure of the same kind may still come; not for ever, though.
  constexpr uint32_t kUnsteadyMax = 3;
  if (++unsteady_count_ < kUnsteadyMax) {
    symptoms_.erase(symptom);
  } else {
    symptoms_.insert(symptom);
  }
}

Result<bool> Counterexamples::LooksTolerated(const Failure& failure) {
  Result<Observation> observation = trials_.Run(failure.schedule, true);
  if (!observation.ok()) return observation.error();
  Result<Judgement> judgement = trials_.Judge(observation.value(), failure.schedule);
  if (!judgement.ok()) return judgement.error();
  if (judgement.value().verdict != failure.judgement.verdict) return false;
  Counterexample seen;
  seen.raw = seen.minimal = failure.schedule;
  seen.payload = trials_.payloads.in_use();
  seen.diagnosis =
      DiagnoseTrial(trials_.reference, observation.value(), failure.schedule, judgement.value());
  seen.judgement = std::move(judgement).value();
  seen.observation = std::move(observation).value();
  seen.call_site = settings_.call_site(seen);
  look_ = Signature(seen);
  return tolerated_looks_.contains(look_) || settings_.tolerance(seen).has_value();
}

bool Counterexamples::TakeTolerated(const Counterexample& found, const std::string& symptom) {
  std::optional<std::string> reason = settings_.tolerance(found);
  if (!reason) return false;
  for (const std::string& its : {symptom, Symptom(found.judgement, found.observation)}) {
    symptoms_.erase(its);
    tolerated_symptoms_.insert(its);
  }
  if (!look_.empty()) tolerated_looks_.insert(look_);
  const bool is_new = std::none_of(
      result_.tolerated.begin(), result_.tolerated.end(),
      [&](const Tolerated& other) { return Signature(other.found) == Signature(found); });
  if (is_new) result_.tolerated.push_back({found, std::move(*reason)});
  return true;
}

const Counterexample* Counterexamples::OnTheList(const Counterexample& found) const {
  const auto same =
      std::find_if(result_.counterexamples.begin(), result_.counterexamples.end(),
                   [&](const Counterexample& other) {
                     return other.minimal == found.minimal || Signature(other) == Signature(found);
                   });
  return same == result_.counterexamples.end() ? nullptr : &*same;
}

// An output that carries a clock differs by itself, a second later.
Status Counterexamples::CheckControlAgain() {
  Result<Observation> again = trials_.RunControl();
  if (!again.ok()) return again.error();
  Result<Judgement> judged = trials_.Judge(again.value(), {});
  if (!judged.ok()) return judged.error();
  const Judgement& judgement = judged.value();
  if (judgement.good) return Ok();
  control_failed_ = true;
  result_.reason =
      "a control repeated after a failure differs from the first: " +
      (judgement.output.empty() ? ToText(again.value().end) : DescribeDifference(judgement));
  return Ok();
}

}  // namespace shortwrite
