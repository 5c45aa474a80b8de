#include "harness/campaign/campaign.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "harness/campaign/control.h"
#include "harness/campaign/shrink.h"
#include "harness/campaign/signature.h"
#include "harness/campaign/size_limits.h"
#include "harness/schedule/generators.h"

namespace shortwrite {
namespace {

constexpr uint32_t kShrinkTrialsMax = 60;
// After the first failure the sweep goes on for other, perhaps worse ones; not for ever.
constexpr uint32_t kTrialsAfterFinding = 60;
constexpr size_t kCounterexamplesMax = 8;

class Campaign {
 public:
  Campaign(TrialRunner& runner, const CampaignSettings& settings, CampaignListener& listener)
      : runner_(runner), settings_(settings), listener_(listener) {}

  Result<CampaignResult> Run() {
    Result<ControlOutcome> control = RunControls(runner_, settings_, 2);
    if (!control.ok()) return Stopped(control.error());
    if (Status taken = TakeOver(std::move(control).value()); !taken.ok()) {
      return Stopped(taken.error());
    }
    if (result_.end == CampaignEnd::kVacuous && !result_.reason.empty()) return std::move(result_);
    if (result_.end == CampaignEnd::kControlFailed) return std::move(result_);
    if (!result_.counterexamples.empty()) return std::move(result_);
    Status explored = Explore();
    if (!explored.ok() && !interrupted_) return explored.error();
    Conclude();
    return std::move(result_);
  }

 private:
  Status TakeOver(ControlOutcome control) {
    result_.controls = control.controls;
    result_.backend = std::move(control.backend);
    result_.write_calls = control.write_calls;
    result_.output_bytes = control.output_bytes;
    result_.notes = std::move(control.notes);
    reference_ = std::move(control.reference);
    result_.reason = control.reason;
    if (control.end) {
      result_.end = *control.end;
      return Ok();
    }
    listener_.OnControl(reference_.control);
    if (!control.fails_alone) return Ok();
    Counterexample found;
    found.without_fault = control.fails_alone_under;
    found.observation = std::move(*control.fails_alone);
    Result<Judgement> judgement = JudgeTrial(found.observation, found.minimal);
    if (!judgement.ok()) return judgement.error();
    found.judgement = std::move(judgement).value();
    found.diagnosis = DiagnoseTrial(reference_, found.observation, found.minimal, found.judgement);
    // It was run without any fault, so nothing of ours could make it fail; seen once is enough.
    found.confirmed = kConfirmations;
    listener_.OnFinding(found.raw, found.judgement);
    listener_.OnCounterexample(found);
    result_.counterexamples.push_back(std::move(found));
    result_.end = CampaignEnd::kCounterexample;
    result_.completeness = "a control fails already: nothing was swept";
    return Ok();
  }

  Result<Judgement> JudgeTrial(const Observation& observation, const Schedule& schedule) {
    Result<Judgement> judgement =
        shortwrite::JudgeTrial(reference_, observation, schedule, settings_.judge);
    interrupted_ |= !judgement.ok() && judgement.error().kind == ErrorKind::kInterrupted;
    return judgement;
  }

  // Runs and counts one trial. Interruption is remembered, not an error: the work so far counts.
  Result<Observation> Trial(const Schedule& schedule, bool full_trace = false) {
    Result<Observation> observation = runner_.Run({.schedule = schedule, .full_trace = full_trace});
    if (!observation.ok()) {
      interrupted_ |= observation.error().kind == ErrorKind::kInterrupted;
      return observation;
    }
    if (observation.value().trace_dropped > 0) {
      return HarnessError("the trace overflowed under '" + ToText(schedule) +
                          "'; use a smaller --bytes");
    }
    ++result_.trials;
    result_.faults_planned += FaultCount(schedule);
    result_.faults_delivered += CountDeliveredSteps(observation.value(), schedule);
    return observation;
  }

