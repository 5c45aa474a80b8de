// Names the mistake behind a finding. Pure.
//
// A class is named where the calls and the bytes show its mechanism. Classes that look the same
// from outside stand together, and the sentence says so; where none fits, the nearest family is
// named in words, without a class. rules.cpp has one row per class or group of classes.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "harness/diagnosis/story.h"

namespace shortwrite {

struct Diagnosis {
  std::string class_name;               // "W08"; empty: no class fits
  std::string title;                    // "pointer not advanced", or the family
  std::vector<std::string> candidates;  // all that look like this, class_name first
  std::string sentence;                 // what was seen, without a full stop
  bool certain = false;                 // one candidate, and bytes that show where they came from
  // Index into the trial's calls: the one whose result was answered wrongly.
  std::optional<size_t> call;

  bool operator==(const Diagnosis&) const = default;
};

// What a probing trial showed (probes.h).
struct Ruling {
  Schedule schedule;                   // of that trial
  std::vector<std::string> ruled_out;  // candidates that would have done otherwise
};

Diagnosis Diagnose(const Evidence& evidence, const std::vector<Ruling>& rulings = {});

// "W08 pointer not advanced", or the family alone.
std::string Headline(const Diagnosis& diagnosis);

}  // namespace shortwrite
