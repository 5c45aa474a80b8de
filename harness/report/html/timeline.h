// Where each call of a counterexample stands in its output: what the picture is drawn from. Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "harness/report/campaign_record.h"

namespace shortwrite {

// One call, as a bar from `from` to `from + asked`.
struct PlacedCall {
  const CallRecord* call = nullptr;
  uint64_t from = 0;
  uint64_t asked = 0;
  uint64_t accepted = 0;  // at most asked
  char planned = 0;       // letter of the fault that the schedule has for it; 0: none
  char delivered = 0;     // of the one that took effect
  char failed = 0;        // of the error that it was answered with, whoever made it
};

struct Timeline {
  std::string output;  // whose calls these are
  std::vector<PlacedCall> calls;
  uint64_t end = 0;        // of the highest bar, and of both contents
  uint64_t elsewhere = 0;  // calls on other outputs
  size_t first_fault = 0;  // index; calls.size(): no fault was delivered
  size_t wrote_wrong = 0;  // of the call that put the first wrong byte there; calls.size(): none
};

// Of the output that differs; where none does, of the one that the first fault hit. The record must
// outlive the result.
Timeline PlaceCalls(const CounterexampleRecord& found);

// What the letters and lines in a timeline stand for: "S short write, A EAGAIN".
std::string Legend(const Timeline& timeline);

}  // namespace shortwrite
