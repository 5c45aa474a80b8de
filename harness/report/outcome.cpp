#include "harness/report/outcome.h"

namespace shortwrite {

Outcome OutcomeOf(const CampaignRecord& record) {
  constexpr int kUnavailable = 77;  // exit status
  if (record.survived()) return Outcome::kPassed;
  if (!record.complete) return Outcome::kError;
  if (!record.counterexamples.empty()) return Outcome::kFailed;
  return record.exit_status == kUnavailable ? Outcome::kSkipped : Outcome::kError;
}

}  // namespace shortwrite
