#include "harness/cli/init_command.h"

#include <fmt/format.h>

#include "harness/cli/command_output.h"
#include "harness/cli/whole_file.h"
#include "harness/project/project_file.h"
#include "harness/project/project_template.h"

namespace shortwrite {

ExitStatus RunInit() {
  const Status created = CreateWhole(kProjectFileName, ProjectTemplate());
  if (!created.ok()) return Fail(created.error());
  PrintMessage(fmt::format("wrote {}; now: shortwrite check\n", kProjectFileName));
  return ExitStatus::kSurvived;
}

}  // namespace shortwrite
