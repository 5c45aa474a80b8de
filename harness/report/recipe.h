// How to see a counterexample without any injection. Pure.
#pragma once

#include <string>

#include "harness/trial/observation.h"

namespace shortwrite {

// Half a sentence, for people; empty where no way is known that gives these faults at these calls.
// What the way does otherwise than the trial did is said, never left out: a limit stays, where an
// injected fault is over with its call.
std::string Recipe(const Observation& observation);

}  // namespace shortwrite
