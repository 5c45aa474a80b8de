// Gives the target another payload for a while, with the control that belongs to it.
#pragma once

#include <cstdint>
#include <optional>

#include "harness/base/result.h"
#include "harness/campaign/campaign.h"
#include "harness/campaign/evaluate.h"
#include "harness/trial/trial_runner.h"
#include "harness/writer/trial_payload.h"

namespace shortwrite {

class PayloadSwitch {
 public:
  // reference: what the campaign judges by; it follows the payload in use. All must outlive this.
  PayloadSwitch(TrialRunner& runner, const CampaignSettings& settings,
                CampaignReference& reference);

  // Only a payload that was made by rule can be made otherwise.
  bool possible() const { return settings_.payload.has_value(); }

  // Runs a control under payload, and judges by it from now on. False, with everything as it was,
  // where the target does not bear such a payload: its control does not end well.
  Result<bool> Use(const TrialPayload& payload);
  // Back to the campaign's own.
  Status UseMain();

  // None while it is the campaign's own.
  const std::optional<TrialPayload>& in_use() const { return in_use_; }
  uint32_t controls() const { return controls_; }

 private:
  Status Place(const TrialPayload& payload);
  Status Return(const TrialPayload& payload);

  TrialRunner& runner_;
  const CampaignSettings& settings_;
  CampaignReference& reference_;
  CampaignReference main_;  // while another is in use
  std::optional<TrialPayload> in_use_;
  uint32_t controls_ = 0;
};

}  // namespace shortwrite
