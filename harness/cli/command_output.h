// What a command prints: text or JSON Lines for machines on stdout, explanations on stderr.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string_view>

#include "harness/base/result.h"
#include "harness/cli/exit_status.h"

namespace shortwrite {

// All of it or an error: stdout may be a full disk or a non-blocking pipe, and a lost line of
// verdicts must not end in exit 0.
Status PrintOutput(std::string_view text);

// One object as one line; bytes that are not UTF-8 (file names) become U+FFFD.
Status PrintJson(const nlohmann::ordered_json& object);

// A message for people; nowhere to report if it fails.
void PrintMessage(std::string_view text);

// Prints "shortwrite: MESSAGE" to stderr and returns the status that its kind stands for: 2, 3
// or 77.
ExitStatus Fail(const Error& error);

}  // namespace shortwrite
