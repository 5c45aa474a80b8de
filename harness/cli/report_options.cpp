#include "harness/cli/report_options.h"

#include <fmt/format.h>

#include <utility>

namespace shortwrite {

// Two reports in one stream would be neither.
Result<std::vector<ReportFile>> ParseReports(const RawOptions& raw) {
  std::vector<ReportFile> reports;
  size_t to_stdout = raw.target.json ? 1 : 0;
  for (const ReportFormat& format : ReportFormats()) {
    const auto asked = raw.reports.find(format.name);
    if (asked == raw.reports.end() || !asked->second) continue;
    const std::string& path = *asked->second;
    if (path.empty()) return UsageError(fmt::format("--{}: no file is named", format.name));
    if (path == "-" && ++to_stdout > 1) {
      return UsageError(
          fmt::format("--{} -: standard output has another report; name a file", format.name));
    }
    reports.push_back({&format, path});
  }
  return reports;
}

Result<ReportOptions> ParseReport(const RawOptions& raw) {
  Result<std::vector<ReportFile>> reports = ParseReports(raw);
  if (!reports.ok()) return reports.error();
  if (reports.value().empty()) {
    std::string formats;
    for (const ReportFormat& format : ReportFormats()) formats += fmt::format(" --{}", format.name);
    return UsageError(fmt::format("report: no format is asked for; there are{}", formats));
  }
  return ReportOptions{*raw.from, std::move(reports).value()};
}

std::vector<std::string> WordsForReports(const RawOptions& raw) {
  std::vector<std::string> words;
  const auto add = [&](const char* name, const std::optional<std::string>& value) {
    if (value) words.insert(words.end(), {name, *value});
  };
  add("--trials", raw.trials);
  add("--time", raw.time);
  add("--depth", raw.depth);
  if (raw.faults != RawOptions().faults) add("--faults", raw.faults);
  return words;
}

}  // namespace shortwrite
