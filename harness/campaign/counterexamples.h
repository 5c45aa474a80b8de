// The failures of a campaign: each new one examined, and kept once.
#pragma once

#include <cstdint>
#include <set>
#include <string>

#include "harness/base/result.h"
#include "harness/campaign/campaign.h"
#include "harness/campaign/examine.h"
#include "harness/campaign/trials.h"

namespace shortwrite {

class Counterexamples {
 public:
  // All must outlive this; what is found goes to result.
  Counterexamples(Trials& trials, const CampaignSettings& settings, CampaignListener& listener,
                  CampaignResult& result)
      : trials_(trials), settings_(settings), listener_(listener), result_(result) {}

  // Schedules that share a symptom most likely share the mistake: only the first is worth trials.
  bool Knows(const std::string& symptom) const { return symptoms_.contains(symptom); }

  // A failure whose symptom is not known yet, in trial number `trial`: told, then made smaller,
  // confirmed, and kept unless it is another way to provoke what is on the list.
  Status Take(const Failure& failure, const std::string& symptom, uint32_t trial);
  // A failure that did not come back when its schedule was run again; remedy: more words, or none.
  void TakeUnsteady(const Schedule& schedule, Verdict verdict, const std::string& symptom,
                    const std::string& remedy = "");

  // The trial that failed first; 0: none has.
  uint32_t first_at() const { return first_at_; }
  bool slow() const { return slow_; }  // one of them hung, or spun
  bool control_failed() const { return control_failed_; }
  const std::string& unsteady() const { return unsteady_; }  // the last such, in words

 private:
  Status CheckControlAgain();
  // The one that is the same mistake; null: none.
  const Counterexample* OnTheList(const Counterexample& found) const;
  // Of a failure whose symptom a tolerated one had: whether it looks like that one in all of its
  // signature, too. If not, it may be another mistake, and must be examined.
  Result<bool> LooksTolerated(const Failure& failure);
  // Keeps what is put up with apart, and its symptom open for others.
  bool TakeTolerated(const Counterexample& found, const std::string& symptom);

  Trials& trials_;
  const CampaignSettings& settings_;
  CampaignListener& listener_;
  CampaignResult& result_;
  std::set<std::string> symptoms_;
  std::set<std::string> tolerated_symptoms_;
  std::set<std::string> tolerated_looks_;  // signatures of what is tolerated, before it was shrunk
  std::string look_;                       // the last such signature
  uint32_t first_at_ = 0;
  uint32_t unsteady_count_ = 0;
  bool slow_ = false;
  bool control_failed_ = false;
  std::string unsteady_;
};

}  // namespace shortwrite
