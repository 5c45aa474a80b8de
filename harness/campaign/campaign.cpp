#include "harness/campaign/campaign.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <set>

#include "harness/campaign/control.h"
#include "harness/campaign/examine.h"
#include "harness/campaign/signature.h"
#include "harness/campaign/size_limits.h"
#include "harness/campaign/trials.h"
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
      : runner_(runner),
        settings_(settings),
        listener_(listener),
        trials_(runner, settings, result_) {}

  Result<CampaignResult> Run() {
    Result<ControlOutcome> control = RunControls(runner_, settings_, 2);
    if (!control.ok()) return Stopped(control.error());
    const bool ended = control.value().end || control.value().fails_alone;
    if (Status taken = TakeOver(std::move(control).value()); !taken.ok()) {
      return Stopped(taken.error());
    }
    if (ended) return std::move(result_);
    Status explored = Explore();
    if (!explored.ok() && !Interrupted()) return explored.error();
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
    trials_.reference = std::move(control.reference);
    result_.reason = control.reason;
    if (control.end) {
      result_.end = *control.end;
      return Ok();
    }
    listener_.OnControl(trials_.reference.control);
    if (!control.fails_alone) return Ok();
    Counterexample found;
    found.without_fault = control.fails_alone_under;
    found.observation = std::move(*control.fails_alone);
    Result<Judgement> judgement = trials_.Judge(found.observation, found.minimal);
    if (!judgement.ok()) return judgement.error();
    found.judgement = std::move(judgement).value();
    found.diagnosis =
        DiagnoseTrial(trials_.reference, found.observation, found.minimal, found.judgement);
    // It was run without any fault, so nothing of ours could make it fail; seen once is enough.
    found.confirmed = kConfirmations;
    listener_.OnFinding(found.raw, found.judgement, std::nullopt);
    listener_.OnCounterexample(found);
    result_.counterexamples.push_back(std::move(found));
    result_.end = CampaignEnd::kCounterexample;
    result_.completeness = "a control fails already: nothing was swept";
    return Ok();
  }

  bool Interrupted() const { return trials_.interrupted() || ended_; }

  bool Exhausted() {
    out_of_time_ = out_of_time_ || settings_.out_of_time();
    if (Interrupted() || out_of_time_) return true;
    if (result_.counterexamples.empty()) return result_.trials >= settings_.trials_max;
    return explored_ >= first_finding_at_ + kTrialsAfterFinding || slow_finding_ ||
           result_.counterexamples.size() >= kCounterexamplesMax;
  }

  Status Explore() {
    if (Status tried = TryKept(); !tried.ok()) return tried;
    if (settings_.real_shortage) return ExploreShortage();
    const SweepPlan plan =
        PlanSweep(trials_.reference.control, {.faults = settings_.faults,
                                              .depth = settings_.depth,
                                              .trials_max = settings_.trials_max,
                                              .everywhere = settings_.everywhere});
    if (settings_.depth == 0) {
      result_.completeness = "no sweep was asked for";
      return Search(plan);
    }
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
    if (Status tried = TryOtherPayloads(); !tried.ok()) return tried;
    return Search(plan);
  }

  // One that no longer fails is not dropped: a slower machine, or another sink, may decide.
  Status TryKept() {
    std::vector<std::string> stale;
    for (const KeptSchedule& kept : settings_.corpus) {
      bool as_found = !kept.payload;
      if (kept.payload && trials_.payloads.possible() && !Exhausted()) {
        Result<bool> used = trials_.payloads.Use(*kept.payload);
        if (!used.ok()) return trials_.Remember(used.error());
        as_found = used.value();
      }
      last_failed_ = false;
      const uint32_t before = explored_;
      if (Status tried = Try(kept.schedule); !tried.ok()) return tried;
      // What was not run, or not with its own payload, is not known to be stale.
      if (explored_ > before && as_found && !last_failed_) {
        stale.push_back(fmt::format("{} ({})", kept.name, ToText(kept.schedule)));
      }
      if (Status back = trials_.payloads.UseMain(); !back.ok()) return back;
    }
    if (!stale.empty()) {
      result_.notes.push_back(
          fmt::format("stale in the corpus, no longer failing: {}", fmt::join(stale, ", ")));
    }
    return Ok();
  }

  // Another content, or size, of which a few schedules are enough: mistakes that only a character
  // of several bytes shows, or a last chunk that is full.
  Status TryOtherPayloads() {
    constexpr size_t kSchedulesEach = 24;
    for (const TrialPayload& payload : settings_.other_payloads) {
      if (Exhausted() || !result_.counterexamples.empty()) return Ok();
      Result<bool> used = trials_.payloads.Use(payload);
      if (!used.ok()) return trials_.Remember(used.error());
      if (!used.value()) continue;
      const SweepPlan plan =
          PlanSweep(trials_.reference.control, {.faults = settings_.faults,
                                                .depth = 1,
                                                .trials_max = settings_.trials_max,
                                                .everywhere = settings_.everywhere});
      const size_t count = std::min(kSchedulesEach, plan.schedules.size());
      for (size_t i = 0; i < count; ++i) {
        if (Status tried = Try(plan.schedules[i]); !tried.ok()) return tried;
      }
      if (Status back = trials_.payloads.UseMain(); !back.ok()) return back;
      result_.completeness +=
          fmt::format("; then {} schedules over {} bytes of {}", count, payload.bytes,
                      kPayloadTexts[static_cast<size_t>(payload.text)]);
    }
    return Ok();
  }

  // Every file may have so many bytes and no more; nothing is injected.
  Status ExploreShortage() {
    const std::vector<Schedule> limits = PlanSizeLimits(trials_.reference.control);
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
    Result<Observation> observation = trials_.Run(schedule);
    if (!observation.ok()) return observation.error();
    listener_.OnTrial(explored_, planned_);
    Result<Judgement> judged = trials_.Judge(observation.value(), schedule);
    if (!judged.ok()) return judged.error();
    const Judgement& judgement = judged.value();
    last_failed_ = !judgement.good;
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
    listener_.OnFinding(raw, judgement, trials_.payloads.in_use());
    if (Status steady = CheckControlAgain(); !steady.ok()) return steady;
    if (result_.end == CampaignEnd::kControlFailed) return Ok();
    const uint32_t shrink_trials = slow_finding_ ? kShrinkTrialsMax / 6 : kShrinkTrialsMax;
    Result<Counterexample> examined = shortwrite::Examine(
        trials_, settings_, {raw, judgement, failed}, shrink_trials, !slow_finding_);
    if (!examined.ok()) return examined.error();
    Counterexample& found = examined.value();
    found.trials_to_find = explored_;
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
    Result<Observation> again = trials_.RunControl();
    if (!again.ok()) return again.error();
    Result<Judgement> judged = trials_.Judge(again.value(), {});
    if (!judged.ok()) return judged.error();
    const Judgement& judgement = judged.value();
    if (judgement.good) return Ok();
    result_.end = CampaignEnd::kControlFailed;
    result_.reason =
        "a control repeated after a failure differs from the first: " +
        (judgement.output.empty() ? ToText(again.value().end) : DescribeDifference(judgement));
    ended_ = true;
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
    result_.controls += trials_.payloads.controls();
    std::stable_sort(result_.counterexamples.begin(), result_.counterexamples.end(),
                     [](const Counterexample& a, const Counterexample& b) {
                       return a.judgement.verdict > b.judgement.verdict;
                     });
    if (result_.end == CampaignEnd::kControlFailed) {
      result_.counterexamples.clear();
    } else if (!result_.counterexamples.empty()) {
      result_.end = CampaignEnd::kCounterexample;
    } else if (Interrupted() || (out_of_time_ && result_.faults_delivered == 0)) {
      result_.end = CampaignEnd::kStopped;
      result_.reason =
          Interrupted() ? "stopped by a signal" : "the time was up before the first fault";
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
  CampaignResult result_;
  Trials trials_;
  std::set<std::string> symptoms_;
  uint32_t explored_ = 0;
  uint32_t planned_ = 0;
  uint32_t first_finding_at_ = 0;
  bool ended_ = false;  // a control said that nothing can be said
  bool out_of_time_ = false;
  bool slow_finding_ = false;
  bool last_failed_ = false;
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
