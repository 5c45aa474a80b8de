#include "harness/campaign/campaign.h"
#include "harness/campaign/control.h"

namespace shortwrite {

Result<ReplayResult> RunReplay(TrialRunner& runner, const CampaignSettings& settings,
                               const Schedule& schedule) {
  ReplayResult result;
  CampaignSettings control_settings = settings;
  control_settings.real_shortage = schedule.full && schedule.steps.empty();
  Result<ControlOutcome> control = RunControls(runner, control_settings, 1);
  if (!control.ok()) return control.error();
  ControlOutcome& outcome = control.value();
  result.write_calls = outcome.write_calls;
  result.backend = outcome.backend;
  if (outcome.end) {
    result.end = *outcome.end;
    result.reason = outcome.reason;
    return result;
  }
  Result<Observation> observation = runner.Run({.schedule = schedule, .full_trace = true});
  if (!observation.ok()) return observation.error();
  result.observation = std::move(observation).value();
  if (result.observation.trace_dropped > 0) {
    return HarnessError("the trace overflowed under '" + ToText(schedule) +
                        "'; use a smaller --bytes");
  }
  result.faults_delivered = CountDeliveredSteps(result.observation, schedule);
  Result<Judgement> judgement =
      JudgeTrial(outcome.reference, result.observation, schedule, settings.judge);
  if (!judgement.ok()) return judgement.error();
  result.judgement = std::move(judgement).value();
  if (result.judgement.verdict == Verdict::kInconclusive) {
    result.reason = "the target was still at work at its deadline; use a longer --timeout";
  } else if (!result.judgement.good) {
    result.end = CampaignEnd::kCounterexample;
    result.diagnosis =
        DiagnoseTrial(outcome.reference, result.observation, schedule, result.judgement);
  } else if (result.faults_delivered == 0) {
    result.reason = "the schedule delivered no fault";
  } else {
    result.end = CampaignEnd::kSurvived;
  }
  return result;
}

}  // namespace shortwrite
