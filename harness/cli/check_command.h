// `shortwrite check` and `shortwrite replay`: judged trials.
#pragma once

#include <string>

#include "harness/cli/exit_status.h"
#include "harness/cli/options.h"

namespace shortwrite {

// program: how the user called us; the replay line starts with it.
ExitStatus RunCheck(const CheckOptions& options, const std::string& program);
ExitStatus RunReplayCommand(const ReplayOptions& options, const std::string& program);

}  // namespace shortwrite
