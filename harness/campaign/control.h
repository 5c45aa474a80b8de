// The control: the target left alone, twice, and whether a verdict about it can be had at all.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "harness/campaign/campaign.h"
#include "harness/campaign/evaluate.h"

namespace shortwrite {

struct ControlOutcome {
  // Set when the campaign ends here.
  std::optional<CampaignEnd> end;
  std::string reason;
  std::vector<std::string> notes;
  BackendChoice backend;
  CampaignReference reference;
  uint32_t controls = 0;
  uint64_t write_calls = 0;
  uint64_t output_bytes = 0;
  bool outputs_differ = false;  // from the next control's, byte for byte
  // The output's former content, or the sink, alone makes the target fail: a counterexample without
  // any fault.
  std::optional<Observation> fails_alone;
  std::string fails_alone_under;  // which of the two: "the output existed beforehand"
};

// runs: how often (2 for a campaign, 1 for a replay). Where the backend in use does not see every
// byte arrive, they are repeated with one that sees more, and the runner keeps that.
Result<ControlOutcome> RunControls(TrialRunner& runner, const CampaignSettings& settings,
                                   uint32_t runs);

// "stdout differs at offset 17: ..."; empty if all outputs are equal.
std::string DescribeDifference(const Judgement& judgement);

}  // namespace shortwrite
