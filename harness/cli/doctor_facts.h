// What `doctor` finds: the machine, and a program, as they are now. Words for it: doctor_checks.h.
#pragma once

#include <string>
#include <string_view>

#include "harness/cli/doctor_checks.h"

namespace shortwrite {

// Tries every part as a campaign would.
MachineFacts LookAtMachine();

// A program as `check` would start it; nothing of it is run.
TargetFacts LookAtTarget(const std::string& name);

// The interpreter of a script, from its first line: of "#!/usr/bin/env -S python3 -u", "python3".
// Empty where the line is none. Pure.
std::string InterpreterOf(std::string_view first_bytes);

}  // namespace shortwrite
