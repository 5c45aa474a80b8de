// What `report` and the report options of `check` and `replay` ask for.
#pragma once

#include <string>
#include <vector>

#include "harness/base/result.h"
#include "harness/cli/command_line.h"
#include "harness/report/report_format.h"

namespace shortwrite {

// A report to write, and where; "-": standard output.
struct ReportFile {
  const ReportFormat* format = nullptr;
  std::string path;
};

struct ReportOptions {
  std::string from;                 // "-": standard input
  std::vector<ReportFile> reports;  // at least one
};

Result<std::vector<ReportFile>> ParseReports(const RawOptions& raw);
Result<ReportOptions> ParseReport(const RawOptions& raw);

// The options of check alone that change what is tried and are not the defaults, as words.
std::vector<std::string> WordsForReports(const RawOptions& raw);

}  // namespace shortwrite
