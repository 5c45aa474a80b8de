#include "harness/campaign/explorer.h"

#include <algorithm>

namespace shortwrite {
namespace {

// After the first failure the sweep goes on for other, perhaps worse ones; not for ever.
constexpr uint32_t kTrialsAfterFinding = 60;
constexpr size_t kCounterexamplesMax = 8;

}  // namespace

Explorer::Explorer(TrialRunner& runner, const CampaignSettings& campaign_settings,
                   CampaignListener& listener, CampaignResult& campaign_result)
    : settings(campaign_settings),
      result(campaign_result),
      trials(runner, settings, result),
      listener_(listener),
      counterexamples_(trials, settings, listener, result) {}

bool Explorer::Exhausted() {
  out_of_time_ = out_of_time_ || settings.out_of_time();
  if (Interrupted() || out_of_time_) return true;
  if (!found_any()) return result.trials >= settings.trials_max;
  return explored_ >= counterexamples_.first_at() + kTrialsAfterFinding ||
         counterexamples_.slow() || result.counterexamples.size() >= kCounterexamplesMax;
}

void Explorer::Plan(uint64_t trials_planned) {
  planned_ = static_cast<uint32_t>(std::min<uint64_t>(settings.trials_max, trials_planned));
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
  for (size_t i = 0; i < schedules.size(); ++i) {
    if (Exhausted() || stop()) return i;
    ++explored_;
    Result<Outcome> outcome = Try(schedules[i]);
    if (!outcome.ok()) return outcome.error();
    if (learn) learn(schedules[i], outcome.value());
  }
  return schedules.size();
}

Result<Outcome> Explorer::Try(const Schedule& schedule) {
  Result<Observation> observation = trials.Run(schedule);
  if (!observation.ok()) return observation.error();
  listener_.OnTrial(explored_, planned_);
  Result<Judgement> judgement = trials.Judge(observation.value(), schedule);
  if (!judgement.ok()) return judgement.error();
  Outcome outcome = OutcomeOf(observation.value(), schedule, judgement.value());
  proved_ |= outcome.good && outcome.delivered > 0;
  if (outcome.verdict == Verdict::kInconclusive) ++result.inconclusive;
  if (!outcome.failed() || counterexamples_.Knows(outcome.symptom)) return outcome;
  const Failure failure = {schedule, judgement.value(), observation.value()};
  if (Status taken = counterexamples_.Take(failure, outcome.symptom, explored_); !taken.ok()) {
    return taken.error();
  }
  return outcome;
}

}  // namespace shortwrite
