#include "harness/campaign/compare.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "harness/campaign/control.h"
#include "harness/schedule/schedule.h"

namespace shortwrite {
namespace {

using Kind = ComparedCell::Kind;

constexpr std::array kFaults = {
    ComparedFault{CallPlace::kFirst, "{at}:short=1"},
    ComparedFault{CallPlace::kMiddle, "{at}:short=1"},
    ComparedFault{CallPlace::kLast, "{at}:short=1"},
    ComparedFault{CallPlace::kFirst, "{at}:short=-1"},
    ComparedFault{CallPlace::kMiddle, "{at}:short=-1"},
    ComparedFault{CallPlace::kLast, "{at}:short=-1"},
    ComparedFault{CallPlace::kFirst, "{at}:short=50%"},
    ComparedFault{CallPlace::kMiddle, "{at}:short=50%"},
    ComparedFault{CallPlace::kLast, "{at}:short=50%"},
    ComparedFault{CallPlace::kFirst, "{at}:eagain"},
    ComparedFault{CallPlace::kMiddle, "{at}:eagain"},
    ComparedFault{CallPlace::kLast, "{at}:eagain"},
    ComparedFault{CallPlace::kFirst, "{at}:eintr"},
    ComparedFault{CallPlace::kMiddle, "{at}:eintr"},
    ComparedFault{CallPlace::kLast, "{at}:eintr"},
    // The rest of a short write is the next call.
    ComparedFault{CallPlace::kLast, "{at}:short=1 {next}:eagain"},
    ComparedFault{CallPlace::kLast, "{at}:short=1 {next}:eintr"},
    ComparedFault{CallPlace::kAnywhere, "1-6:short=1"},
    ComparedFault{CallPlace::kAnywhere, "*:cap=1000"},
    ComparedFault{CallPlace::kMiddle, "{at}:enospc"},
    ComparedFault{CallPlace::kMiddle, "{at}-:enospc"},
    ComparedFault{CallPlace::kAnywhere, "close:eio"},
};

std::string_view PlaceName(CallPlace place) {
  switch (place) {
    case CallPlace::kFirst:
      return "first";
    case CallPlace::kMiddle:
      return "middle";
    case CallPlace::kLast:
      return "last";
    case CallPlace::kAnywhere:
      break;
  }
  return "";
}

// 0: it is another place's, too, or there is none.
uint32_t NumberOf(CallPlace place, uint32_t calls) {
  switch (place) {
    case CallPlace::kFirst:
      return calls > 0 ? 1 : 0;
    case CallPlace::kMiddle:
      return calls > 2 ? (calls + 1) / 2 : 0;
    case CallPlace::kLast:
      return calls > 1 ? calls : 0;
    case CallPlace::kAnywhere:
      break;
  }
  return calls > 0 ? 1 : 0;
}

class Comparer {
 public:
  Comparer(TrialRunner& runner, const CampaignSettings& settings,
           const CampaignReference& reference)
      : runner_(runner), settings_(settings), reference_(reference) {}

  Result<ComparedCell> Try(const Schedule& schedule) {
    ComparedCell cell;
    cell.schedule = ToText(schedule);
    for (uint32_t run = 0; run < kConfirmations; ++run) {
      const Result<ComparedCell> once = TryOnce(schedule);
      if (!once.ok()) return once.error();
      if (run > 0 && once.value().kind != Kind::kFailed) {
        cell.kind = Kind::kUnsteady;
        cell.verdict.clear();
        return cell;
      }
      cell.kind = once.value().kind;
      if (run == 0) cell.verdict = once.value().verdict;
      if (cell.kind != Kind::kFailed) break;
    }
    return cell;
  }

 private:
  Result<ComparedCell> TryOnce(const Schedule& schedule) {
    const Result<Observation> observation = runner_.Run({.schedule = schedule, .full_trace = true});
    if (!observation.ok()) return observation.error();
    if (observation.value().trace_dropped > 0) {
      return HarnessError(
          fmt::format("the trace overflowed under '{}'; use a smaller --bytes", ToText(schedule)));
    }
    const Result<Judgement> judgement =
        JudgeTrial(reference_, observation.value(), schedule, settings_.judge);
    if (!judgement.ok()) return judgement.error();
    const uint32_t delivered = CountDeliveredSteps(observation.value(), schedule);
    const Verdict verdict = judgement.value().verdict;
    ComparedCell cell;
    if (verdict == Verdict::kInconclusive) return cell;
    if (!judgement.value().good && delivered > 0) {
      cell.kind = Kind::kFailed;
      cell.verdict = VerdictText(verdict);
    } else if (judgement.value().good) {
      cell.kind = delivered == schedule.steps.size() ? Kind::kSurvived : Kind::kNotLegal;
    }
    return cell;
  }

