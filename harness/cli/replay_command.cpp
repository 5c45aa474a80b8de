#include "harness/cli/replay_command.h"

#include <unistd.h>

#include <utility>

#include "harness/cli/check_command.h"
#include "harness/cli/command_output.h"
#include "harness/cli/findings.h"
#include "harness/cli/report_command.h"
#include "harness/cli/target_setup.h"
#include "harness/cli/terminal.h"
#include "harness/report/json_report.h"
#include "harness/report/text_report.h"

namespace shortwrite {
namespace {

Result<Finding> AskedFor(const ReplayOptions& options) {
  if (!options.schedule_text) return ReadFinding(options.schedule_file);
  Result<Schedule> schedule = ParseSchedule(*options.schedule_text);
  if (!schedule.ok()) return schedule.error();
  Finding finding;
  finding.schedule = std::move(schedule).value();
  return finding;
}

// Its exit status, and what is left to tell people.
Result<std::pair<ExitStatus, std::string>> Replay(ReplayOptions options, const std::string& program,
                                                  StreamWriter& stream) {
  const Result<Finding> finding = AskedFor(options);
  if (!finding.ok()) return finding.error();
  const Schedule& schedule = finding.value().schedule;
  // What the file says of its payload holds, unless another was asked for.
  if (finding.value().payload && !options.target.payload_file &&
      options.target.payload_words.empty()) {
    options.target.payload = *finding.value().payload;
    options.target.payload_words = PayloadWords(*finding.value().payload);
  }
  Result<TargetSetup> setup = SetUpTarget(options.target, program);
  if (!setup.ok()) return setup.error();
  const Result<ReplayResult> result =
      RunReplay(setup.value().runner, setup.value().campaign, schedule);
  if (!result.ok()) return result.error();
  const ExitStatus status = StatusOf(result.value().end);
  const ReportContext& context = setup.value().report;
  if (stream.wanted()) {
    for (const std::string& line :
         ReplayJson(result.value(), schedule, static_cast<int>(status), context)) {
      stream.Add(line);
    }
  }
  return std::pair(status, ReplayText(result.value(), schedule, context,
                                      StyleFor(STDERR_FILENO, options.target.color)));
}

}  // namespace

ExitStatus RunReplayCommand(const ReplayOptions& options, const std::string& program) {
  StreamWriter stream(options.target.json, !options.reports.empty());
  const auto replayed = Replay(options, program, stream);
  if (!replayed.ok()) {
    const ExitStatus status = Fail(replayed.error());
    // A stream for machines ends with a result even when there is none.
    if (stream.wanted()) {
      stream.Add(FailureJson(replayed.error().message, static_cast<int>(status)));
    }
    return Finish(options.reports, stream, status);
  }
  const ExitStatus finished = Finish(options.reports, stream, replayed.value().first);
  PrintMessage(replayed.value().second);
  return finished;
}

}  // namespace shortwrite
