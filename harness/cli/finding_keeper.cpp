#include "harness/cli/finding_keeper.h"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>

#include "harness/base/file_bytes.h"
#include "harness/base/size_text.h"
#include "harness/campaign/signature_name.h"
#include "harness/cli/state_directory.h"
#include "harness/cli/whole_file.h"
#include "harness/report/explain.h"
#include "harness/report/plain_text.h"
#include "harness/report/remedy.h"

namespace shortwrite {
namespace {

namespace fs = std::filesystem;

constexpr char kRaw[] = "raw";
constexpr char kMinimal[] = "minimal.sched";
constexpr char kFirst[] = "first.sched";
constexpr char kReadme[] = "README.txt";
constexpr char kReplay[] = "replay.sh";
constexpr char kCount[] = "count";

std::string Said(const Result<std::string>& path, std::string_view how_long = "") {
  return path.ok() ? fmt::format("saved{}: {}\n", how_long, path.value())
                   : fmt::format("not saved: {}\n", path.error().message);
}

std::string ReadmeText(const Counterexample& found, const std::string& replay, uint64_t count) {
  const Verdict verdict = found.judgement.verdict;
  std::string schedule = ToText(found.minimal);
  if (schedule.empty()) schedule = fmt::format("(no fault: {})", found.without_fault);
  const std::string legal = LegalitySentence(ExplainLegality(found.observation));
  std::string text = fmt::format("{}: {}\n\n", VerdictText(verdict), VerdictMeaning(verdict));
  const auto add = [&](std::string_view name, std::string_view value) {
    if (!value.empty()) text += fmt::format("{:<11} {}\n", name, PlainText(value));
  };
  add("class", Headline(found.diagnosis));
  add("mechanism", Mechanism(found.diagnosis, found.judgement, found.observation));
  add("schedule", schedule);
  add("legal", legal);
  add("found", count == 1 ? "once" : fmt::format("{} times", count));
  add("fix", RemedyFor(found));
  return text + fmt::format("\nReplay, here with ./{}:\n\n{}\n", kReplay, replay);
}

// Findings lie four directories below the one that the command runs in.
std::string ReplayScript(const std::string& replay) {
  return fmt::format(
      "#!/bin/sh\n"
      "# Runs this counterexample once more. Exit status 1: it still fails.\n"
      "cd \"$(dirname -- \"$0\")/../../../..\" || exit 3\n"
      "{}\n",
      replay);
}

uint64_t CountIn(const std::string& folder) {
  const Result<FileBytes> bytes = FileBytes::Read(fmt::format("{}/{}", folder, kCount));
  if (!bytes.ok()) return 0;
  std::string_view text = bytes.value().view();
  if (text.ends_with('\n')) text.remove_suffix(1);
  const Result<uint64_t> count = ParseSize(text);
  return count.ok() ? count.value() : 0;
}

Status MakeDirectories(const std::string& path) {
  std::error_code error;
  fs::create_directories(path, error);
  if (!error) return Ok();
  return HarnessError(fmt::format("create '{}': {}", path, error.message()));
}

}  // namespace

std::string SafeName(const std::string& text) {
  constexpr size_t kNameBytesMax = 100;
  constexpr std::string_view kPlain = "_-.@";
  std::string name = text.substr(0, kNameBytesMax);
  for (char& c : name) {
    const bool is_word = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    if (!is_word && kPlain.find(c) == std::string_view::npos) c = '-';
  }
  if (name.empty() || name.front() == '.') name.insert(0, "-");
  return name;
}

FindingKeeper::FindingKeeper(const std::string& target, std::string corpus, std::string command,
                             const ReportContext& context)
    : directory_(fmt::format("{}/findings/{}", kStateDirectory, SafeName(target))),
      corpus_(std::move(corpus)),
      command_(std::move(command)),
      context_(context) {}

std::string FindingKeeper::KeepRaw(const Schedule& raw, const Judgement& judgement,
                                   const std::optional<TrialPayload>& payload) {
  raw_ = Finding{raw, std::string(VerdictText(judgement.verdict)), command_, payload};
  raw_path_.clear();
  if (const Status made = MakeStateDirectory(kStateDirectory); !made.ok()) {
    return Said(made.error());
  }
  const Result<std::string> saved = SaveFinding(fmt::format("{}/{}", directory_, kRaw), *raw_);
  if (saved.ok()) raw_path_ = saved.value();
  return Said(saved, " for now");
}

std::string FindingKeeper::KeepExamined(const Counterexample& found) {
  const Result<std::string> folder = MakeFolder(found);
  std::string said = Said(folder);
  // Only now, for it is in there.
  if (folder.ok() && !raw_path_.empty()) unlink(raw_path_.c_str());
  if (corpus_.empty()) return said;
  return said + Said(SaveFinding(corpus_,
                                 {found.minimal, std::string(VerdictText(found.judgement.verdict)),
                                  command_, found.payload}));
}

std::string FindingKeeper::DropRaw(const Counterexample& known) {
  if (!raw_path_.empty()) unlink(raw_path_.c_str());
  return fmt::format("known: the same mistake as {}/{}/\n", directory_, SignatureName(known));
}

Status FindingKeeper::WriteFolder(const std::string& path, const Counterexample& found,
                                  uint64_t count) const {
  const std::string replay = context_.replay_line(found.minimal, found.payload);
  const std::string verdict(VerdictText(found.judgement.verdict));
  struct Part {
    const char* name;
    std::string text;
    mode_t mode = kDataMode;
  };
  std::vector<Part> parts = {
      {kMinimal, FindingText({found.minimal, verdict, command_, found.payload})},
      {kReadme, ReadmeText(found, replay, count)},
      {kReplay, ReplayScript(replay), kProgramMode},
      {kCount, fmt::format("{}\n", count)}};
  // What was found first stays.
  if (count == 1) {
    parts.push_back(
        {kFirst, FindingText(raw_.value_or(Finding{found.raw, verdict, command_, found.payload}))});
  }
  for (const Part& part : parts) {
    Status written = ReplaceWhole(fmt::format("{}/{}", path, part.name), part.text, part.mode);
    if (!written.ok()) return written;
  }
  return Ok();
}

Result<std::string> FindingKeeper::MakeFolder(const Counterexample& found) {
  if (Status made = MakeStateDirectory(kStateDirectory); !made.ok()) return made.error();
  if (Status made = MakeDirectories(directory_); !made.ok()) return made.error();
  RemoveStale(directory_);
  const std::string path = fmt::format("{}/{}", directory_, SignatureName(found));
  std::error_code error;
  if (fs::is_directory(path, error)) {
    RemoveStale(path);
    if (Status written = WriteFolder(path, found, CountIn(path) + 1); !written.ok()) {
      return written.error();
    }
    return path + '/';
  }
  const std::string temporary = fmt::format("{}/{}", directory_, TemporaryName("new"));
  if (Status made = MakeDirectories(temporary); !made.ok()) return made.error();
  Status written = WriteFolder(temporary, found, 1);
  if (written.ok() && rename(temporary.c_str(), path.c_str()) != 0) {
    written = ErrnoError(fmt::format("rename '{}' to '{}'", temporary, path), errno);
  }
  if (written.ok()) return path + '/';
  fs::remove_all(temporary, error);
  return written.error();
}

}  // namespace shortwrite
