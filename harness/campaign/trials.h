// Runs a campaign's trials, counts them, and judges them.
#pragma once

#include <cstddef>
#include <optional>
#include <set>
#include <string>

#include "harness/base/result.h"
#include "harness/campaign/campaign.h"
#include "harness/campaign/evaluate.h"
#include "harness/campaign/outcome.h"
#include "harness/campaign/payload_switch.h"
#include "harness/trial/trial_runner.h"

namespace shortwrite {

// What another failure must share with the first to be the same.
struct Likeness {
  Verdict verdict = Verdict::kInconclusive;
  std::set<std::string> callers;  // no others may be hit (signature.h)
  std::optional<Shape> shape = {};
};

class Trials {
 public:
  // All must outlive this; result's counters grow.
  Trials(TrialRunner& runner, const CampaignSettings& settings, CampaignResult& result)
      : payloads(runner, settings, reference),
        runner_(runner),
        settings_(settings),
        result_(result) {}

  // An Error that is an interruption is remembered: the work so far counts.
  Result<Observation> Run(const Schedule& schedule, bool full_trace = false);
  // One that ran elsewhere.
  void Count(const Outcome& outcome);
  Result<Observation> RunControl();
  Result<Judgement> Judge(const Observation& observation, const Schedule& schedule);
  // Runs one. False also when the campaign has to stop.
  bool FailLike(const Schedule& schedule, const Likeness& likeness);
  // Hands error on.
  Status Remember(const Error& error);
  // Of an error that makes all that was run so far worthless; the campaign has to end with it.
  const std::optional<Error>& untrusted() const { return untrusted_; }
  bool interrupted() const { return interrupted_; }

  CampaignReference reference;
  PayloadSwitch payloads;  // changes reference

 private:
  TrialRunner& runner_;
  const CampaignSettings& settings_;
  CampaignResult& result_;
  bool interrupted_ = false;
  std::optional<Error> untrusted_;
};

}  // namespace shortwrite
