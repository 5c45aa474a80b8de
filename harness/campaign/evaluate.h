// From what was observed to what is judged: the bridge between trial/ and oracle/. Pure, but for
// the user's own comparison.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "harness/base/result.h"
#include "harness/diagnosis/diagnose.h"
#include "harness/oracle/judge.h"
#include "harness/schedule/schedule.h"
#include "harness/trial/observation.h"

namespace shortwrite {

// The reference owns its bytes through the observation of the control that it was taken from.
struct CampaignReference {
  Observation control;
  std::string payload;  // replaces the main output's bytes if payload_is_reference
  bool payload_is_reference = false;
  std::string main_output;
  std::string existing;

  Reference View() const;
};

// Whether an output and its reference, which differ in their bytes, mean the same (`--judge`). An
// Error when it cannot be told, and then nothing is judged.
using Comparison = std::function<Result<bool>(const std::string& name, std::string_view output,
                                              std::string_view reference)>;

// What a verdict depends on besides the trial and the reference.
struct JudgeSettings {
  Contract contract = Contract::kTransparent;
  Comparison comparison;  // empty: bytes decide
};

Result<Judgement> JudgeTrial(const CampaignReference& reference, const Observation& observation,
                             const Schedule& schedule, const JudgeSettings& settings);

// What a diagnosis looks at. Views into all of them; they must outlive the result.
Evidence GatherEvidence(const CampaignReference& reference, const Observation& observation,
                        const Schedule& schedule, const Judgement& judgement);

// What kind of mistake a bad judgement shows; best from an observation with its full trace.
Diagnosis DiagnoseTrial(const CampaignReference& reference, const Observation& observation,
                        const Schedule& schedule, const Judgement& judgement);

// Views into observation; it must outlive the result.
Behaviour DescribeBehaviour(const Observation& observation, const Schedule& schedule);

// Steps that took effect at least once.
uint32_t CountDeliveredSteps(const Observation& observation, const Schedule& schedule);

}  // namespace shortwrite
