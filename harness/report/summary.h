// What several campaigns came to, one row each. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace shortwrite {

// The verdict of a target that a signal came before.
inline constexpr char kNotRun[] = "not run";

struct SummaryRow {
  std::string target;
  std::string sink;
  std::string verdict;  // of the result, or kNotRun
  int exit = 0;         // status
  std::string schedule;
  uint64_t trials = 0;
  double seconds = 0;
};

// The last line of the stream of several targets. Without the seconds, which differ from run to
// run.
// stale: sentences about suppressions that hid nothing.
std::string SummaryLine(const std::vector<SummaryRow>& rows, const std::vector<std::string>& stale,
                        int exit_status);

// For people.
std::string SummaryTable(const std::vector<SummaryRow>& rows);

}  // namespace shortwrite
