// Whether a trial did something that none before it did. Pure.
//
// What a target does under a schedule is taken apart into traits: for each output three events in
// a row (a call and how it came out, a run of equal ones being one event), the call sites that a
// fault hit, and how it all ended. Pieces, not the whole: two trials that mix the same pieces
// otherwise have shown nothing new, and a list of whole ones would grow with every trial.
#pragma once

#include <cstdint>
#include <unordered_set>
#include <vector>

#include "harness/trial/observation.h"

namespace shortwrite {

// Ascending, each once; the same for equal observations, whatever their times and addresses of
// libraries.
std::vector<uint64_t> TraitsOf(const Observation& observation);

class Novelty {
 public:
  // Whether one of them is new; from now on none is. After very many, nothing is new any more.
  bool Learn(const std::vector<uint64_t>& traits);

 private:
  std::unordered_set<uint64_t> known_;
};

}  // namespace shortwrite
