#include "harness/campaign/signature.h"

#include <fmt/format.h>

#include <algorithm>

namespace shortwrite {
namespace {

// Of libraries only the address is known, which differs from run to run. Which program it was only
// a full trace says, so it is left out where trials with and without one are compared.
std::string CallerText(const TracedCall& call) {
  return call.caller_in_program ? fmt::format("+{:#x}", call.caller) : "";
}

}  // namespace

std::string Signature(const Counterexample& found) {
  std::string caller;
  if (found.diagnosis.call) {
    const TracedCall& call = found.observation.calls[*found.diagnosis.call];
    caller = ProcessName(found.observation, call);
    caller += found.call_site.empty() ? CallerText(call) : ' ' + found.call_site;
  }
  return fmt::format("{} {} {}", VerdictText(found.judgement.verdict), Headline(found.diagnosis),
                     caller);
}

std::string Symptom(const Judgement& judgement, const Observation& observation) {
  const auto hit = std::find_if(observation.calls.begin(), observation.calls.end(),
                                [](const TracedCall& call) { return call.delivered; });
  return fmt::format("{} {} {}", VerdictText(judgement.verdict),
                     ShapeText(judgement.provenance.shape),
                     hit == observation.calls.end() ? "" : CallerText(*hit));
}

std::set<std::string> CallersHit(const Observation& observation) {
  std::set<std::string> callers;
  for (const TracedCall& call : observation.calls) {
    if (call.delivered) callers.insert(CallerText(call));
  }
  return callers;
}

}  // namespace shortwrite
