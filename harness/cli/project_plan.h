// From a project file to the checks that it asks for.
#pragma once

#include <string>
#include <vector>

#include "harness/base/result.h"
#include "harness/cli/options.h"
#include "harness/cli/settings.h"
#include "harness/project/project_file.h"

namespace shortwrite {

// A project file that was found.
struct Project {
  std::string directory;  // absolute
  std::string name;       // how messages call the file
  ProjectFile file;
};

// In directory (absolute) or the nearest above it. None is a usage error that says how to make one.
Result<Project> FindProject(const std::string& directory);

// One target, on one sink.
struct PlannedCheck {
  std::string target;
  std::string sink;  // as it would be typed
  CheckOptions options;
};

// The targets that are named, in the file's order; none named: all. Each value is looked at before
// anything runs. layered: what was typed and what the environment says.
Result<std::vector<PlannedCheck>> PlanChecks(const Project& project, const LayeredOptions& layered,
                                             const std::vector<std::string>& names);

// Typed paths are those of the directory (absolute) that they were typed in.
void MakePathsAbsolute(const std::string& directory, LayeredOptions& layered);

}  // namespace shortwrite
