// `shortwrite compare`: the same faults and the same payload over several targets.
#pragma once

#include <string>

#include "harness/cli/exit_status.h"
#include "harness/cli/options.h"

namespace shortwrite {

// Changes into the project file's directory, if targets are of one. Must be the last thing that
// this process does.
ExitStatus RunCompare(const CompareOptions& options, const std::string& program);

}  // namespace shortwrite
