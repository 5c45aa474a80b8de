#include "harness/cli/options.h"

#include <fmt/format.h>
#include <sched.h>

#include <algorithm>
#include <array>
#include <type_traits>

#include "harness/base/size_text.h"
#include "harness/campaign/campaign.h"
#include "harness/cli/command_line.h"
#include "harness/cli/completions/completions.h"
#include "harness/cli/option_words.h"
#include "harness/cli/report_options.h"
#include "harness/cli/settings.h"
#include "harness/cli/sink_option.h"
#include "harness/cli/word_choice.h"
#include "harness/project/project_file.h"

namespace shortwrite {
namespace {

// Odd, above four times the usual 64 KiB buffer, and no multiple of a page: usual programs need
// several calls, and half-cuts do not land on their boundaries.
constexpr uint64_t kDefaultPayloadBytes = 270001;

Error OptionError(std::string_view option, const Error& error) {
  return UsageError(fmt::format("{}: {}", option, error.message));
}

Result<uint64_t> ParseCount(std::string_view option, const std::string& text, uint64_t least,
                            uint64_t most) {
  Result<uint64_t> number = ParseSize(text);
  if (!number.ok() || number.value() < least || number.value() > most) {
    return UsageError(
        fmt::format("{}: '{}' is not a number from {} to {}", option, text, least, most));
  }
  return number;
}

Status CheckWords(const RawTarget& raw) {
  const Result<size_t> backend = ParseChoice("--backend", raw.backend, kBackendWords);
  if (!backend.ok()) return backend.error();
  if (raw.judge && raw.judge->empty()) {
    return UsageError(
        "--judge: empty; write a shell command, for example --judge 'cmp \"$1\" \"$2\"'");
  }
  return Ok();
}

// What decides the verdict besides the command must stand in the replay line again.
void RememberForReplay(const RawTarget& raw, TargetOptions& options) {
  const RawTarget defaults;
  const auto remember = [&](const char* name, const std::optional<std::string>& value) {
    if (!value) return;
    options.replay_words.emplace_back(name);
    options.replay_words.push_back(*value);
  };
  if (raw.profile != defaults.profile) remember("--profile", raw.profile);
  if (raw.backend != defaults.backend) remember("--backend", raw.backend);
  // A schedule says by itself how full the sink is.
  if (raw.sink != defaults.sink && raw.sink != kFullSink) remember("--sink", raw.sink);
  remember("--payload", raw.payload);
  remember("--stdin", raw.standard_input);
  remember("--existing", raw.existing);
  remember("--timeout", raw.timeout);
  remember("--reference", raw.reference);
  if (raw.contract != defaults.contract) remember("--contract", raw.contract);
  remember("--judge", raw.judge);
  for (const auto& [name, value] : {std::pair("--text", &raw.text), {"--bytes", &raw.bytes}}) {
    if (!*value) continue;
    options.payload_words.emplace_back(name);
    options.payload_words.push_back(**value);
  }
}

}  // namespace

std::vector<std::string> PayloadWords(const TrialPayload& payload) {
  std::vector<std::string> words;
  if (payload.text != PayloadText::kAscii) {
    words = {"--text", std::string(kPayloadTexts[static_cast<size_t>(payload.text)])};
  }
  words.emplace_back("--bytes");
  words.push_back(std::to_string(payload.bytes));
  return words;
}

namespace {

Status ParsePayload(const RawTarget& raw, TargetOptions& options) {
  options.payload.bytes = kDefaultPayloadBytes;
  options.payload_size_is_asked = raw.bytes.has_value();
  if (raw.payload) {
    if (raw.bytes || raw.text) {
      return UsageError(
          "--payload excludes --bytes and --text: a file has its own size and content");
    }
    options.payload_file = *raw.payload;
  }
  if (raw.text) {
    const Result<size_t> text = ParseChoice("--text", *raw.text, kTextWords);
    if (!text.ok()) return text.error();
    options.payload.text = static_cast<PayloadText>(text.value());
  }
  if (raw.bytes) {
    const Result<uint64_t> bytes = ParseSize(*raw.bytes);
    if (!bytes.ok()) return OptionError("--bytes", bytes.error());
    if (bytes.value() == 0) return UsageError("--bytes: a payload of 0 bytes needs no write call");
    options.payload.bytes = bytes.value();
  }
  return Ok();
}

bool Mentions(const std::vector<std::string>& command, std::string_view placeholder) {
  return std::any_of(command.begin(), command.end(), [&](const std::string& word) {
    return word.find(placeholder) != std::string::npos;
  });
}

Status ParseReference(const RawTarget& raw, TargetOptions& options) {
  const bool names_payload =
      options.stdin_text == "payload" || Mentions(options.command, "{payload}");
  options.reference_is_control = !names_payload;
  if (!raw.reference) return Ok();
  const Result<size_t> reference = ParseChoice("--reference", *raw.reference, kReferenceWords);
  if (!reference.ok()) return reference.error();
  options.reference_is_control = *raw.reference == "control";
  if (!names_payload && !options.reference_is_control) {
    return UsageError(
        "--reference payload: the command gets no payload; put {payload} into it, or use --stdin "
        "payload");
  }
  return Ok();
}

Result<TargetOptions> ParseTarget(const RawTarget& raw, std::vector<std::string> command) {
  if (Status known = CheckWords(raw); !known.ok()) return known.error();
  TargetOptions options;
  options.command = std::move(command);
  if (options.command.empty()) {
    return UsageError("no command to run; write it last, for example: -- ./writer {payload} {out}");
  }
  const Result<size_t> profile = ParseChoice("--profile", raw.profile, kProfileWords);
  if (!profile.ok()) return profile.error();
  options.profile = static_cast<ProfileName>(profile.value());
  options.profile_text = raw.profile;
  const Result<SinkSettings> sink = ParseSink(raw.sink);
  if (!sink.ok()) return sink.error();
  options.sink = sink.value();
  if (Status fits = CheckSink(options.sink, raw, Mentions(options.command, "{out}")); !fits.ok()) {
    return fits.error();
  }
  if (raw.backend == "preload") options.backend = Backend::kPreload;
  if (raw.backend == "syscall") options.backend = Backend::kSyscall;
  if (Status payload = ParsePayload(raw, options); !payload.ok()) return payload.error();
  options.stdin_text = raw.standard_input.value_or("");
  if (raw.existing) {
    if (!Mentions(options.command, "{out}")) {
      return UsageError(
          "--existing: the command has no {out} whose content could exist beforehand");
    }
    options.existing = *raw.existing;
  }
  if (raw.timeout) {
    const auto timeout = ParseDuration(*raw.timeout);
    if (!timeout.ok()) return OptionError("--timeout", timeout.error());
    options.timeout = timeout.value();
  }
  if (Status reference = ParseReference(raw, options); !reference.ok()) return reference.error();
  const Result<size_t> contract = ParseChoice("--contract", raw.contract, kContractWords);
  if (!contract.ok()) return contract.error();
  options.contract = static_cast<Contract>(contract.value());
  options.judge = raw.judge;
  options.json = raw.json;
  options.quiet = raw.quiet;
  options.color = raw.color;
  RememberForReplay(raw, options);
  return options;
}

// That this process may run on.
uint32_t Processors() {
  cpu_set_t set;
  const int count = sched_getaffinity(0, sizeof(set), &set) == 0 ? CPU_COUNT(&set) : 1;
  return static_cast<uint32_t>(std::max(count, 1));
}

}  // namespace

Result<CheckOptions> ParseCheck(const RawOptions& raw, std::vector<std::string> command) {
  CheckOptions options;
  Result<TargetOptions> target = ParseTarget(raw.target, std::move(command));
  if (!target.ok()) return target.error();
  options.target = std::move(target).value();
  Result<FaultSet> faults = ParseFaultSet(raw.faults);
  if (!faults.ok()) return faults.error();
  options.faults = faults.value();
  options.real_shortage = raw.target.sink == kFullSink;
  constexpr uint64_t kDepthMax = 8;
  constexpr uint64_t kJobsMax = 1024;
  const auto count = [](std::string_view option, const std::optional<std::string>& text,
                        uint64_t least, uint64_t most, auto& value) -> Status {
    if (!text) return Ok();
    const Result<uint64_t> number = ParseCount(option, *text, least, most);
    if (!number.ok()) return number.error();
    value = static_cast<std::remove_reference_t<decltype(value)>>(number.value());
    return Ok();
  };
  if (Status s = count("--trials", raw.trials, 1, kNoTrialsMax, options.trials_max); !s.ok()) {
    return s.error();
  }
  const Status depth = count("--depth", raw.depth, 0, kDepthMax, options.depth);
  if (!depth.ok()) return depth.error();
  options.jobs = Processors();
  if (Status s = count("--jobs", raw.jobs, 1, kJobsMax, options.jobs); !s.ok()) return s.error();
  const Result<uint64_t> seed = ParseCount("--seed", raw.seed, 0, INT64_MAX);
  if (!seed.ok()) return seed.error();
  options.seed = seed.value();
  if (const auto known = ParseChoice("--snapshot", raw.snapshot, kSnapshotWords); !known.ok()) {
    return known.error();
  } else {
    options.target.snapshots = known.value() == 0;
  }
  if (raw.time) {
    const auto time = ParseDuration(*raw.time);
    if (!time.ok()) return OptionError("--time", time.error());
    options.time = time.value();
    if (!raw.trials) options.trials_max = kNoTrialsMax;
  }
  options.progress = raw.progress;
  options.corpus = raw.corpus;
  options.words = WordsForReports(raw);
  Result<std::vector<ReportFile>> reports = ParseReports(raw);
  if (!reports.ok()) return reports.error();
  options.reports = std::move(reports).value();
  return options;
}

namespace {

// Without a command, the project file has them.
Result<Options> ParseCheckLine(CommandLine line) {
  LayeredOptions layered = {std::move(line.raw), std::move(line.given), {}};
  ApplyEnvironment(layered);
  const RawOptions& raw = layered.raw;
  // Behind "--" there was to be one: a variable that is empty must not run something else.
  if (line.command.empty() && !line.announces_command) {
    Result<std::vector<ReportFile>> reports = ParseReports(raw);
    if (!reports.ok()) return reports.error();
    return Options(ProjectCheckOptions{std::move(layered), std::move(reports).value()});
  }
  if (!raw.targets.empty()) {
    return UsageError(fmt::format(
        "--target {}: names a target of {}, and a command was given too; leave out one of them",
        raw.targets.front(), kProjectFileName));
  }
  Result<CheckOptions> options = ParseCheck(raw, std::move(line.command));
  if (!options.ok()) return AtOrigin(options.error(), layered.origins);
  return Options(std::move(options).value());
}

Result<Options> ParseReplay(CommandLine line) {
  const RawOptions& raw = line.raw;
  ReplayOptions options;
  if (!raw.schedule && line.positional.empty()) {
    return UsageError("replay needs --schedule TEXT, or the FILE of a finding");
  }
  if (raw.schedule && !line.positional.empty()) {
    return UsageError(fmt::format(
        "replay takes one of --schedule TEXT and the FILE of a finding; it got '{}' too; if that "
        "is the command, write it last",
        line.positional));
  }
  Result<TargetOptions> target = ParseTarget(raw.target, std::move(line.command));
  if (!target.ok()) return target.error();
  options.target = std::move(target).value();
  options.schedule_text = raw.schedule;
  options.schedule_file = line.positional;
  Result<std::vector<ReportFile>> reports = ParseReports(raw);
  if (!reports.ok()) return reports.error();
  options.reports = std::move(reports).value();
  return Options(std::move(options));
}

Result<Options> ParseRun(CommandLine line) {
  const RawOptions& raw = line.raw;
  RunOptions options;
  Result<TargetOptions> target = ParseTarget(raw.target, std::move(line.command));
  if (!target.ok()) return target.error();
  options.target = std::move(target).value();
  if (options.target.sink != SinkSettings{}) {
    return UsageError(
        fmt::format("--sink {}: the stdio of run is yours; connect it to what you want, for "
                    "example: shortwrite "
                    "run ... | cat",
                    raw.target.sink));
  }
  Result<Schedule> schedule = ParseSchedule(*raw.schedule);
  if (!schedule.ok()) return schedule.error();
  options.schedule = std::move(schedule).value();
  options.dir = raw.dir;
  return Options(std::move(options));
}

Result<Options> ParseCompare(CommandLine line) {
  LayeredOptions layered = {std::move(line.raw), std::move(line.given), {}};
  ApplyEnvironment(layered);
  CompareOptions options;
  options.targets = layered.raw.files;
  options.commands = layered.raw.commands;
  if (options.targets.empty() == options.commands.empty()) {
    return UsageError(fmt::format(
        "compare takes names of targets in {}, or --command 'CMD' for each; one of the two",
        kProjectFileName));
  }
  const auto file = [&](const char* name) { return layered.raw.reports[name].value_or(""); };
  options.markdown = file("markdown");
  options.csv = file("csv");
  options.html = file("html");
  options.layered = std::move(layered);
  return Options(std::move(options));
}

Result<Options> ParseWrite(const RawOptions& raw) {
  WriteOptions options;
  const Result<size_t> mode = ParseChoice("--mode", raw.mode, kModeWords);
  if (!mode.ok()) return mode.error();
  options.async = raw.mode == "async";
  options.pattern = raw.pattern;
  options.from = raw.from;
  if (options.pattern && !raw.target.bytes) {
    return UsageError("--pattern needs --bytes, for example --pattern ABCD --bytes 4GiB");
  }
  if (raw.target.bytes) {
    const Result<uint64_t> bytes = ParseSize(*raw.target.bytes);
    if (!bytes.ok()) return OptionError("--bytes", bytes.error());
    options.bytes = bytes.value();
  }
  options.out = raw.files.front();
  options.quiet = raw.target.quiet;
  options.json = raw.target.json;
  return Options(std::move(options));
}

Result<Options> ParseVerify(const RawOptions& raw) {
  VerifyOptions options;
  options.manifest = raw.manifest;
  options.md5 = raw.md5;
  options.pattern = raw.pattern;
  options.against = raw.against;
  if (raw.target.bytes) {
    const Result<uint64_t> bytes = ParseSize(*raw.target.bytes);
    if (!bytes.ok()) return OptionError("--bytes", bytes.error());
    options.bytes = bytes.value();
  }
  options.files = raw.files;
  options.quiet = raw.target.quiet;
  options.json = raw.target.json;
  return Options(std::move(options));
}

}  // namespace

Result<Options> ParseOptions(int argc, const char* const* argv) {
  Result<CommandLine> parsed = ParseCommandLine(argc, argv);
  if (!parsed.ok()) return parsed.error();
  CommandLine& line = parsed.value();
  const std::string name = line.subcommand;
  if (name.empty()) return Options(PrintOptions{std::move(line.text)});
  if (name == "check") return ParseCheckLine(std::move(line));
  if (name == "replay") return ParseReplay(std::move(line));
  if (name == "run") return ParseRun(std::move(line));
  if (name == "write") return ParseWrite(line.raw);
  if (name == "verify") return ParseVerify(line.raw);
  if (name == "completions") {
    Result<std::string> script = CompletionsFor(line.raw.mode);
    if (!script.ok()) return script.error();
    return Options(PrintOptions{std::move(script).value()});
  }
  if (name == "report") {
    Result<ReportOptions> report = ParseReport(line.raw);
    if (!report.ok()) return report.error();
    return Options(std::move(report).value());
  }
  if (name == "compare") return ParseCompare(std::move(line));
  if (name == "init") return Options(InitOptions{});
  const RawTarget& target = line.raw.target;
  if (name == "explain") return Options(ExplainOptions{line.raw.word, target.json, target.color});
  return Options(DoctorOptions{std::move(line.command), target.json, target.color});
}

}  // namespace shortwrite
