// Completions for shells, made from the command line's own tree: scripts for the shell to source.
// Pure.
#pragma once

#include <string>

#include "harness/base/result.h"
#include "harness/cli/command_syntax.h"

namespace shortwrite {

std::string BashCompletions(const CommandSyntax& syntax);
std::string ZshCompletions(const CommandSyntax& syntax);
std::string FishCompletions(const CommandSyntax& syntax);

// Of this program, for the shell of that name.
Result<std::string> CompletionsFor(const std::string& shell);

// What all three ask of an option: files, or directories alone?
bool TakesFile(const OptionSyntax& option);
bool TakesDirectory(const OptionSyntax& option);

}  // namespace shortwrite
