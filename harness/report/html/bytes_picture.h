// Where the bytes of an output came from, as SVG: the reference above, the output below, and a
// ribbon from each run of bytes to where it stands now. Pure.
#pragma once

#include <string>
#include <string_view>

#include "harness/report/campaign_record.h"

namespace shortwrite {

// "" where nothing is known of the bytes. id: unique in the page.
std::string DrawBytes(const CounterexampleRecord& found, std::string_view id);

}  // namespace shortwrite
