// `shortwrite doctor`: what this machine allows, with the remedy for each lack.
#pragma once

#include <string>
#include <vector>

#include "harness/cli/exit_status.h"
#include "harness/report/style.h"

namespace shortwrite {

struct DoctorOptions {
  std::vector<std::string> command;  // of a target to look at; empty: the machine alone
  bool json = false;
  ColourWish color = ColourWish::kAuto;
};

// 0 when `check` can work here, and with the command; 3 when something that it needs is missing.
ExitStatus RunDoctor(const DoctorOptions& options);

}  // namespace shortwrite
