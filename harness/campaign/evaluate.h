// From what was observed to what is judged: the bridge between trial/ and oracle/. Pure.
#pragma once

#include <string>
#include <vector>

#include "harness/oracle/judge.h"
#include "harness/schedule/schedule.h"
#include "harness/trial/observation.h"

namespace shortwrite {

// The reference owns its bytes through the observation of the control that it was taken from.
struct CampaignReference {
  Observation control;
  std::string payload;  // replaces the main output's bytes if payload_is_reference
  bool payload_is_reference = false;
  std::string main_output;
  std::string existing;

  Reference View() const;
};

// Views into observation; it must outlive the result.
Behaviour DescribeBehaviour(const Observation& observation, const Schedule& schedule);

// Steps that took effect at least once.
uint32_t CountDeliveredSteps(const Observation& observation, const Schedule& schedule);

}  // namespace shortwrite