  bool Exhausted() {
    out_of_time_ = out_of_time_ || settings_.out_of_time();
    if (interrupted_ || out_of_time_) return true;
    if (result_.counterexamples.empty()) return result_.trials >= settings_.trials_max;
    return explored_ >= first_finding_at_ + kTrialsAfterFinding || slow_finding_ ||
           result_.counterexamples.size() >= kCounterexamplesMax;
  }

  Status Explore() {
    for (const Schedule& schedule : settings_.corpus) {
      if (Status tried = Try(schedule); !tried.ok()) return tried;
    }
    if (settings_.real_shortage) return ExploreShortage();
    const SweepPlan plan = PlanSweep(reference_.control, {.faults = settings_.faults,
                                                          .depth = settings_.depth,
                                                          .trials_max = settings_.trials_max,
                                                          .everywhere = settings_.everywhere});
    planned_ =
        std::min<uint32_t>(settings_.trials_max, static_cast<uint32_t>(plan.schedules.size()));
    size_t swept = 0;
    for (; swept < plan.schedules.size(); ++swept) {
      const uint32_t before = explored_;
      if (Status tried = Try(plan.schedules[swept]); !tried.ok()) return tried;
      if (explored_ == before) break;  // exhausted: it was not run, and must not be claimed
    }
    result_.completeness = DescribeCompleteness(plan, swept);
    if (!plan.left_out.empty()) result_.notes.push_back(plan.left_out);
    return Search(plan);
  }

  // Every file may have so many bytes and no more; nothing is injected.
  Status ExploreShortage() {
    const std::vector<Schedule> limits = PlanSizeLimits(reference_.control);
    planned_ = std::min<uint32_t>(settings_.trials_max, static_cast<uint32_t>(limits.size()));
    size_t swept = 0;
    for (; swept < limits.size(); ++swept) {
      const uint32_t before = explored_;
      if (Status tried = Try(limits[swept]); !tried.ok()) return tried;
      if (explored_ == before) break;
    }
    result_.completeness = fmt::format("{} of {} size limits, a real shortage at each{}", swept,
                                       limits.size(), swept == limits.size() ? ": exhausted" : "");
    return Ok();
  }

  // Random schedules, from the seed alone, until the budget ends.
  Status Search(const SweepPlan& plan) {
    if (!settings_.faults.shorts || plan.calls_total == 0 || !result_.counterexamples.empty()) {
      return Ok();
    }
    planned_ = settings_.trials_max;
    ScheduleBounds bounds;
    bounds.calls_max = plan.calls_total + 1;
    bounds.terminal = static_cast<bool>(settings_.faults.terminal);
    bounds.hostile = settings_.everywhere;
    const auto generator = ArbitrarySchedule(bounds);
    rc::Random random(settings_.seed);
    uint32_t searched = 0;
    while (!Exhausted() && result_.counterexamples.empty()) {
      constexpr int kSize = 20;
      const Schedule schedule = generator(random.split(), kSize).value();
      if (!Allows(settings_.faults, schedule)) continue;
      if (!IsAffordable(schedule, result_.output_bytes)) continue;
      if (Status tried = Try(schedule); !tried.ok()) return tried;
      ++searched;
    }
    if (searched > 0) result_.completeness += fmt::format("; then {} random schedules", searched);
    return Ok();
  }

  Status Try(const Schedule& schedule) {
    if (Exhausted()) return Ok();
    ++explored_;
    Result<Observation> observation = Trial(schedule);
    if (!observation.ok()) return observation.error();
    listener_.OnTrial(explored_, planned_);
    Result<Judgement> judged = JudgeTrial(observation.value(), schedule);
    if (!judged.ok()) return judged.error();
    const Judgement& judgement = judged.value();
    if (judgement.good) {
      proved_ |= CountDeliveredSteps(observation.value(), schedule) > 0;
      return Ok();
    }
    if (judgement.verdict == Verdict::kInconclusive) {
      ++result_.inconclusive;
      return Ok();
    }
    if (!symptoms_.insert(Symptom(judgement, observation.value())).second) return Ok();
    return Examine(schedule, judgement, observation.value());
  }

