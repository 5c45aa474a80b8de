// Replays a trace against the rules of what may be injected. Pure; runs on every trial.
//
// A fault that could not have happened convicts a correct program, and nothing in the program's
// output would show whose mistake it was. So this is written from the manual pages and measurements
// once more, and shares no code with fault_inject/legality.h and decide.h: whoever changes a rule
// there has to change it here too, or every trial fails.
#pragma once

#include <string>
#include <vector>

#include "harness/base/result.h"
#include "harness/schedule/schedule.h"
#include "harness/trial/observation.h"
#include "harness/trial/shared_region.h"

namespace shortwrite {

struct TraceContext {
  const Schedule& schedule;
  ProfileName profile = ProfileName::kPosix;
  // Whether threads are known at every call; see RegionSettings. Without them the order of calls
  // that several threads made proves nothing.
  bool full_trace = false;
};

// In words, each with its call and the broken rule: "write 3 to out: ...". At most
// kViolationsMax; empty for a sound trace.
std::vector<std::string> ValidateTrace(const TraceContext& context, const Observation& observation);

inline constexpr size_t kViolationsMax = 8;

// The same as an Error: whatever such a trial showed of the target is worth nothing.
Status CheckTrace(const TraceContext& context, const Observation& observation);

}  // namespace shortwrite
