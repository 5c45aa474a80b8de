// `shortwrite explain`: what a verdict, a class of mistake or a fault is.
#pragma once

#include <string>

#include "harness/cli/exit_status.h"
#include "harness/report/style.h"

namespace shortwrite {

struct ExplainOptions {
  std::string word;  // empty: lists what can be explained
  bool json = false;
  ColourWish color = ColourWish::kAuto;
};

ExitStatus RunExplain(const ExplainOptions& options);

}  // namespace shortwrite
