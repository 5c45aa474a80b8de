#include "harness/campaign/campaign.h"

#include "harness/campaign/conclusion.h"
#include "harness/campaign/control.h"
#include "harness/campaign/explore.h"
#include "harness/campaign/explorer.h"
#include "harness/campaign/search.h"
#include "harness/campaign/short_period.h"

namespace shortwrite {
namespace {

// What failed without any fault, which no fault of ours can explain; seen once is enough.
Status KeepFailureAlone(ControlOutcome& control, Explorer& explorer, CampaignListener& listener) {
  CampaignResult& result = explorer.result();
  Counterexample found;
  found.without_fault = control.fails_alone_under;
  found.observation = std::move(*control.fails_alone);
  Result<Judgement> judgement = explorer.trials().Judge(found.observation, found.minimal);
  if (!judgement.ok()) return judgement.error();
  found.judgement = std::move(judgement).value();
  found.diagnosis =
      DiagnoseTrial(explorer.trials().reference, found.observation, found.minimal, found.judgement);
  found.confirmed = kConfirmations;
  found.call_site = explorer.settings().call_site(found);
  if (std::optional<std::string> reason = explorer.settings().tolerance(found)) {
    result.tolerated.push_back({std::move(found), std::move(*reason)});
    result.end = CampaignEnd::kVacuous;
    result.reason = "it fails without any fault, which is tolerated; so no fault could be tried";
    return Ok();
  }
  listener.OnFinding(found.raw, found.judgement, std::nullopt);
  listener.OnCounterexample(found);
  result.counterexamples.push_back(std::move(found));
  result.end = CampaignEnd::kCounterexample;
  result.completeness = "a control fails already: nothing was swept";
  return Ok();
}

void LookAtOutputs(const CampaignReference& reference, CampaignResult& result) {
  result.unjudged_bytes = reference.control.remarks.size();
  for (const OutputFile& output : reference.control.outputs) {
    if (output.name == reference.main_output) {
      result.output_repeats_at = ShortPeriod(output.bytes.view());
    }
  }
}

// Whether there is anything to explore after the controls.
Result<bool> TakeOver(ControlOutcome control, Explorer& explorer, CampaignListener& listener) {
  CampaignResult& result = explorer.result();
  result.controls = control.controls;
  result.backend = std::move(control.backend);
  result.write_calls = control.write_calls;
  result.output_bytes = control.output_bytes;
  result.notes = std::move(control.notes);
  result.outputs_differ = control.outputs_differ;
  result.reason = control.reason;
  explorer.trials().reference = std::move(control.reference);
  if (control.end) {
    result.end = *control.end;
    return false;
  }
  LookAtOutputs(explorer.trials().reference, result);
  listener.OnControl(explorer.trials().reference.control);
  if (!control.fails_alone) return true;
  if (Status kept = KeepFailureAlone(control, explorer, listener); !kept.ok()) return kept.error();
  return false;
}

Status Explore(Explorer& explorer) {
  if (Status tried = ExploreKept(explorer); !tried.ok()) return tried;
  if (explorer.settings().real_shortage) return ExploreShortage(explorer);
  Search search(explorer);
  const auto learn = [&](const Schedule& schedule, const Outcome& outcome) {
    search.Learn(schedule, outcome);
  };
  if (Status tried = ExploreSweep(explorer, learn); !tried.ok()) return tried;
  if (explorer.settings().depth > 0) {
    if (Status tried = ExploreOtherPayloads(explorer, learn); !tried.ok()) return tried;
  }
  return search.Run();
}

// Whoever runs the campaign anew begins with its own payload, whichever was in use at the end.
Result<CampaignResult> GiveUp(TrialRunner& runner, const CampaignSettings& settings,
                              const Error& untrusted) {
  if (settings.payload) {
    if (Status placed = runner.UsePayload(MakePayload(*settings.payload)); !placed.ok()) {
      return placed.error();
    }
  }
  return untrusted;
}

Result<CampaignResult> Stopped(CampaignResult result, const Error& error) {
  if (error.kind != ErrorKind::kInterrupted) return error;
  result.end = CampaignEnd::kStopped;
  result.reason = error.message;
  return result;
}

// The listener hears of long trials for as long as the campaign lasts.
class LongTrials {
 public:
  LongTrials(TrialRunner& runner, CampaignListener& listener) : runner_(runner) {
    runner_.TellWhileRunning([&listener](auto so_far) { listener.OnLongTrial(so_far); });
  }
  LongTrials(const LongTrials&) = delete;
  LongTrials& operator=(const LongTrials&) = delete;
  ~LongTrials() { runner_.TellWhileRunning({}); }

 private:
  TrialRunner& runner_;
};

}  // namespace

Result<CampaignResult> RunCampaign(TrialRunner& runner, const CampaignSettings& settings,
                                   CampaignListener& listener) {
  CampaignResult result;
  listener.OnPhase(Phase::kControl);
  const LongTrials long_trials(runner, listener);
  Result<ControlOutcome> control = RunControls(runner, settings, 2);
  if (!control.ok()) return Stopped(std::move(result), control.error());
  Explorer explorer(runner, settings, listener, result);
  const Result<bool> goes_on = TakeOver(std::move(control).value(), explorer, listener);
  if (!goes_on.ok()) return Stopped(std::move(result), goes_on.error());
  if (!goes_on.value()) return result;
  const Status explored = Explore(explorer);
  const ExploreEnd end = explorer.end();
  if (const auto& untrusted = explorer.trials().untrusted(); untrusted) {
    return GiveUp(runner, settings, *untrusted);
  }
  if (!explored.ok() && explored.error().kind == ErrorKind::kUntrusted) {
    return GiveUp(runner, settings, explored.error());
  }
  if (!explored.ok() && !end.interrupted) return explored.error();
  result.controls += explorer.trials().payloads.controls();
  Conclude(end, result);
  return result;
}

}  // namespace shortwrite
