#include "harness/campaign/outcome.h"

#include <cstring>

#include "harness/campaign/evaluate.h"
#include "harness/campaign/novelty.h"
#include "harness/campaign/signature.h"

namespace shortwrite {
namespace {

// What stands before the traits and the symptom.
struct Head {
  uint32_t verdict;
  uint32_t good;
  uint32_t planned;
  uint32_t delivered;
  uint32_t traits;
  uint32_t symptom_bytes;
};

}  // namespace

Outcome OutcomeOf(const Observation& observation, const Schedule& schedule,
                  const Judgement& judgement) {
  Outcome outcome;
  outcome.verdict = judgement.verdict;
  outcome.good = judgement.good;
  outcome.planned = FaultCount(schedule);
  outcome.delivered = CountDeliveredSteps(observation, schedule);
  outcome.traits = TraitsOf(observation);
  if (outcome.failed()) outcome.symptom = Symptom(judgement, observation);
  return outcome;
}

std::string Encode(const Outcome& outcome) {
  const Head head = {.verdict = static_cast<uint32_t>(outcome.verdict),
                     .good = outcome.good ? 1u : 0u,
                     .planned = outcome.planned,
                     .delivered = outcome.delivered,
                     .traits = static_cast<uint32_t>(outcome.traits.size()),
                     .symptom_bytes = static_cast<uint32_t>(outcome.symptom.size())};
  std::string bytes(sizeof(head), '\0');
  memcpy(bytes.data(), &head, sizeof(head));
  bytes.append(reinterpret_cast<const char*>(outcome.traits.data()),
               outcome.traits.size() * sizeof(uint64_t));
  return bytes + outcome.symptom;
}

std::optional<Outcome> DecodeOutcome(std::string_view bytes) {
  Head head = {};
  if (bytes.size() < sizeof(head)) return std::nullopt;
  memcpy(&head, bytes.data(), sizeof(head));
  bytes.remove_prefix(sizeof(head));
  const size_t traits_bytes = head.traits * sizeof(uint64_t);
  if (bytes.size() != traits_bytes + head.symptom_bytes ||
      head.verdict > static_cast<uint32_t>(Verdict::kFlaky)) {
    return std::nullopt;
  }
  Outcome outcome;
  outcome.verdict = static_cast<Verdict>(head.verdict);
  outcome.good = head.good != 0;
  outcome.planned = head.planned;
  outcome.delivered = head.delivered;
  outcome.traits.resize(head.traits);
  if (head.traits > 0) memcpy(outcome.traits.data(), bytes.data(), traits_bytes);
  outcome.symptom = bytes.substr(traits_bytes);
  return outcome;
}

}  // namespace shortwrite
