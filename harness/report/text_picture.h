// The picture of a counterexample in letters, for terminals. Pure.
#pragma once

#include <string>

#include "harness/oracle/judge.h"
#include "harness/report/style.h"
#include "harness/trial/observation.h"

namespace shortwrite {

// One sign per write call, for how much of it was accepted, and below it the faults, as planned and
// as delivered; long rows are cut to the neighbourhood of the first fault.
//
//   accepted   #-#+  calls 1 to 4 of 4 (# all, + half or more, - less, . nothing)
//   faults      S    (S short; in small letters: planned, and not legal there)
std::string AcceptedRow(const Observation& observation, const Style& style = {});

// Both sides around the first wrong byte; "" where no bytes are known.
std::string BytesSideBySide(const Judgement& judgement, const Style& style = {});

}  // namespace shortwrite
