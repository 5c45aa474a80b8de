#include "harness/campaign/examine.h"

#include <algorithm>

#include "harness/campaign/shrink.h"
#include "harness/campaign/signature.h"
#include "harness/diagnosis/probes.h"

namespace shortwrite {
namespace {

constexpr uint64_t kPayloadBytesMin = 64;
// Enough of them to show the way.
constexpr std::ptrdiff_t kCallsMin = 3;
// As with a failure, what a probe shows counts when it repeats.
constexpr uint32_t kRunsOfProbe = 2;
constexpr size_t kProbesMax = 3;

std::ptrdiff_t CountWriteCalls(const Observation& control) {
  return std::count_if(control.calls.begin(), control.calls.end(),
                       [](const TracedCall& call) { return call.number > 0; });
}

// None: the campaign's own.
Status Return(Trials& trials, const std::optional<TrialPayload>& payload) {
  if (trials.payloads.in_use() == payload) return Ok();
  if (!payload) return trials.payloads.UseMain();
  const Result<bool> used = trials.payloads.Use(*payload);
  return used.ok() ? Ok() : trials.Remember(used.error());
}

// Halves the payload as long as the same thing goes wrong in the same way. The smallest is in use
// afterwards.
Status ShrinkPayload(Trials& trials, const CampaignSettings& settings, const Schedule& schedule,
                     const Likeness& likeness) {
  if (!trials.payloads.possible()) return Ok();
  TrialPayload payload = trials.payloads.in_use().value_or(*settings.payload);
  while (payload.bytes > 2 * kPayloadBytesMin && !settings.out_of_time()) {
    const std::optional<TrialPayload> last = trials.payloads.in_use();
    payload.bytes = payload.bytes / 2 | 1;
    const Result<bool> used = trials.payloads.Use(payload);
    if (!used.ok()) return trials.Remember(used.error());
    if (!used.value()) return Ok();
    if (CountWriteCalls(trials.reference.control) < kCallsMin ||
        !trials.FailLike(schedule, likeness)) {
      return Return(trials, last);
    }
  }
  return Ok();
}

// Nothing is ruled out where a run says otherwise than the one before, or cannot be had: what a
// probe is for has been found and confirmed already.
std::optional<Ruling> TryProbe(Trials& trials, const PlannedProbe& probe,
                               const Diagnosis& diagnosis) {
  std::optional<Ruling> ruling;
  for (uint32_t run = 0; run < kRunsOfProbe; ++run) {
    const Result<Observation> observation = trials.Run(probe.schedule, true);
    if (!observation.ok()) return std::nullopt;
    const Result<Judgement> judgement = trials.Judge(observation.value(), probe.schedule);
    if (!judgement.ok()) return std::nullopt;
    Ruling again = ConcludeProbe(
        probe,
        GatherEvidence(trials.reference, observation.value(), probe.schedule, judgement.value()),
        diagnosis);
    if (again.ruled_out.empty() || (ruling && again.ruled_out != ruling->ruled_out)) {
      return std::nullopt;
    }
    ruling = std::move(again);
  }
  return ruling;
}

void TellLookalikesApart(Trials& trials, const CampaignSettings& settings, Counterexample& found) {
  const Verdict verdict = found.judgement.verdict;
  // A trial of one that hangs or spins takes seconds.
  if (verdict == Verdict::kHung || verdict == Verdict::kSpun) return;
  const Evidence evidence =
      GatherEvidence(trials.reference, found.observation, found.minimal, found.judgement);
  std::vector<PlannedProbe> probes = PlanProbes(evidence, found.diagnosis);
  probes.resize(std::min(probes.size(), kProbesMax));
  std::vector<Ruling> rulings;
  for (const PlannedProbe& probe : probes) {
    const bool is_told = found.diagnosis.candidates.size() < 2;
    if (is_told || trials.interrupted() || settings.out_of_time()) return;
    std::optional<Ruling> ruling = TryProbe(trials, probe, found.diagnosis);
    if (!ruling) continue;
    rulings.push_back(std::move(*ruling));
    found.diagnosis = Diagnose(evidence, rulings);
  }
}

Status Confirm(Trials& trials, const CampaignSettings& settings, const Judgement& judgement,
               Counterexample& found) {
  found.confirmed = 0;
  found.payload = trials.payloads.in_use();
  for (uint32_t i = 0; i < kConfirmations; ++i) {
    Result<Observation> observation = trials.Run(found.minimal, true);
    if (!observation.ok()) return observation.error();
    Result<Judgement> again = trials.Judge(observation.value(), found.minimal);
    if (!again.ok()) return again.error();
    if (again.value().verdict != judgement.verdict) continue;
    ++found.confirmed;
    found.judgement = std::move(again).value();
    found.observation = std::move(observation).value();
  }
  found.diagnosis =
      DiagnoseTrial(trials.reference, found.observation, found.minimal, found.judgement);
  if (found.confirmed < kConfirmations) {
    found.judgement.verdict = Verdict::kFlaky;
  } else {
    TellLookalikesApart(trials, settings, found);
  }
  return Ok();
}

}  // namespace

Result<Counterexample> Examine(Trials& trials, const CampaignSettings& settings,
                               const Failure& failure, uint32_t shrink_trials, bool shrinks_payload,
                               CampaignListener& listener) {
  Counterexample found;
  found.raw = failure.schedule;
  Likeness likeness = {failure.judgement.verdict, CallersHit(failure.observation)};
  const auto still_fails = [&](const Schedule& simpler) {
    return trials.FailLike(simpler, likeness);
  };
  found.minimal = Shrink(failure.schedule, shrink_trials, still_fails,
                         MostWriteCalls(trials.reference.control));
  likeness.shape = failure.judgement.provenance.shape;
  const std::optional<TrialPayload> payload = trials.payloads.in_use();
  if (shrinks_payload) {
    if (Status shrunk = ShrinkPayload(trials, settings, found.minimal, likeness); !shrunk.ok()) {
      return shrunk.error();
    }
  }
  listener.OnPhase(Phase::kConfirm);
  if (Status confirmed = Confirm(trials, settings, failure.judgement, found); !confirmed.ok()) {
    return confirmed.error();
  }
  const bool was_shrunk = trials.payloads.in_use() != payload;
  if (Status returned = Return(trials, payload); !returned.ok()) return returned.error();
  // A smaller payload must not make a steady failure an unsteady one.
  if (was_shrunk && found.confirmed < kConfirmations) {
    if (Status confirmed = Confirm(trials, settings, failure.judgement, found); !confirmed.ok()) {
      return confirmed.error();
    }
  }
  return found;
}

}  // namespace shortwrite