  Status Examine(const Schedule& raw, const Judgement& judgement, const Observation& failed) {
    if (result_.counterexamples.empty()) first_finding_at_ = explored_;
    slow_finding_ |= judgement.verdict == Verdict::kHung || judgement.verdict == Verdict::kSpun;
    listener_.OnFinding(raw, judgement);
    if (Status steady = CheckControlAgain(); !steady.ok()) return steady;
    if (result_.end == CampaignEnd::kControlFailed) return Ok();
    Counterexample found;
    found.raw = raw;
    found.trials_to_find = explored_;
    const uint32_t shrink_trials = slow_finding_ ? kShrinkTrialsMax / 6 : kShrinkTrialsMax;
    const std::set<std::string> callers = CallersHit(failed);
    found.minimal = Shrink(raw, shrink_trials, [&](const Schedule& simpler) {
      return FailsLike(simpler, judgement.verdict, callers);
    });
    if (Status confirmed = Confirm(found, judgement); !confirmed.ok()) return confirmed;
    // Another way to provoke what is already on the list.
    const bool known = Known(found);
    symptoms_.insert(Symptom(found.judgement, found.observation));
    if (found.judgement.verdict == Verdict::kFlaky) {
      unsteady_ = fmt::format("'{}' was judged {} once, and not when it was repeated",
                              ToText(found.raw), VerdictText(judgement.verdict));
      result_.notes.push_back(unsteady_);
      // A steady failure of the same kind may still come; not for ever, though.
      constexpr uint32_t kFlakyMax = 3;
      if (++flaky_count_ < kFlakyMax) symptoms_.erase(Symptom(judgement, failed));
      return Ok();
    }
    if (known) return Ok();
    listener_.OnCounterexample(found);
    result_.counterexamples.push_back(std::move(found));
    return Ok();
  }

  static std::string SignatureOf(const Counterexample& found) {
    return Signature(found.judgement, found.diagnosis, found.observation);
  }

  bool Known(const Counterexample& found) const {
    return std::any_of(result_.counterexamples.begin(), result_.counterexamples.end(),
                       [&](const Counterexample& other) {
                         return other.minimal == found.minimal ||
                                SignatureOf(other) == SignatureOf(found);
                       });
  }

  // An output that carries a clock differs by itself, a second later.
  Status CheckControlAgain() {
    Result<Observation> again = runner_.Run({});
    if (!again.ok()) {
      interrupted_ |= again.error().kind == ErrorKind::kInterrupted;
      return again.error();
    }
    ++result_.controls;
    Result<Judgement> judged = JudgeTrial(again.value(), {});
    if (!judged.ok()) return judged.error();
    const Judgement& judgement = judged.value();
    if (judgement.good) return Ok();
    result_.end = CampaignEnd::kControlFailed;
    result_.reason =
        "a control repeated after a failure differs from the first: " +
        (judgement.output.empty() ? ToText(again.value().end) : DescribeDifference(judgement));
    interrupted_ = true;
    return Ok();
  }

  bool FailsLike(const Schedule& schedule, Verdict verdict, const std::set<std::string>& callers) {
    if (interrupted_ || settings_.out_of_time()) return false;
    Result<Observation> observation = Trial(schedule);
    if (!observation.ok() || CountDeliveredSteps(observation.value(), schedule) == 0) return false;
    const std::set<std::string> hit = CallersHit(observation.value());
    if (!std::includes(callers.begin(), callers.end(), hit.begin(), hit.end())) return false;
    const Result<Judgement> judgement = JudgeTrial(observation.value(), schedule);
    return judgement.ok() && judgement.value().verdict == verdict;
  }

