// The exit statuses of the command line: a contract with scripts (harness/docs/cli.md).
#pragma once

namespace shortwrite {

enum class ExitStatus : int {
  kSurvived = 0,        // every trial judged good, faults really delivered; verify: all files right
  kCounterexample = 1,  // verify: a file differs
  kUsage = 2,           // usage or configuration
  kHarnessFailed = 3,   // could not spawn, shim not loaded, trace overflow
  kControlFailed = 4,   // the control fails, or two controls differ
  kVacuous = 5,         // nothing delivered, nothing seen, or bytes that escaped us
  kStopped = 75,        // stopped by budget or signal, the work saved
  kUnavailable = 77,    // the asked-for backend or sink is not available here
};

}  // namespace shortwrite
