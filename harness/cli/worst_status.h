// Several targets, one exit status. Pure.
#pragma once

#include "harness/cli/exit_status.h"

namespace shortwrite {

// The one that matters more: a counterexample, then what kept us from looking, then what was not
// looked at, and survived last.
ExitStatus Worse(ExitStatus a, ExitStatus b);

}  // namespace shortwrite
