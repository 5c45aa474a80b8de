// `shortwrite doctor`: what this machine allows, with the remedy for each lack.
#pragma once

#include "harness/cli/exit_status.h"
#include "harness/cli/options.h"

namespace shortwrite {

// 0 when `check` can work here; 3 when something that it needs is missing.
ExitStatus RunDoctor(const DoctorOptions& options);

}  // namespace shortwrite
