#include "harness/cli/completions/completions.h"

#include <fmt/format.h>

#include "harness/cli/option_words.h"

namespace shortwrite {

bool TakesFile(const OptionSyntax& option) {
  return option.value == "FILE";
}
bool TakesDirectory(const OptionSyntax& option) {
  return option.value == "DIR";
}

Result<std::string> CompletionsFor(const std::string& shell) {
  if (shell == kShellWords[0]) return BashCompletions(DescribeCommandLine());
  if (shell == kShellWords[1]) return ZshCompletions(DescribeCommandLine());
  if (shell == kShellWords[2]) return FishCompletions(DescribeCommandLine());
  return UsageError(
      fmt::format("completions: '{}' is not one of {}", shell, fmt::join(kShellWords, ", ")));
}

}  // namespace shortwrite
