#include "harness/cli/worst_status.h"

#include <algorithm>
#include <array>

namespace shortwrite {

ExitStatus Worse(ExitStatus a, ExitStatus b) {
  constexpr std::array kWorstFirst = {ExitStatus::kCounterexample, ExitStatus::kUsage,
                                      ExitStatus::kHarnessFailed,  ExitStatus::kControlFailed,
                                      ExitStatus::kVacuous,        ExitStatus::kStopped,
                                      ExitStatus::kUnavailable,    ExitStatus::kSurvived};
  return *std::min(std::find(kWorstFirst.begin(), kWorstFirst.end(), a),
                   std::find(kWorstFirst.begin(), kWorstFirst.end(), b));
}

}  // namespace shortwrite
