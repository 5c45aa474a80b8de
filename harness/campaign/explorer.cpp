#include "harness/campaign/explorer.h"

#include <algorithm>

namespace shortwrite {
namespace {

// After the first failure the sweep goes on for other, perhaps worse ones; not for ever.
constexpr uint32_t kTrialsAfterFinding = 60;
constexpr size_t kCounterexamplesMax = 8;

}  // namespace

Explorer::Explorer(TrialRunner& runner, const CampaignSettings& settings,
                   CampaignListener& listener, CampaignResult& result)
    : settings_(settings),
      listener_(listener),
      result_(result),
      ahead_(runner, settings, listener),
      runner_(runner, ahead_),
      trials_(runner_, settings, result),
      counterexamples_(trials_, settings, listener, result) {}

bool Explorer::Exhausted() {
  out_of_time_ = out_of_time_ || settings_.out_of_time();
  if (Interrupted() || out_of_time_) return true;
  if (!found_any()) return result_.trials >= settings_.trials_max;
  return explored_ >= counterexamples_.first_at() + kTrialsAfterFinding ||
         counterexamples_.slow() || result_.counterexamples.size() >= kCounterexamplesMax;
}

void Explorer::Enter(Phase phase) {
  if (phase != phase_) listener_.OnPhase(phase);
  phase_ = phase;
}

void Explorer::Plan(uint64_t trials_planned) {
  planned_ = static_cast<uint32_t>(std::min<uint64_t>(settings_.trials_max, trials_planned));
}

ExploreEnd Explorer::end() const {
  return {.interrupted = Interrupted(),
          .control_failed = counterexamples_.control_failed(),
          .out_of_time = out_of_time_,
          .proved = proved_,
          .unsteady = counterexamples_.unsteady()};
}

Result<size_t> Explorer::TryAll(const std::vector<Schedule>& schedules, const Learn& learn,
                                const std::function<bool()>& stop) {
  ahead_.Expect(schedules, trials_.payloads.in_use());
  for (size_t i = 0; i < schedules.size(); ++i) {
    if (Exhausted() || stop()) return i;
    ++explored_;
    Result<Outcome> outcome = Try(i, schedules[i]);
    if (!outcome.ok()) return outcome.error();
    if (learn) learn(schedules[i], outcome.value());
  }
  return schedules.size();
}

Result<Outcome> Explorer::Try(size_t at, const Schedule& schedule) {
  Result<std::optional<Outcome>> ahead = ahead_.Take(at);
  if (!ahead.ok()) return trials_.Remember(ahead.error()).error();
  const std::optional<Outcome>& there = ahead.value();
  const bool failed = there && there->failed();
  if (!there || (failed && !counterexamples_.Knows(there->symptom))) {
    // Of a failure elsewhere nothing but its symptom is here; and only what fails alone, too, is
    // certain not to be a disturbance by the trials beside it.
    Result<Outcome> here = TryHere(schedule);
    if (failed && here.ok() && !here.value().failed()) {
      ahead_.Stop();
      counterexamples_.TakeUnsteady(
          schedule, there->verdict, there->symptom,
          "; it ran beside other trials: if they share anything, a path or a port, use --jobs 1");
    }
    return here;
  }
  trials_.Count(*there);
  listener_.OnTrial(explored_, planned_);
  Book(*there);
  return *there;
}

void Explorer::Book(const Outcome& outcome) {
  proved_ |= outcome.good && outcome.delivered > 0;
  if (outcome.verdict == Verdict::kInconclusive) ++result_.inconclusive;
}

Result<Outcome> Explorer::TryHere(const Schedule& schedule) {
  Result<Observation> observation = trials_.Run(schedule);
  if (!observation.ok()) return observation.error();
  listener_.OnTrial(explored_, planned_);
  Result<Judgement> judgement = trials_.Judge(observation.value(), schedule);
  if (!judgement.ok()) return judgement.error();
  Outcome outcome = OutcomeOf(observation.value(), schedule, judgement.value());
  Book(outcome);
  if (!outcome.failed() || counterexamples_.Knows(outcome.symptom)) return outcome;
  const Failure failure = {schedule, judgement.value(), observation.value()};
  if (Status taken = counterexamples_.Take(failure, outcome.symptom, explored_); !taken.ok()) {
    return taken.error();
  }
  listener_.OnPhase(phase_);
  return outcome;
}

}  // namespace shortwrite
