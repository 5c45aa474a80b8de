// `shortwrite replay`: one judged trial, and what it looked like.
#pragma once

#include <string>

#include "harness/cli/exit_status.h"
#include "harness/cli/options.h"

namespace shortwrite {

// program: how the user called us; the replay line starts with it.
ExitStatus RunReplayCommand(const ReplayOptions& options, const std::string& program);

}  // namespace shortwrite
