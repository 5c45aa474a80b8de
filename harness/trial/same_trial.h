// Whether two trials under one schedule showed the same. Pure.
#pragma once

#include <string>

#include "harness/trial/observation.h"

namespace shortwrite {

// In words; empty when they agree: in how the target ended, in every output's bytes, in the
// sequence of calls with what was asked and answered, and in whether it printed diagnostics. Not
// in times, process numbers and callers, nor in the text of the diagnostics, which may hold them,
// nor in closes of what nothing was written to.
std::string DescribeTrialDifference(const Observation& a, const Observation& b);

}  // namespace shortwrite
