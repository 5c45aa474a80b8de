// The coverage gate: did the backend see every byte of every output arrive? Pure.
//
// A program whose bytes take another way (stdio inside libc, raw system calls, a mapping) would run
// without any fault and look healthy. Without this gate that would be a pass.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "harness/trial/observation.h"

namespace shortwrite {

struct OutputCoverage {
  std::string name;
  uint64_t bytes = 0;
  uint64_t unseen_bytes = 0;  // in no extent of a seen call, and no hole; of a stream: by which
                              // what arrived differs from what seen calls accepted
  uint64_t write_calls = 0;   // seen on it
  bool stream = false;
};

// existing: what the main output held before the control; bytes left as they were need no call.
std::vector<OutputCoverage> MeasureCoverage(const Observation& control,
                                            const std::string& main_output,
                                            std::string_view existing);

}  // namespace shortwrite
