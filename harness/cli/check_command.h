// `shortwrite check`: one target, explored.
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "harness/cli/exit_status.h"
#include "harness/cli/options.h"
#include "harness/cli/report_command.h"

namespace shortwrite {

ExitStatus StatusOf(CampaignEnd end);

// How the check of one target ended.
struct CheckOutcome {
  ExitStatus status = ExitStatus::kHarnessFailed;
  std::string verdict;   // the word that its result has
  std::string schedule;  // of the worst counterexample, as small as it got
  uint64_t trials = 0;
  std::set<uint32_t> used_suppressions;  // their lines
  std::string text;                      // what is left to tell people; an error has been told
};

// program: how the user called us; the replay line starts with it. All lines of the stream have
// been added when this returns.
CheckOutcome CheckTarget(const CheckOptions& options, const std::string& program,
                         StreamWriter& stream);
// After the last line of the stream; the exit status of all.
ExitStatus Finish(const std::vector<ReportFile>& reports, const StreamWriter& stream,
                  ExitStatus status);

ExitStatus RunCheck(const CheckOptions& options, const std::string& program);

}  // namespace shortwrite
