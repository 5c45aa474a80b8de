// Where the options of check come from when they are not typed: the environment, or the project
// file. What was typed goes before the environment, and this before the file.
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "harness/base/result.h"
#include "harness/cli/command_line.h"

namespace shortwrite {

// For messages: by the option's name, what people have to look at ("shortwrite.toml:3:5").
using Origins = std::map<std::string, std::string>;

// Options that are settled, with the names of those that nothing may change any more.
struct LayeredOptions {
  RawOptions raw;
  std::set<std::string> given;  // names, without "--"
  Origins origins;
};

// From SHORTWRITE_TRIALS, _TIME, _SEED, _JOBS, _BACKEND and _PROFILE, where they are not empty.
void ApplyEnvironment(LayeredOptions& options);

// Unless it was given already; name: of an option of check that takes a value.
void ApplySetting(LayeredOptions& options, const std::string& name, const std::string& value,
                  const std::string& origin);

// An error of an option's value ("--trials: ...") that was not typed names its place instead.
Error AtOrigin(Error error, const Origins& origins);

}  // namespace shortwrite
