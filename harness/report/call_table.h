// The write calls of a trial, for people. Pure.
#pragma once

#include <string>

#include "harness/report/style.h"
#include "harness/trial/observation.h"

namespace shortwrite {

// One row per write call, faults marked; long tables are cut to the neighbourhood of the faults.
// Where style has a width, columns are no wider than what stands in them.
std::string CallTable(const Observation& observation, const Style& style = {});

}  // namespace shortwrite
