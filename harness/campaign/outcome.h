// What a campaign keeps of a trial that it need not look at again. Small, so that it can come from
// another process. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "harness/oracle/judge.h"
#include "harness/schedule/schedule.h"
#include "harness/trial/observation.h"

namespace shortwrite {

struct Outcome {
  Verdict verdict = Verdict::kInconclusive;
  bool good = false;
  uint32_t planned = 0;          // faults of the schedule
  uint32_t delivered = 0;        // of these, those that took effect
  std::string symptom;           // of a failure (signature.h)
  std::vector<uint64_t> traits;  // novelty.h

  bool failed() const { return !good && verdict != Verdict::kInconclusive; }
  bool operator==(const Outcome&) const = default;
};

Outcome OutcomeOf(const Observation& observation, const Schedule& schedule,
                  const Judgement& judgement);

// Between processes of one build: DecodeOutcome(Encode(o)) == o, and none of what is cut off.
std::string Encode(const Outcome& outcome);
std::optional<Outcome> DecodeOutcome(std::string_view bytes);

}  // namespace shortwrite
