// `shortwrite run`: one injected run that the caller judges.
#pragma once

#include "harness/cli/exit_status.h"
#include "harness/cli/options.h"

namespace shortwrite {

// Returns the target's own exit status (128 + signal if a signal killed it), so that a script sees
// what it would see without us; 5 where the target exits with 0 but no fault of the schedule was
// delivered, because such a run proves nothing; else the status of our own failure.
int RunRun(const RunOptions& options);

}  // namespace shortwrite
