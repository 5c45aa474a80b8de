// Why a target that did not end counts as hung, spun or merely slow: what its trace shows. Pure.
#pragma once

#include <string>

#include "harness/trial/observation.h"

namespace shortwrite {

// "last progress at call 12 of out, 0.4 ms after the first call; since then 3000 calls without
// progress (EAGAIN 3000 times); 1.9 s of CPU in 2.0 s"; empty for a target that ended by itself.
std::string DescribeStandstill(const Observation& observation);

}  // namespace shortwrite