  Status Confirm(Counterexample& found, const Judgement& judgement) {
    for (uint32_t i = 0; i < kConfirmations; ++i) {
      Result<Observation> observation = Trial(found.minimal, true);
      if (!observation.ok()) return observation.error();
      Result<Judgement> again = JudgeTrial(observation.value(), found.minimal);
      if (!again.ok()) return again.error();
      if (again.value().verdict != judgement.verdict) continue;
      ++found.confirmed;
      found.judgement = std::move(again).value();
      found.observation = std::move(observation).value();
    }
    found.diagnosis = DiagnoseTrial(reference_, found.observation, found.minimal, found.judgement);
    if (found.confirmed < kConfirmations) found.judgement.verdict = Verdict::kFlaky;
    return Ok();
  }

  std::string DescribeCompleteness(const SweepPlan& plan, size_t swept) const {
    if (swept < plan.schedules.size()) {
      return fmt::format("swept {} of {} planned schedules over {} of {} write calls", swept,
                         plan.schedules.size(), plan.calls_swept, plan.calls_total);
    }
    if (plan.calls_swept < plan.calls_total) {
      return fmt::format(
          "every single fault at {} of {} write calls (the first, the last and a spread) and {} "
          "cut "
          "points: exhausted",
          plan.calls_swept, plan.calls_total, plan.cut_points);
    }
    return fmt::format(
        "every single fault at every one of {} write calls and {} cut points: "
        "exhausted",
        plan.calls_total, plan.cut_points);
  }

  void Conclude() {
    std::stable_sort(result_.counterexamples.begin(), result_.counterexamples.end(),
                     [](const Counterexample& a, const Counterexample& b) {
                       return a.judgement.verdict > b.judgement.verdict;
                     });
    if (result_.end == CampaignEnd::kControlFailed) {
      result_.counterexamples.clear();
    } else if (!result_.counterexamples.empty()) {
      result_.end = CampaignEnd::kCounterexample;
    } else if (interrupted_ || (out_of_time_ && result_.faults_delivered == 0)) {
      result_.end = CampaignEnd::kStopped;
      result_.reason =
          interrupted_ ? "stopped by a signal" : "the time was up before the first fault";
    } else if (!unsteady_.empty()) {
      result_.end = CampaignEnd::kUnsteady;
      result_.reason = "a failure did not repeat: " + unsteady_;
    } else if (result_.faults_delivered == 0) {
      result_.end = CampaignEnd::kVacuous;
      result_.reason = NothingDelivered();
    } else if (!proved_) {
      result_.end = CampaignEnd::kVacuous;
      result_.reason = "no trial with a fault ended before its deadline; use a longer --timeout";
    } else {
      result_.end = CampaignEnd::kSurvived;
    }
  }

  std::string NothingDelivered() const {
    std::string reason =
        fmt::format("no fault could be delivered at its {} write calls", result_.write_calls);
    for (const std::string& note : result_.notes) reason += "; " + note;
    return reason;
  }

  Result<CampaignResult> Stopped(const Error& error) {
    if (error.kind != ErrorKind::kInterrupted) return error;
    result_.end = CampaignEnd::kStopped;
    result_.reason = error.message;
    return std::move(result_);
  }

  TrialRunner& runner_;
  const CampaignSettings& settings_;
  CampaignListener& listener_;
  CampaignReference reference_;
  CampaignResult result_;
  std::set<std::string> symptoms_;
  uint32_t explored_ = 0;
  uint32_t planned_ = 0;
  uint32_t first_finding_at_ = 0;
  bool interrupted_ = false;
  bool out_of_time_ = false;
  bool slow_finding_ = false;
  bool proved_ = false;  // a trial with a delivered fault was judged good
  uint32_t flaky_count_ = 0;
  std::string unsteady_;  // the last failure that did not repeat, in words
};

}  // namespace

Result<CampaignResult> RunCampaign(TrialRunner& runner, const CampaignSettings& settings,
                                   CampaignListener& listener) {
  return Campaign(runner, settings, listener).Run();
}

}  // namespace shortwrite
