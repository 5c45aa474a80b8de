// `shortwrite init`: a project file to begin with.
#pragma once

#include "harness/cli/exit_status.h"

namespace shortwrite {

// In the current directory; one that is there is left alone, and that is a usage error.
ExitStatus RunInit();

}  // namespace shortwrite
