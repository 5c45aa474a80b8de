// Kept counterexamples: one small text file each, named by its content's hash, so that a directory
// of them can be checked in and merged.
//
//   shortwrite-schedule 1
//   # verdict: corrupted
//   # command: ./writer {payload} {out}
//   1:short=1
#pragma once

#include <string>
#include <vector>

#include "harness/base/result.h"
#include "harness/schedule/schedule.h"

namespace shortwrite {

struct Finding {
  Schedule schedule;
  std::string verdict;
  std::string command;  // quoted for a shell
};

std::string FindingText(const Finding& finding);
// Errors name line, column and remedy. path is for messages.
Result<Schedule> ParseFinding(std::string_view text, const std::string& path);
Result<Schedule> ReadFinding(const std::string& path);

// The path it was saved under. Written under a temporary name and renamed, so that an interrupted
// campaign leaves no half of one.
Result<std::string> SaveFinding(const std::string& directory, const Finding& finding);

// All findings of a directory, by name; a directory that is not there has none.
Result<std::vector<Schedule>> ReadFindings(const std::string& directory);

}  // namespace shortwrite
