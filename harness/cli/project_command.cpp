#include "harness/cli/project_command.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <filesystem>
#include <set>

#include "harness/cli/check_command.h"
#include "harness/cli/command_output.h"
#include "harness/cli/project_plan.h"
#include "harness/cli/worst_status.h"
#include "harness/report/summary.h"
#include "harness/trial/watch.h"

namespace shortwrite {
namespace {

namespace fs = std::filesystem;

std::string CallersDirectory() {
  std::error_code error;
  return fs::current_path(error).string();
}

// A path to ourselves is the caller's; a name is looked for in PATH.
std::string ProgramFrom(const std::string& directory, const std::string& program) {
  if (program.find('/') == std::string::npos) return program;
  return (fs::path(directory) / program).lexically_normal().string();
}

SummaryRow NotRun(const PlannedCheck& check) {
  return {check.target, check.sink, kNotRun, static_cast<int>(ExitStatus::kStopped), "", 0, 0};
}

struct Checked {
  SummaryRow row;
  std::set<uint32_t> used_suppressions;
};

Checked CheckOne(const PlannedCheck& check, const std::string& program, StreamWriter& stream) {
  const auto begin = std::chrono::steady_clock::now();
  if (!check.options.target.quiet) {
    PrintMessage(fmt::format("== {} ({})\n", check.target, check.sink));
  }
  stream.SetTarget(check.target);
  const CheckOutcome outcome = CheckTarget(check.options, program, stream);
  stream.SetTarget("");
  PrintMessage(outcome.text + '\n');
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
  return {{check.target, check.sink, outcome.verdict, static_cast<int>(outcome.status),
           outcome.schedule, outcome.trials, took.count()},
          outcome.used_suppressions};
}

// Suppressions that hid nothing, where everything that they are for came to its end; after a
// counterexample a campaign looks only a little further.
std::vector<std::string> Stale(const Project& project, const std::vector<SummaryRow>& rows,
                               const std::set<uint32_t>& used) {
  std::vector<std::string> stale;
  const auto was_run = [&](const ProjectTarget& target) {
    return std::any_of(rows.begin(), rows.end(),
                       [&](const SummaryRow& row) { return row.target == target.name; });
  };
  for (const Suppression& suppression : project.file.suppressions) {
    const auto concerns = [&](const std::string& target) {
      return suppression.target.empty() || suppression.target == target;
    };
    const auto& targets = project.file.targets;
    const bool all_ran = std::all_of(targets.begin(), targets.end(), [&](const auto& target) {
      return !concerns(target.name) || was_run(target);
    });
    const bool all_ended = std::all_of(rows.begin(), rows.end(), [&](const SummaryRow& row) {
      return !concerns(row.target) || row.exit == static_cast<int>(ExitStatus::kSurvived);
    });
    if (!all_ran || !all_ended || used.contains(suppression.place.line)) continue;
    stale.push_back(fmt::format("{}: stale: this suppression hid nothing ({}); remove it",
                                PlaceText(project.name, suppression.place), suppression.reason));
  }
  return stale;
}

ExitStatus WorstOf(const std::vector<SummaryRow>& rows) {
  ExitStatus worst = ExitStatus::kSurvived;
  for (const SummaryRow& row : rows) worst = Worse(worst, static_cast<ExitStatus>(row.exit));
  return worst;
}

}  // namespace

ExitStatus RunProjectCheck(const ProjectCheckOptions& asked, const std::string& program) {
  const std::string caller = CallersDirectory();
  LayeredOptions layered = asked.layered;
  MakePathsAbsolute(caller, layered);
  const Result<Project> project = FindProject(caller);
  if (!project.ok()) return Fail(project.error());
  Result<std::vector<PlannedCheck>> checks =
      PlanChecks(project.value(), layered, layered.raw.targets);
  if (!checks.ok()) return Fail(checks.error());
  if (chdir(project.value().directory.c_str()) != 0) {
    return Fail(ErrnoError(fmt::format("enter '{}'", project.value().directory), errno));
  }
  std::vector<ReportFile> reports = asked.reports;
  for (ReportFile& report : reports) {
    if (report.path != "-") report.path = (fs::path(caller) / report.path).string();
  }
  StreamWriter stream(layered.raw.target.json, !reports.empty());
  std::vector<SummaryRow> rows;
  std::set<uint32_t> used;
  for (PlannedCheck& check : checks.value()) {
    if (project.value().directory != caller)
      check.options.target.directory = project.value().directory;
    if (StopRequested()) {
      rows.push_back(NotRun(check));
      continue;
    }
    Checked checked = CheckOne(check, ProgramFrom(caller, program), stream);
    rows.push_back(std::move(checked.row));
    used.merge(checked.used_suppressions);
  }
  const ExitStatus worst = WorstOf(rows);
  const std::vector<std::string> stale = Stale(project.value(), rows, used);
  if (stream.wanted()) {
    stream.Add(SummaryLine(rows, stale, static_cast<int>(worst)));
  }
  const ExitStatus finished = Finish(reports, stream, worst);
  PrintMessage(SummaryTable(rows));
  for (const std::string& line : stale) PrintMessage(line + '\n');
  return finished;
}

}  // namespace shortwrite
