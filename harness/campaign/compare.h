// One fixed list of faults, tried on any target: for a matrix of who survives what.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "harness/base/result.h"
#include "harness/campaign/campaign.h"

namespace shortwrite {

// Which of a target's write calls; how many it makes differs from target to target.
enum class CallPlace { kFirst, kMiddle, kLast, kAnywhere };

struct ComparedFault {
  CallPlace place;
  std::string_view steps;  // a schedule's text, with {at} and {next} for the call's number

  std::string Name() const;  // "middle: short=1"
};

std::span<const ComparedFault> ComparedFaults();

// For a target that makes so many write calls on one output; nothing if it has no such call, or if
// that is the call of another place.
std::optional<Schedule> ScheduleFor(const ComparedFault& fault, uint32_t calls);

struct ComparedCell {
  enum class Kind {
    kSurvived,
    kFailed,        // confirmed
    kUnsteady,      // failed, and then did not
    kNotLegal,      // not every step of it could be delivered
    kNoSuchCall,    // too few write calls
    kInconclusive,  // still at work at its deadline, or failed without the fault
  };
  Kind kind = Kind::kInconclusive;
  std::string verdict;  // of kFailed
  std::string schedule;

  bool operator==(const ComparedCell&) const = default;
};

struct ComparedTarget {
  // Of the target as a whole: kControlFailed, say, and then there are no cells.
  CampaignEnd end = CampaignEnd::kVacuous;
  std::string reason;
  BackendChoice backend;
  uint64_t write_calls = 0;         // of the control
  std::vector<ComparedCell> cells;  // one per fault of ComparedFaults()
};

// Controls, then one trial per fault, and kConfirmations in all of one that fails.
Result<ComparedTarget> CompareTarget(TrialRunner& runner, const CampaignSettings& settings);

}  // namespace shortwrite
