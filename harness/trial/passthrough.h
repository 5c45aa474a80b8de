// One injected run whose standard streams are the caller's, and which nobody judges.
#pragma once

#include <optional>
#include <string>

#include "harness/base/result.h"
#include "harness/schedule/schedule.h"
#include "harness/trial/exec_runner.h"
#include "harness/trial/observation.h"

namespace shortwrite {

struct PassthroughRun {
  Observation observation;  // without outputs and diagnostics
  std::string kept_dir;     // set when the target left files below a private {dir}
};

// dir: what {dir} stands for, created if it is not there; none: a private directory, kept only if
// the target leaves something in it. The target stays in the caller's session and process group, so
// that it can use the terminal; there is no deadline unless settings.timeout is set.
Result<PassthroughRun> RunPassthrough(const TrialSettings& settings, const Schedule& schedule,
                                      Workspace workspace, const std::optional<std::string>& dir,
                                      Backend backend);

}  // namespace shortwrite
