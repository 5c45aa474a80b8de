#include "harness/campaign/conclusion.h"

#include <fmt/format.h>

#include <algorithm>

#include "harness/base/count_text.h"

namespace shortwrite {
namespace {

std::string NothingDelivered(const CampaignResult& result) {
  std::string reason = fmt::format("no fault could be delivered at its {}",
                                   CountText(result.write_calls, "write call"));
  for (const std::string& note : result.notes) reason += "; " + note;
  return reason;
}

}  // namespace

void Conclude(const ExploreEnd& end, CampaignResult& result) {
  std::stable_sort(result.counterexamples.begin(), result.counterexamples.end(),
                   [](const Counterexample& a, const Counterexample& b) {
                     return a.judgement.verdict > b.judgement.verdict;
                   });
  const auto conclude = [&](CampaignEnd how, std::string reason) {
    result.end = how;
    result.reason = std::move(reason);
  };
  if (end.control_failed) {
    result.counterexamples.clear();
    result.end = CampaignEnd::kControlFailed;
  } else if (!result.counterexamples.empty()) {
    result.end = CampaignEnd::kCounterexample;
  } else if (end.interrupted) {
    conclude(CampaignEnd::kStopped, "stopped by a signal");
  } else if (end.out_of_time && result.faults_delivered == 0) {
    conclude(CampaignEnd::kStopped, "the time was up before the first fault");
  } else if (!end.unsteady.empty()) {
    conclude(CampaignEnd::kUnsteady, "a failure did not repeat: " + end.unsteady);
  } else if (result.faults_delivered == 0) {
    conclude(CampaignEnd::kVacuous, NothingDelivered(result));
  } else if (!end.proved && !result.tolerated.empty()) {
    result.end = CampaignEnd::kSurvived;
    result.notes.emplace_back("no trial with a fault was good: all that failed is tolerated");
  } else if (!end.proved) {
    conclude(CampaignEnd::kVacuous,
             "no trial with a fault ended before its deadline; use a longer --timeout");
  } else {
    result.end = CampaignEnd::kSurvived;
  }
}

}  // namespace shortwrite
