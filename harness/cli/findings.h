// Kept counterexamples: one small text file each, named by its content's hash, so that a directory
// of them can be checked in and merged.
//
//   shortwrite-schedule 1
//   # verdict: corrupted
//   # command: ./writer {payload} {out}
//   # payload: --text utf8 --bytes 1055       (if it was not the one that was asked for)
//   1:short=1
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "harness/base/result.h"
#include "harness/campaign/campaign.h"
#include "harness/schedule/schedule.h"
#include "harness/writer/trial_payload.h"

namespace shortwrite {

struct Finding {
  Schedule schedule;
  std::string verdict = {};
  std::string command = {};  // quoted for a shell
  std::optional<TrialPayload> payload = {};
};

std::string FindingText(const Finding& finding);
// Of the comments only the payload is read. Errors name line, column and remedy. path is for
// messages.
Result<Finding> ParseFinding(std::string_view text, const std::string& path);
Result<Finding> ReadFinding(const std::string& path);

// The path it was saved under. Written under a temporary name and renamed, so that an interrupted
// campaign leaves no half of one.
Result<std::string> SaveFinding(const std::string& directory, const Finding& finding);

// All findings of a directory, by name; a directory that is not there has none.
Result<std::vector<KeptSchedule>> ReadFindings(const std::string& directory);

}  // namespace shortwrite
