#include "harness/cli/compare_command.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <functional>
#include <set>
#include <sstream>

#include "harness/base/shell_quote.h"
#include "harness/cli/check_command.h"
#include "harness/cli/command_output.h"
#include "harness/cli/project_plan.h"
#include "harness/cli/target_setup.h"
#include "harness/cli/whole_file.h"
#include "harness/cli/worst_status.h"
#include "harness/report/compare_report.h"
#include "harness/trial/watch.h"

namespace shortwrite {
namespace {

namespace fs = std::filesystem;

using Words = std::vector<std::string>;

// Of each word what stands after its last slash.
Words ShortWords(const std::string& command) {
  std::istringstream text(command);
  Words words;
  for (std::string word; text >> word;) words.push_back(fs::path(word).filename().string());
  return words;
}

// "cp" of "cp -a {payload} {out}". Of several with the same first word, those of an interpreter
// say, also the first word by which no two of them are alike: "python3 copy.py".
std::string NameAmong(const std::vector<Words>& commands, size_t index) {
  const Words& own = commands[index];
  if (own.empty()) return "sh";
  std::vector<const Words*> alike;
  for (const Words& words : commands) {
    if (!words.empty() && words.front() == own.front()) alike.push_back(&words);
  }
  for (size_t at = 1; alike.size() > 1; ++at) {
    std::set<std::string> different;
    for (const Words* const words : alike) {
      if (at >= words->size()) return own.front();
      different.insert((*words)[at]);
    }
    if (different.size() == alike.size()) return own.front() + ' ' + own[at];
  }
  return own.front();
}

// With a number where there was one already.
std::vector<std::string> NamesOf(const std::vector<std::string>& commands) {
  std::vector<Words> words;
  words.reserve(commands.size());
  for (const std::string& command : commands) words.push_back(ShortWords(command));
  std::vector<std::string> names;
  for (size_t i = 0; i < commands.size(); ++i) {
    const std::string base = NameAmong(words, i);
    std::string name = base;
    for (size_t n = 2; std::find(names.begin(), names.end(), name) != names.end(); ++n) {
      name = fmt::format("{}#{}", base, n);
    }
    names.push_back(std::move(name));
  }
  return names;
}

Result<std::vector<PlannedCheck>> PlanCommands(const CompareOptions& asked,
                                               const LayeredOptions& layered) {
  const std::vector<std::string> names = NamesOf(asked.commands);
  std::vector<PlannedCheck> columns;
  for (const std::string& command : asked.commands) {
    if (command.empty()) return UsageError("--command: empty; write a shell command");
    Result<CheckOptions> options = ParseCheck(layered.raw, {"sh", "-c", command});
    if (!options.ok()) return AtOrigin(options.error(), layered.origins);
    columns.push_back({names[columns.size()], layered.raw.target.sink, std::move(options).value()});
  }
  return columns;
}

// Enters the project's directory.
Result<std::vector<PlannedCheck>> PlanTargets(const CompareOptions& asked,
                                              const LayeredOptions& layered,
                                              const std::string& caller) {
  const Result<Project> project = FindProject(caller);
  if (!project.ok()) return project.error();
  Result<std::vector<PlannedCheck>> columns = PlanChecks(project.value(), layered, asked.targets);
  if (!columns.ok()) return columns;
  for (PlannedCheck& column : columns.value()) column.target = column.options.name;
  if (chdir(project.value().directory.c_str()) != 0) {
    return ErrnoError(fmt::format("enter '{}'", project.value().directory), errno);
  }
  return columns;
}

// With different bytes to write, two columns say nothing of each other.
Status HaveOnePayload(const std::vector<PlannedCheck>& columns) {
  const TargetOptions& first = columns.front().options.target;
  for (const PlannedCheck& column : columns) {
    const TargetOptions& target = column.options.target;
    if (column.options.real_shortage) {
      return UsageError(fmt::format(
          "'{}': --sink full injects nothing, and so has no place in a comparison", column.target));
    }
    if (target.payload == first.payload && target.payload_file == first.payload_file) continue;
    return UsageError(
        fmt::format("'{}' and '{}' have different payloads in the project file; say which one for "
                    "both: --bytes N or --payload FILE",
                    columns.front().target, column.target));
  }
  return Ok();
}

ComparedColumn FailedColumn(ComparedColumn column, const Error& error) {
  column.exit = static_cast<int>(Fail(error));
  column.result.reason = error.message;
  return column;
}

ComparedColumn CompareOne(const PlannedCheck& planned, const std::string& program) {
  ComparedColumn column;
  column.name = planned.target;
  column.command = ShellQuote(planned.options.target.command);
  column.sink = planned.sink;
  if (StopRequested()) {
    column.exit = static_cast<int>(ExitStatus::kStopped);
    column.result.reason = "stopped by a signal";
    return column;
  }
  if (!planned.options.target.quiet) PrintMessage(fmt::format("== {}\n", planned.target));
  Result<TargetSetup> setup = SetUpTarget(planned.options.target, program);
  if (!setup.ok()) return FailedColumn(std::move(column), setup.error());
  // Each trial a new start: there are few.
  setup.value().runner.GiveUp("compared");
  Result<ComparedTarget> compared = CompareTarget(setup.value().runner, setup.value().campaign);
  if (!compared.ok()) return FailedColumn(std::move(column), compared.error());
  column.result = std::move(compared).value();
  column.exit = static_cast<int>(StatusOf(column.result.end));
  return column;
}

Status WriteMatrices(const CompareOptions& asked, const Matrix& matrix, const std::string& caller) {
  const std::pair<const std::string*, std::string (*)(const Matrix&)> formats[] = {
      {&asked.markdown, MatrixMarkdown}, {&asked.csv, MatrixCsv}, {&asked.html, MatrixHtml}};
  Status first = Ok();
  for (const auto& [path, render] : formats) {
    if (path->empty()) continue;
    Status written = ReplaceWhole((fs::path(caller) / *path).string(), render(matrix));
    if (!written.ok() && first.ok()) first = std::move(written);
  }
  return first;
}

}  // namespace

ExitStatus RunCompare(const CompareOptions& asked, const std::string& program) {
  std::error_code error;
  const std::string caller = fs::current_path(error).string();
  LayeredOptions layered = asked.layered;
  MakePathsAbsolute(caller, layered);
  const Result<std::vector<PlannedCheck>> columns =
      asked.commands.empty() ? PlanTargets(asked, layered, caller) : PlanCommands(asked, layered);
  if (!columns.ok()) return Fail(columns.error());
  if (const Status same = HaveOnePayload(columns.value()); !same.ok()) return Fail(same.error());
  Matrix matrix;
  ExitStatus worst = ExitStatus::kSurvived;
  for (const PlannedCheck& column : columns.value()) {
    matrix.columns.push_back(CompareOne(column, program));
    worst = Worse(worst, static_cast<ExitStatus>(matrix.columns.back().exit));
  }
  matrix.exit = static_cast<int>(worst);
  const bool json = layered.raw.target.json;
  const Status printed = PrintOutput(json ? MatrixJson(matrix) + '\n' : MatrixText(matrix));
  if (json && !layered.raw.target.quiet) PrintMessage(MatrixText(matrix));
  if (const Status written = WriteMatrices(asked, matrix, caller); !written.ok()) {
    worst = Fail(written.error());
  }
  return printed.ok() ? worst : Fail(printed.error());
}

}  // namespace shortwrite
