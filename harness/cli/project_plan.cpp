#include "harness/cli/project_plan.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "harness/base/closest_word.h"
#include "harness/base/file_bytes.h"
#include "harness/base/size_text.h"

namespace shortwrite {
namespace {

namespace fs = std::filesystem;

constexpr char kCorpusDirectory[] = "shortwrite-corpus";

Error NoProject() {
  return UsageError(fmt::format(
      "no command to run, and no {} here or in a directory above; write a command last, for "
      "example: shortwrite check -- ./writer {{payload}} {{out}}; or begin a project file: "
      "shortwrite init",
      kProjectFileName));
}

Status KnowsAll(const Project& project, const std::vector<std::string>& names) {
  std::vector<std::string_view> known;
  for (const ProjectTarget& target : project.file.targets) known.push_back(target.name);
  for (const std::string& name : names) {
    if (std::find(known.begin(), known.end(), name) != known.end()) continue;
    return UsageError(fmt::format("--target: {} has no target '{}'{}; it has {}", project.name,
                                  name, DidYouMean(name, known), fmt::join(known, ", ")));
  }
  return Ok();
}

// One that never comes would be called stale, and the typing error in it not be seen.
Status KnowsVerdicts(const Project& project) {
  std::vector<std::string_view> known;
  for (int i = 0; i <= static_cast<int>(Verdict::kFlaky); ++i) {
    known.push_back(VerdictText(static_cast<Verdict>(i)));
  }
  for (const Suppression& suppression : project.file.suppressions) {
    const std::string& verdict = suppression.verdict;
    if (verdict.empty() || std::find(known.begin(), known.end(), verdict) != known.end()) continue;
    return UsageError(fmt::format("{}: no verdict is called '{}'{}",
                                  PlaceText(project.name, suppression.place), verdict,
                                  DidYouMean(verdict, known)));
  }
  return Ok();
}

// A target that is tried on several sinks has findings of each.
std::string FindingsName(const ProjectTarget& target, const std::string& sink,
                         bool is_one_of_more) {
  return is_one_of_more ? fmt::format("{}@{}", target.name, sink) : target.name;
}

std::string CorpusOf(const Project& project, const LayeredOptions& layered,
                     const std::string& name) {
  const std::string& asked = layered.raw.corpus;
  if (!asked.empty()) return fmt::format("{}/{}", asked, name);
  // One that is checked in is used; none is made unless somebody asks for it.
  std::error_code error;
  if (!fs::is_directory(project.directory + '/' + kCorpusDirectory, error)) return "";
  return fmt::format("{}/{}", kCorpusDirectory, name);
}

Result<PlannedCheck> PlanOne(const Project& project, const ProjectTarget& target,
                             const ProjectValue* sink, LayeredOptions layered) {
  const auto origin = [&](const Place& place) { return PlaceText(project.name, place); };
  const bool is_made = layered.given.contains("bytes") || layered.given.contains("text");
  const bool has_file = layered.given.contains("payload");
  for (const auto& [name, value] : target.values) {
    // A typed payload sets the file's aside, of whichever kind.
    if (is_made && name == "payload") continue;
    if (has_file && (name == "bytes" || name == "text")) continue;
    ApplySetting(layered, name, value.text, origin(value.place));
  }
  if (sink != nullptr) ApplySetting(layered, "sink", sink->text, origin(sink->place));
  Result<CheckOptions> options = ParseCheck(layered.raw, target.command);
  if (!options.ok()) {
    Error error = AtOrigin(options.error(), layered.origins);
    // Where no value is to blame by itself, the target as a whole is.
    if (error.message == options.error().message) {
      error.message =
          fmt::format("{}: target '{}': {}", origin(target.place), target.name, error.message);
    }
    return error;
  }
  PlannedCheck planned = {target.name, layered.raw.target.sink, std::move(options).value()};
  planned.options.name = FindingsName(target, planned.sink, target.sinks.size() > 1);
  planned.options.corpus = CorpusOf(project, layered, target.name);
  planned.options.reports.clear();  // all targets' are one
  for (const Suppression& suppression : project.file.suppressions) {
    if (!suppression.target.empty() && suppression.target != target.name) continue;
    planned.options.suppressions.push_back(suppression);
  }
  return planned;
}

}  // namespace

Result<Project> FindProject(const std::string& directory) {
  for (fs::path at = directory;; at = at.parent_path()) {
    const fs::path path = at / kProjectFileName;
    std::error_code error;
    if (!fs::exists(path, error)) {
      if (at == at.root_path()) return NoProject();
      continue;
    }
    // As the caller would have to write it.
    const std::string name = at == directory ? kProjectFileName : path.string();
    const Result<FileBytes> text = FileBytes::Read(path.string());
    if (!text.ok()) return UsageError(text.error().message);
    Result<ProjectFile> file = ParseProject(text.value().view(), name);
    if (!file.ok()) return file.error();
    return Project{at.string(), name, std::move(file).value()};
  }
}

Result<std::vector<PlannedCheck>> PlanChecks(const Project& project, const LayeredOptions& layered,
                                             const std::vector<std::string>& names) {
  if (Status known = KnowsAll(project, names); !known.ok()) return known.error();
  if (Status known = KnowsVerdicts(project); !known.ok()) return known.error();
  std::vector<PlannedCheck> checks;
  for (const ProjectTarget& target : project.file.targets) {
    if (!names.empty() && std::find(names.begin(), names.end(), target.name) == names.end()) {
      continue;
    }
    std::vector<const ProjectValue*> sinks;
    for (const ProjectValue& sink : target.sinks) sinks.push_back(&sink);
    // With a typed one, each would be the same.
    if (sinks.empty() || layered.given.contains("sink")) sinks = {nullptr};
    for (const ProjectValue* const sink : sinks) {
      Result<PlannedCheck> planned = PlanOne(project, target, sink, layered);
      if (!planned.ok()) return planned.error();
      checks.push_back(std::move(planned).value());
    }
  }
  return checks;
}

void MakePathsAbsolute(const std::string& directory, LayeredOptions& layered) {
  const auto make = [&](std::string& path) { path = (fs::path(directory) / path).string(); };
  RawTarget& target = layered.raw.target;
  if (!layered.raw.corpus.empty()) make(layered.raw.corpus);
  if (target.payload) make(*target.payload);
  if (target.standard_input && *target.standard_input != "payload") make(*target.standard_input);
  if (target.existing && !ParseSize(*target.existing).ok()) make(*target.existing);
}

}  // namespace shortwrite
