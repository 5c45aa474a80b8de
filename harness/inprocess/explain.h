// Words for what is wrong with an output. Pure.
#pragma once

#include <string>
#include <string_view>

#include <shortwrite/injector.h>

namespace shortwrite::inprocess {

// Both must differ.
std::string DescribeDifference(std::string_view output, std::string_view reference);

// Not good, for this reason, under this schedule, with the calls that led there.
Judged Explain(const Schedule& schedule, const Trace& trace, std::string reason);

}  // namespace shortwrite::inprocess
