#include "harness/campaign/short_period.h"

namespace shortwrite {

uint64_t ShortPeriod(std::string_view bytes) {
  constexpr uint64_t kTimes = 8;
  for (uint64_t period = 1; period <= kShortPeriodMax; ++period) {
    if (bytes.size() < kTimes * period) return 0;
    if (bytes.substr(period) == bytes.substr(0, bytes.size() - period)) return period;
  }
  return 0;
}

}  // namespace shortwrite