  TrialRunner& runner_;
  const CampaignSettings& settings_;
  const CampaignReference& reference_;
};

// Without any fault: so it is under each.
Result<ComparedTarget> FailedAlone(const ControlOutcome& control, const CampaignSettings& settings,
                                   ComparedTarget target) {
  const Result<Judgement> judgement =
      JudgeTrial(control.reference, *control.fails_alone, {}, settings.judge);
  if (!judgement.ok()) return judgement.error();
  const std::string verdict(VerdictText(judgement.value().verdict));
  target.end = CampaignEnd::kCounterexample;
  target.reason = fmt::format("{} without any fault: {}", verdict, control.fails_alone_under);
  target.cells.assign(kFaults.size(), ComparedCell{Kind::kFailed, verdict, ""});
  return target;
}

void Conclude(ComparedTarget& target) {
  const auto has = [&](Kind kind) {
    return std::any_of(target.cells.begin(), target.cells.end(),
                       [&](const ComparedCell& cell) { return cell.kind == kind; });
  };
  if (has(Kind::kFailed)) {
    target.end = CampaignEnd::kCounterexample;
  } else if (has(Kind::kUnsteady)) {
    target.end = CampaignEnd::kUnsteady;
    target.reason = "a failure did not repeat";
  } else if (has(Kind::kInconclusive)) {
    target.end = CampaignEnd::kVacuous;
    target.reason = "a trial was still at work at its deadline; use a longer --timeout";
  } else if (has(Kind::kSurvived)) {
    target.end = CampaignEnd::kSurvived;
  } else {
    target.end = CampaignEnd::kVacuous;
    target.reason = "no fault could be delivered";
  }
}

}  // namespace

std::string ComparedFault::Name() const {
  std::string text = fmt::format(fmt::runtime(steps), fmt::arg("at", "N"), fmt::arg("next", "N+1"));
  if (place == CallPlace::kAnywhere) return text;
  return fmt::format("{}: {}", PlaceName(place), text);
}

std::span<const ComparedFault> ComparedFaults() {
  return kFaults;
}

std::optional<Schedule> ScheduleFor(const ComparedFault& fault, uint32_t calls) {
  const uint32_t at = NumberOf(fault.place, calls);
  if (at == 0) return std::nullopt;
  const Result<Schedule> schedule = ParseSchedule(
      fmt::format(fmt::runtime(fault.steps), fmt::arg("at", at), fmt::arg("next", at + 1)));
  return schedule.ok() ? std::optional(schedule.value()) : std::nullopt;
}

Result<ComparedTarget> CompareTarget(TrialRunner& runner, const CampaignSettings& settings) {
  const Result<ControlOutcome> controls = RunControls(runner, settings, 2);
  if (!controls.ok()) return controls.error();
  const ControlOutcome& control = controls.value();
  ComparedTarget target;
  target.backend = control.backend;
  target.write_calls = control.write_calls;
  if (control.end) {
    target.end = *control.end;
    target.reason = control.reason;
    return target;
  }
  if (control.fails_alone) return FailedAlone(control, settings, std::move(target));
  Comparer comparer(runner, settings, control.reference);
  const uint32_t calls = MostWriteCalls(control.reference.control);
  for (const ComparedFault& fault : kFaults) {
    const std::optional<Schedule> schedule = ScheduleFor(fault, calls);
    if (!schedule) {
      target.cells.push_back({Kind::kNoSuchCall, "", ""});
      continue;
    }
    Result<ComparedCell> cell = comparer.Try(*schedule);
    if (!cell.ok()) return cell.error();
    target.cells.push_back(std::move(cell).value());
  }
  Conclude(target);
  return target;
}

}  // namespace shortwrite
