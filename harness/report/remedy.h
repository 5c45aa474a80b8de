// How mistakes of a kind are put right, in one line. Pure.
#pragma once

#include <string_view>

#include "harness/campaign/campaign.h"

namespace shortwrite {

// By the last fault of the minimal schedule, which is the one that the program did not cope with.
std::string_view RemedyFor(const Counterexample& found);

}  // namespace shortwrite
