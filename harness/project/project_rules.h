// What a project file must be besides TOML. For project_file.cpp. Pure.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "harness/base/result.h"
#include "harness/project/project_file.h"

namespace shortwrite {

// Of a target: it becomes the name of a directory.
bool IsTargetName(std::string_view name);

// Those that values do not have.
void AddDefaults(const std::map<std::string, ProjectValue>& defaults,
                 std::map<std::string, ProjectValue>& values);

// TOML allows no control character but tab and line ends.
Status HasOnlyText(std::string_view text, const std::string& name);

}  // namespace shortwrite
