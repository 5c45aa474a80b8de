// Where a campaign stands, in words. Pure: whoever shows it brings the clock and the width.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "harness/campaign/campaign.h"

namespace shortwrite {

struct CampaignProgress {
  Phase phase = Phase::kControl;
  uint64_t done = 0;     // trials of sweep and search
  uint64_t planned = 0;  // that done will have come to; 0: only the time bounds it
  uint64_t counterexamples = 0;
  std::chrono::milliseconds elapsed{0};  // since the campaign began
  std::chrono::milliseconds exploring{
      0};  // of that, what done took: neither controls nor shrinking
  std::optional<std::chrono::milliseconds> time_left = std::nullopt;  // until the time is up
  std::chrono::milliseconds trial{0};  // that the one in hand has taken, once that is long
};

std::string_view PhaseWord(Phase phase);

// "sweep 120/500, 1 found, ETA 0:16, 23 trials/s", with "this trial 0:08" where one takes long: one
// line of at most columns characters, all printable ASCII. Where they do not fit, the last fields
// are left out; below kColumnsForFields there is the phase alone, and what does not fit of that is
// cut off.
inline constexpr size_t kColumnsForFields = 20;
std::string ProgressLine(const CampaignProgress& progress, size_t columns);

// The same in a log: "progress: sweep, 120 of 500 trials, 1 counterexample, ...".
std::string PlainProgressLine(const CampaignProgress& progress);

// When a log gets a line: after 30 seconds and a tenth of the work, whichever comes later. A short
// campaign has none.
class PlainCadence {
 public:
  // Whether a line is due now; if so, the next one is counted from here.
  bool IsDue(const CampaignProgress& progress);

 private:
  std::chrono::milliseconds last_{0};
  double last_share_ = 0;
};

}  // namespace shortwrite
