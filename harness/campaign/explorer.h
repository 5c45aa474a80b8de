// Tries schedules, one after the other, and keeps the campaign's books: budget, counts, failures.
// Which schedules, the phases know (explore.h, search.h).
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "harness/base/result.h"
#include "harness/campaign/campaign.h"
#include "harness/campaign/conclusion.h"
#include "harness/campaign/counterexamples.h"
#include "harness/campaign/outcome.h"
#include "harness/campaign/run_ahead.h"
#include "harness/campaign/trials.h"

namespace shortwrite {

class Explorer {
 public:
  // All must outlive this; what is found goes to result.
  Explorer(TrialRunner& runner, const CampaignSettings& settings, CampaignListener& listener,
           CampaignResult& result);

  // Called with each schedule that was tried.
  using Learn = std::function<void(const Schedule&, const Outcome&)>;
  // In this order, until the budget ends or stop says so; how many were tried. What was not must
  // not be claimed.
  Result<size_t> TryAll(
      const std::vector<Schedule>& schedules, const Learn& learn,
      const std::function<bool()>& stop = [] { return false; });

  // No more trials: the work is done, or its budget is.
  bool Exhausted();
  bool found_any() const { return !result_.counterexamples.empty(); }
  // For the progress that people see: what the next trials are for, and how many there will have
  // been at its end.
  void Enter(Phase phase);
  void Plan(uint64_t trials);
  ExploreEnd end() const;

  const CampaignSettings& settings() const { return settings_; }
  CampaignResult& result() { return result_; }
  Trials& trials() { return trials_; }

 private:
  bool Interrupted() const { return trials_.interrupted() || counterexamples_.control_failed(); }
  // Schedule number `at` of those that run ahead.
  Result<Outcome> Try(size_t at, const Schedule& schedule);
  Result<Outcome> TryHere(const Schedule& schedule);
  void Book(const Outcome& outcome);

  const CampaignSettings& settings_;
  CampaignListener& listener_;
  CampaignResult& result_;
  RunAhead ahead_;
  QuietRunner runner_;
  Trials trials_;
  Counterexamples counterexamples_;
  uint32_t explored_ = 0;
  uint32_t planned_ = 0;
  Phase phase_ = Phase::kControl;
  bool out_of_time_ = false;
  bool proved_ = false;
};

}  // namespace shortwrite
