// `shortwrite report`, and the reports that `check` and `replay` write themselves: all from the
// same stream.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "harness/base/result.h"
#include "harness/campaign/campaign.h"
#include "harness/cli/exit_status.h"
#include "harness/cli/options.h"
#include "harness/report/report_context.h"
#include "harness/report/stream_lines.h"

namespace shortwrite {

ExitStatus RunReport(const ReportOptions& options);

// Turns a campaign into its stream, line by line as it goes on: printed where that was asked for,
// kept where a report will be made of it.
class StreamWriter {
 public:
  StreamWriter(bool prints, bool keeps) : prints_(prints), keeps_(keeps) {}

  // Of the lines from now on; a name of the project file, which JSON need not escape.
  void SetTarget(const std::string& target) { target_ = target; }

  // line: a JSON object without its newline. It leaves in one write, so that whoever kills us
  // leaves whole lines.
  void Add(const std::string& line);

  // The first line that could not be printed.
  const Status& printed() const { return printed_; }
  bool wanted() const { return prints_ || keeps_; }
  const std::string& text() const { return text_; }

 private:
  bool prints_;
  bool keeps_;
  std::string target_;
  Status printed_ = Ok();
  std::string text_;
};

// Renders a stream into files. A file is written under another name and then renamed, so that it is
// never half a report; what is no regular file (a pipe, a terminal) is written to directly.
Status WriteReports(const std::string& stream, const std::string& name,
                    const std::vector<ReportFile>& reports);

}  // namespace shortwrite
