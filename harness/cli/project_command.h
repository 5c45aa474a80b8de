// `shortwrite check` without a command: the targets of the project file.
#pragma once

#include <string>

#include "harness/cli/exit_status.h"
#include "harness/cli/options.h"

namespace shortwrite {

// Changes into the project file's directory. Must be the last thing that this process does.
ExitStatus RunProjectCheck(const ProjectCheckOptions& options, const std::string& program);

}  // namespace shortwrite
