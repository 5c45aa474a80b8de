// A short name for a signature: for folders, and for suppressions. Pure.
#pragma once

#include <string>

#include "harness/campaign/campaign.h"

namespace shortwrite {

// "corrupted-W01-1a2b3c4d": verdict, class where there is one, and a hash of the whole signature
// (signature.h), call site included. Letters, digits and '-' alone.
std::string SignatureName(const Counterexample& found);

}  // namespace shortwrite
