// The picture of a counterexample's calls, as SVG: a bar per call over the offsets that it asked
// for, the accepted part solid; faults below as planned and as delivered. Pure.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "harness/report/campaign_record.h"
#include "harness/report/html/timeline.h"

namespace shortwrite {

// Above so many calls a picture shows groups of them, and the neighbourhood of the difference.
inline constexpr size_t kCallsDrawnMax = 5000;
inline constexpr size_t kNeighbours = 200;

struct CallsPicture {
  std::string caption;
  std::string svg;
};

// The whole, then what of it needs a closer look. id: unique in the page. drawn_max: how many calls
// may be drawn one by one.
std::vector<CallsPicture> DrawCalls(const CounterexampleRecord& found, const Timeline& timeline,
                                    std::string_view id, size_t drawn_max);

}  // namespace shortwrite
