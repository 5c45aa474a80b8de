#include "harness/cli/target_setup.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <optional>

#include "harness/base/shell_quote.h"
#include "harness/base/size_text.h"
#include "harness/trial/input_file.h"
#include "harness/trial/judge_command.h"
#include "harness/trial/source_place.h"
#include "harness/writer/payload.h"

namespace shortwrite {
namespace {

// Payload, reference, and a few outputs of that size; more shows up as ENOSPC in the control.
constexpr uint64_t kPayloadMultiple = 8;
constexpr uint64_t kBaseBytes = uint64_t{64} << 20;

Result<std::string> PayloadBytes(const TargetOptions& options) {
  if (!options.payload_file) return MakePayload(options.payload);
  Result<Payload> file = Payload::File(*options.payload_file);
  if (!file.ok()) return UsageError("--payload: " + file.error().message);
  if (file.value().size() == 0)
    return UsageError("--payload: an empty payload needs no write call");
  if (file.value().size() > kPayloadBytesMax) {
    return UsageError("--payload: larger than 1 GiB; trials want a small one");
  }
  return ReadWhole(file.value());
}

// "--existing": a size makes old content of that many bytes, which no payload contains.
Result<std::string> ExistingBytes(const std::string& text) {
  if (const Result<uint64_t> bytes = ParseSize(text); bytes.ok()) {
    if (bytes.value() > kPayloadBytesMax) return UsageError("--existing: larger than 1 GiB");
    return ReadWhole(Payload::Pattern("OLD CONTENT. ", bytes.value()));
  }
  Result<FileBytes> file = FileBytes::Read(text);
  if (!file.ok()) {
    return UsageError(
        fmt::format("--existing: neither a size nor a file: {}", file.error().message));
  }
  return std::string(file.value().view());
}

// Variables that change how programs write, and so what is found; a replay elsewhere needs them.
std::vector<std::string> EnvironmentNotes() {
  std::vector<std::string> notes;
  for (const char* const name : {"PYTHONUNBUFFERED", "PERLIO", "PERL5OPT", "NODE_OPTIONS",
                                 "JAVA_TOOL_OPTIONS", "_STDBUF_O", "LD_PRELOAD"}) {
    const char* const value = getenv(name);
    if (value == nullptr || *value == '\0') continue;
    notes.push_back(fmt::format("{}={} is set, and may change how the target writes", name, value));
  }
  return notes;
}

// Who asked for a size, or for characters, gets these.
void SetUpPayloads(const TargetOptions& options, CampaignSettings& campaign) {
  // Four buffers of the usual size, the last one full.
  constexpr uint64_t kFullBuffersBytes = 4 * 65536;
  campaign.payload = options.payload;
  if (options.payload.text != PayloadText::kAscii) return;
  campaign.other_payloads.push_back({options.payload.bytes, PayloadText::kUtf8});
  campaign.may_resize = !options.payload_size_is_asked;
  if (campaign.may_resize) campaign.other_payloads.push_back({kFullBuffersBytes});
}

constexpr std::chrono::milliseconds kJudgeTimeout{60000};

void SetUpJudge(const TargetOptions& options, const std::string& base, CampaignSettings& campaign) {
  campaign.judge.contract = options.contract;
  if (!options.judge) return;
  const JudgeCommand command(*options.judge, base + "/judge",
                             options.timeout.value_or(kJudgeTimeout));
  campaign.judge.comparison = [command](const std::string& name, std::string_view output,
                                        std::string_view reference) {
    return command.MeansTheSame(name, output, reference);
  };
  campaign.notes.push_back(fmt::format("outputs that differ are compared by {}", *options.judge));
}

std::string ReplayLine(const TargetOptions& options, const std::string& program,
                       const Schedule& schedule, const std::optional<TrialPayload>& payload) {
  std::vector<std::string> words = {program, "replay", "--schedule", ToText(schedule)};
  const std::vector<std::string> made = payload ? PayloadWords(*payload) : options.payload_words;
  for (const std::vector<std::string>* more : {&options.replay_words, &made}) {
    words.insert(words.end(), more->begin(), more->end());
  }
  words.emplace_back("--");
  words.insert(words.end(), options.command.begin(), options.command.end());
  std::string line = ShellQuote(words);
  if (options.directory.empty()) return line;
  return fmt::format("cd {} && {}", ShellQuote(options.directory), line);
}

// payload: a file, copied, for what was given as the payload may have been a pipe; or empty.
Result<WorkerSetup> SetUpWorker(const TargetOptions& options, TrialSettings settings,
                                const std::string& payload, bool snapshots) {
  std::error_code error;
  const uint64_t bytes = payload.empty() ? 0 : std::filesystem::file_size(payload, error);
  Result<Workspace> workspace = Workspace::Create(kBaseBytes + kPayloadMultiple * bytes);
  if (!workspace.ok()) return workspace.error();
  if (!payload.empty()) {
    std::filesystem::copy_file(payload, workspace.value().payload(), error);
    if (error) return ErrnoError(fmt::format("copy '{}'", payload), error.value());
    if (Status timed = SetFileTime(workspace.value().payload(), kPayloadTime); !timed.ok()) {
      return timed.error();
    }
  }
  CampaignSettings judged;
  SetUpJudge(options, workspace.value().base(), judged);
  Result<ExecRunner> runner = ExecRunner::Create(std::move(settings), std::move(workspace).value());
  if (!runner.ok()) return runner.error();
  return WorkerSetup{std::make_unique<SnapshotRunner>(std::move(runner).value(), snapshots),
                     std::move(judged.judge.comparison)};
}

}  // namespace

Result<TrialSetup> SetUpTrial(const TargetOptions& options) {
  TrialSettings settings;
  settings.target.command = options.command;
  settings.target.stdin_is_payload = options.stdin_text == "payload";
  if (!settings.target.stdin_is_payload) settings.target.stdin_file = options.stdin_text;
  settings.profile = options.profile;
  settings.timeout = options.timeout;
  settings.sink = options.sink;
  if (options.existing) {
    Result<std::string> existing = ExistingBytes(*options.existing);
    if (!existing.ok()) return existing.error();
    settings.existing = std::move(existing).value();
  }
  std::string payload;
  if (settings.target.NamesPayload()) {
    if (!options.payload_file && options.payload.bytes > kPayloadBytesMax) {
      return UsageError("--bytes: at most 1GiB; trials want a small payload");
    }
    Result<std::string> bytes = PayloadBytes(options);
    if (!bytes.ok()) return bytes.error();
    payload = std::move(bytes).value();
  }
  Result<Workspace> workspace = Workspace::Create(kBaseBytes + kPayloadMultiple * payload.size());
  if (!workspace.ok()) return workspace.error();
  if (!payload.empty()) {
    if (Status placed = WriteInputFile(workspace.value().payload(), payload, kPayloadTime);
        !placed.ok()) {
      return placed.error();
    }
  }
  return TrialSetup{std::move(settings), std::move(workspace).value(), std::move(payload)};
}

Result<TargetSetup> SetUpTarget(const TargetOptions& options, const std::string& program) {
  Result<TrialSetup> trial = SetUpTrial(options);
  if (!trial.ok()) return trial.error();
  TrialSetup& setup = trial.value();
  CampaignSettings campaign;
  campaign.everywhere = options.profile == ProfileName::kHostile;
  campaign.notes = EnvironmentNotes();
  SetUpJudge(options, setup.workspace.base(), campaign);
  campaign.existing = setup.settings.existing;
  campaign.sink_is_plain = !options.sink.is_stream() || options.sink.is_plain();
  campaign.main_output = setup.settings.target.NamesOutput() ? ExecRunner::kOutName : "stdout";
  const uint64_t payload_bytes = setup.payload.size();
  if (payload_bytes > 0 && !options.payload_file) SetUpPayloads(options, campaign);
  const auto snapshots = std::make_shared<bool>(options.snapshots);
  campaign.make_worker = [options, settings = setup.settings, snapshots,
                          payload = payload_bytes > 0 ? setup.workspace.payload() : std::string()] {
    return SetUpWorker(options, settings, payload, *snapshots);
  };
  if (!options.reference_is_control) campaign.payload_reference = std::move(setup.payload);

  Result<ExecRunner> runner =
      ExecRunner::Create(std::move(setup.settings), std::move(setup.workspace));
  if (!runner.ok()) return runner.error();
  if (options.backend) {
    if (Status used = runner.value().UseBackend(*options.backend); !used.ok()) return used.error();
  }
  campaign.may_change_backend = !options.backend;
  campaign.why_unseen = WhyNotPreloadable(runner.value().program());
  if (const std::string first = SanitizerRuntime(runner.value().program()); !first.empty()) {
    campaign.notes.push_back(
        fmt::format("{} was put before the preload library, as it demands", first));
  }

  ReportContext report;
  report.profile = options.profile_text;
  report.sink = ToText(options.sink);
  report.program = std::filesystem::path(runner.value().program()).filename().string();
  report.source_place = [path = runner.value().program()](uint64_t address) {
    const std::optional<SourcePlace> place = FindSourcePlace(path, address);
    return place ? ToText(*place) : std::string();
  };
  report.payload_bytes = payload_bytes;
  report.payload_is_made = payload_bytes > 0 && !options.payload_file;
  report.replay_line = [options, program](const Schedule& schedule,
                                          const std::optional<TrialPayload>& payload) {
    return ReplayLine(options, program, schedule, payload);
  };
  return TargetSetup{SnapshotRunner(std::move(runner).value(), options.snapshots), snapshots,
                     std::move(campaign), std::move(report)};
}

}  // namespace shortwrite
