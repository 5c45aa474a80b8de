#include "harness/campaign/payload_switch.h"

#include <utility>

#include "harness/campaign/control.h"

namespace shortwrite {

PayloadSwitch::PayloadSwitch(TrialRunner& runner, const CampaignSettings& settings,
                             CampaignReference& reference)
    : runner_(runner), settings_(settings), reference_(reference) {}

Status PayloadSwitch::Place(const TrialPayload& payload) {
  return runner_.UsePayload(MakePayload(payload));
}

Result<bool> PayloadSwitch::Use(const TrialPayload& payload) {
  if (Status placed = Place(payload); !placed.ok()) return placed.error();
  CampaignSettings settings = settings_;
  if (settings.payload_reference) settings.payload_reference = MakePayload(payload);
  settings.may_change_backend = false;
  Result<ControlOutcome> outcome = RunControls(runner_, settings, 1);
  if (!outcome.ok()) return outcome.error();
  controls_ += outcome.value().controls;
  if (outcome.value().end || outcome.value().fails_alone) {
    if (Status back = Return(in_use_.value_or(*settings_.payload)); !back.ok()) return back.error();
    return false;
  }
  if (!in_use_) main_ = std::move(reference_);
  reference_ = std::move(outcome.value().reference);
  in_use_ = payload;
  return true;
}

Status PayloadSwitch::UseMain() {
  if (!in_use_) return Ok();
  in_use_.reset();
  reference_ = std::move(main_);
  return Return(*settings_.payload);
}

// The runner has to know again what the target does with it alone: snapshots are held against it.
Status PayloadSwitch::Return(const TrialPayload& payload) {
  if (Status placed = Place(payload); !placed.ok()) return placed;
  runner_.Calibrate(reference_.control);
  return Ok();
}

}  // namespace shortwrite
