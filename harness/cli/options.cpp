#include "harness/cli/options.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <array>
#include <map>

#include "harness/base/size_text.h"

namespace shortwrite {
namespace {

// Odd, above four times the usual 64 KiB buffer, and no multiple of a page: usual programs need
// several calls, and half-cuts do not land on their boundaries.
constexpr uint64_t kDefaultPayloadBytes = 270001;

constexpr char kVersionText[] = "shortwrite " SHORTWRITE_VERSION "\n";

// The texts as they were typed; checked one by one once CLI11 has sorted them.
struct RawTarget {
  std::string profile = "posix";
  std::string backend = "auto";
  std::string sink = "file";
  std::string payload;
  std::string bytes;
  std::string standard_input;
  std::string existing;
  std::string timeout;
  std::string reference;
  std::string contract = "transparent";
  std::string judge;
  bool json = false;
  bool quiet = false;
};

struct RawOptions {
  RawTarget target;
  std::string trials;
  std::string time;
  std::string seed = "1";
  std::string depth;
  std::string faults = "recoverable";
  std::string jobs = "1";
  std::string snapshot = "auto";
  std::string corpus;
  std::string schedule;
  std::string dir;
  std::string mode;
  std::string pattern;
  std::string from;
  std::string manifest;
  std::string md5;
  std::string against;
  std::vector<std::string> files;
};

void AddTargetOptions(CLI::App& app, RawTarget& raw) {
  app.add_option("--profile", raw.profile, "what counts as legal: linux, posix or hostile");
  app.add_option("--backend", raw.backend, "auto, preload or syscall");
  app.add_option("--sink", raw.sink, "what the output is: file, pipe, socket or pty");
  app.add_option("--payload", raw.payload, "FILE that {payload} stands for");
  app.add_option("--bytes", raw.bytes, "size of the generated payload, such as 4096 or 64KiB");
  app.add_option("--stdin", raw.standard_input, "standard input: FILE, or the word payload");
  app.add_option("--existing", raw.existing, "FILE or BYTES that {out} holds beforehand");
  app.add_option("--timeout", raw.timeout, "deadline of one trial, such as 30s");
  app.add_option("--reference", raw.reference, "what is right: payload or control");
  app.add_option("--contract", raw.contract, "transparent or honest");
  app.add_option("--judge", raw.judge, "command that compares an output with its reference");
  app.add_flag("--json", raw.json, "JSON Lines on stdout");
  app.add_flag("--quiet", raw.quiet, "no progress on stderr");
}

void AddSubcommands(CLI::App& app, RawOptions& raw) {
  CLI::App* const check = app.add_subcommand("check", "explore, shrink, save, report");
  AddTargetOptions(*check, raw.target);
  check->add_option("--trials", raw.trials, "at most this many trials");
  check->add_option("--time", raw.time, "at most this long, such as 30s");
  check->add_option("--seed", raw.seed, "of the random search");
  check->add_option("--depth", raw.depth, "faults per swept schedule: 1 or 2");
  check->add_option("--faults", raw.faults, "recoverable, terminal, all, or a list");
  check->add_option("--jobs", raw.jobs, "workers");
  check->add_option("--snapshot", raw.snapshot, "auto or off");
  check->add_option("--corpus", raw.corpus, "DIR of kept counterexamples, run first");

  CLI::App* const replay = app.add_subcommand("replay", "one judged trial with its timeline");
  AddTargetOptions(*replay, raw.target);
  replay->add_option("--schedule", raw.schedule, "the schedule's text");

  CLI::App* const run = app.add_subcommand("run", "one injected run; its stdio is yours");
  AddTargetOptions(*run, raw.target);
  run->add_option("--schedule", raw.schedule, "the schedule's text")->required();
  run->add_option("--dir", raw.dir, "DIR that {dir} stands for; kept");

  CLI::App* const write = app.add_subcommand("write", "the reference writer, or a write-all loop");
  write->add_option("--mode", raw.mode, "sync or async")->required();
  write->add_option("--pattern", raw.pattern, "text to repeat");
  write->add_option("--bytes", raw.target.bytes, "how much of it");
  write->add_option("--from", raw.from, "FILE to copy");
  write->add_flag("--json", raw.target.json, "JSON Lines on stdout");
  write->add_flag("--quiet", raw.target.quiet, "no line per call");
  write->add_option("OUT", raw.files, "the file to write")->required()->expected(1);

  CLI::App* const verify = app.add_subcommand("verify", "compare files with what they must be");
  verify->add_option("--manifest", raw.manifest, "FILE of digests");
  verify->add_option("--md5", raw.md5, "the expected digest");
  verify->add_option("--bytes", raw.target.bytes, "the expected size");
  verify->add_option("--pattern", raw.pattern, "the text that the file repeats");
  verify->add_option("--against", raw.against, "FILE to compare with");
  verify->add_flag("--json", raw.target.json, "JSON Lines on stdout");
  verify->add_flag("--quiet", raw.target.quiet, "no line for a file that is right");
  verify->add_option("FILE", raw.files, "files to verify");

  CLI::App* const doctor = app.add_subcommand("doctor", "what this machine allows, and remedies");
  doctor->add_flag("--json", raw.target.json, "JSON Lines on stdout");
}

// The command of the target is cut off before CLI11 sees the rest: options end at the first word
// that is none, or at "--". What looks like a mistyped option stays with CLI11, which refuses it.
struct SplitArguments {
  std::vector<std::string> own;
  std::vector<std::string> command;
  std::string positional;  // replay's FILE
};

bool TakesValue(const CLI::App& subcommand, const std::string& word) {
  if (word.find('=') != std::string::npos) return false;
  const CLI::Option* const option = subcommand.get_option_no_throw(word);
  return option != nullptr && option->get_items_expected_max() > 0;
}

SplitArguments Split(const CLI::App& subcommand, bool wants_file,
                     const std::vector<std::string>& words) {
  SplitArguments split;
  bool has_schedule = false;
  for (size_t i = 0; i < words.size(); ++i) {
    const std::string& word = words[i];
    if (word == "--") {
      split.command.assign(words.begin() + static_cast<ptrdiff_t>(i) + 1, words.end());
      return split;
    }
    if (word.size() < 2 || word[0] != '-') {
      if (wants_file && !has_schedule && split.positional.empty()) {
        split.positional = word;
        continue;
      }
      split.command.assign(words.begin() + static_cast<ptrdiff_t>(i), words.end());
      return split;
    }
    has_schedule |= word == "--schedule" || word.starts_with("--schedule=");
    split.own.push_back(word);
    if (TakesValue(subcommand, word) && i + 1 < words.size()) split.own.push_back(words[++i]);
  }
  return split;
}

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

// One of a few words; the index of the match.
template <size_t N>
Result<size_t> ParseChoice(std::string_view option, const std::string& text,
                           const std::array<std::string_view, N>& choices) {
  for (size_t i = 0; i < N; ++i) {
    if (choices[i] == text) return i;
  }
  return UsageError(
      fmt::format("{}: '{}' is not one of {}", option, text, fmt::join(choices, ", ")));
}

Error Unavailable(std::string message) {
  return {ErrorKind::kUnavailable, std::move(message)};
}

// The preload library and regular files are what this version has. An honest refusal beats a run
// that quietly does something else.
Status CheckAvailable(const RawTarget& raw) {
  constexpr std::array<std::string_view, 3> kBackends = {"auto", "preload", "syscall"};
  const Result<size_t> backend = ParseChoice("--backend", raw.backend, kBackends);
  if (!backend.ok()) return backend.error();
  if (raw.backend == "syscall") {
    return Unavailable("--backend syscall is not available in this version; use preload or auto");
  }
  constexpr std::array<std::string_view, 4> kSinks = {"file", "pipe", "socket", "pty"};
  const size_t colon = raw.sink.find(':');
  const Result<size_t> sink = ParseChoice("--sink", raw.sink.substr(0, colon), kSinks);
  if (!sink.ok()) return sink.error();
  for (size_t at = colon; at != std::string::npos;) {
    const size_t next = raw.sink.find(':', at + 1);
    const std::string flag =
        raw.sink.substr(at + 1, next == std::string::npos ? next : next - at - 1);
    constexpr std::array<std::string_view, 2> kFlags = {"nonblock", "slow"};
    if (const auto known = ParseChoice("--sink", flag, kFlags); !known.ok()) return known.error();
    at = next;
  }
  if (raw.sink != "file") {
    return Unavailable(
        fmt::format("--sink {} is not available in this version; use file", raw.sink));
  }
  if (!raw.judge.empty()) {
    return Unavailable(
        "--judge is not available in this version: outputs are compared byte by byte");
  }
  return Ok();
}

// What decides the verdict besides the command must stand in the replay line again.
void RememberForReplay(const RawTarget& raw, TargetOptions& options) {
  const RawTarget defaults;
  const auto remember = [&](const char* name, const std::string& value, const std::string& usual) {
    if (value == usual) return;
    options.replay_words.emplace_back(name);
    options.replay_words.push_back(value);
  };
  remember("--profile", raw.profile, defaults.profile);
  remember("--payload", raw.payload, "");
  remember("--bytes", raw.bytes, "");
  remember("--stdin", raw.standard_input, "");
  remember("--existing", raw.existing, "");
  remember("--timeout", raw.timeout, "");
  remember("--reference", raw.reference, "");
  remember("--contract", raw.contract, defaults.contract);
}

Status ParsePayload(const RawTarget& raw, TargetOptions& options) {
  options.payload_bytes = kDefaultPayloadBytes;
  if (!raw.payload.empty()) {
    if (!raw.bytes.empty()) {
      return UsageError("--payload and --bytes exclude each other: a file has its own size");
    }
    options.payload_file = raw.payload;
  }
  if (!raw.bytes.empty()) {
    const Result<uint64_t> bytes = ParseSize(raw.bytes);
    if (!bytes.ok()) return OptionError("--bytes", bytes.error());
    if (bytes.value() == 0) return UsageError("--bytes: a payload of 0 bytes needs no write call");
    options.payload_bytes = bytes.value();
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
  if (raw.reference.empty()) return Ok();
  constexpr std::array<std::string_view, 2> kReferences = {"payload", "control"};
  const Result<size_t> reference = ParseChoice("--reference", raw.reference, kReferences);
  if (!reference.ok()) return reference.error();
  options.reference_is_control = raw.reference == "control";
  if (!names_payload && !options.reference_is_control) {
    return UsageError(
        "--reference payload: the command gets no payload; put {payload} into it, or use --stdin "
        "payload");
  }
  return Ok();
}

Result<TargetOptions> ParseTarget(const RawTarget& raw, std::vector<std::string> command) {
  if (Status available = CheckAvailable(raw); !available.ok()) return available.error();
  TargetOptions options;
  options.command = std::move(command);
  if (options.command.empty()) {
    return UsageError("no command to run; write it last, for example: -- ./writer {payload} {out}");
  }
  constexpr std::array<std::string_view, 3> kProfiles = {"linux", "posix", "hostile"};
  const Result<size_t> profile = ParseChoice("--profile", raw.profile, kProfiles);
  if (!profile.ok()) return profile.error();
  options.profile = static_cast<ProfileName>(profile.value());
  options.profile_text = raw.profile;
  if (Status payload = ParsePayload(raw, options); !payload.ok()) return payload.error();
  options.stdin_text = raw.standard_input;
  if (!raw.existing.empty()) {
    if (!Mentions(options.command, "{out}")) {
      return UsageError(
          "--existing: the command has no {out} whose content could exist beforehand");
    }
    options.existing = raw.existing;
  }
  if (!raw.timeout.empty()) {
    const auto timeout = ParseDuration(raw.timeout);
    if (!timeout.ok()) return OptionError("--timeout", timeout.error());
    options.timeout = timeout.value();
  }
  if (Status reference = ParseReference(raw, options); !reference.ok()) return reference.error();
  constexpr std::array<std::string_view, 2> kContracts = {"transparent", "honest"};
  const Result<size_t> contract = ParseChoice("--contract", raw.contract, kContracts);
  if (!contract.ok()) return contract.error();
  options.contract = static_cast<Contract>(contract.value());
  options.json = raw.json;
  options.quiet = raw.quiet;
  RememberForReplay(raw, options);
  return options;
}

Result<Options> ParseCheck(const RawOptions& raw, SplitArguments split) {
  CheckOptions options;
  Result<TargetOptions> target = ParseTarget(raw.target, std::move(split.command));
  if (!target.ok()) return target.error();
  options.target = std::move(target).value();
  Result<FaultSet> faults = ParseFaultSet(raw.faults);
  if (!faults.ok()) return faults.error();
  options.faults = faults.value();
  constexpr uint64_t kTrialsMax = 100'000'000;
  const auto count = [](std::string_view option, const std::string& text, uint64_t most,
                        auto& value) -> Status {
    if (text.empty()) return Ok();
    const Result<uint64_t> number = ParseCount(option, text, 1, most);
    if (!number.ok()) return number.error();
    value = static_cast<std::remove_reference_t<decltype(value)>>(number.value());
    return Ok();
  };
  uint64_t jobs = 1;
  if (Status s = count("--trials", raw.trials, kTrialsMax, options.trials_max); !s.ok()) {
    return s.error();
  }
  if (Status s = count("--depth", raw.depth, 2, options.depth); !s.ok()) return s.error();
  if (Status s = count("--jobs", raw.jobs, 1024, jobs); !s.ok()) return s.error();
  const Result<uint64_t> seed = ParseCount("--seed", raw.seed, 0, INT64_MAX);
  if (!seed.ok()) return seed.error();
  options.seed = seed.value();
  constexpr std::array<std::string_view, 2> kSnapshots = {"auto", "off"};
  if (const auto known = ParseChoice("--snapshot", raw.snapshot, kSnapshots); !known.ok()) {
    return known.error();
  }
  if (!raw.time.empty()) {
    const auto time = ParseDuration(raw.time);
    if (!time.ok()) return OptionError("--time", time.error());
    options.time = time.value();
  }
  options.corpus = raw.corpus;
  return Options(std::move(options));
}

Result<Options> ParseReplay(const RawOptions& raw, bool has_schedule, SplitArguments split) {
  ReplayOptions options;
  if (!has_schedule && split.positional.empty()) {
    return UsageError("replay needs --schedule TEXT, or the FILE of a finding");
  }
  Result<TargetOptions> target = ParseTarget(raw.target, std::move(split.command));
  if (!target.ok()) return target.error();
  options.target = std::move(target).value();
  if (has_schedule) options.schedule_text = raw.schedule;
  options.schedule_file = split.positional;
  return Options(std::move(options));
}

Result<Options> ParseRun(const RawOptions& raw, SplitArguments split) {
  RunOptions options;
  Result<TargetOptions> target = ParseTarget(raw.target, std::move(split.command));
  if (!target.ok()) return target.error();
  options.target = std::move(target).value();
  Result<Schedule> schedule = ParseSchedule(raw.schedule);
  if (!schedule.ok()) return schedule.error();
  options.schedule = std::move(schedule).value();
  if (!raw.dir.empty()) options.dir = raw.dir;
  return Options(std::move(options));
}

Result<Options> ParseWrite(const RawOptions& raw, const CLI::App& subcommand) {
  WriteOptions options;
  constexpr std::array<std::string_view, 2> kModes = {"sync", "async"};
  const Result<size_t> mode = ParseChoice("--mode", raw.mode, kModes);
  if (!mode.ok()) return mode.error();
  options.async = raw.mode == "async";
  if (subcommand.count("--pattern") > 0) options.pattern = raw.pattern;
  if (!raw.from.empty()) options.from = raw.from;
  if (options.pattern && raw.target.bytes.empty()) {
    return UsageError("--pattern needs --bytes, for example --pattern ABCD --bytes 4GiB");
  }
  if (!raw.target.bytes.empty()) {
    const Result<uint64_t> bytes = ParseSize(raw.target.bytes);
    if (!bytes.ok()) return OptionError("--bytes", bytes.error());
    options.bytes = bytes.value();
  }
  options.out = raw.files.front();
  options.quiet = raw.target.quiet;
  options.json = raw.target.json;
  return Options(std::move(options));
}

Result<Options> ParseVerify(const RawOptions& raw, const CLI::App& subcommand) {
  VerifyOptions options;
  const auto given = [&](const char* name, const std::string& value) {
    return subcommand.count(name) > 0 ? std::optional(value) : std::nullopt;
  };
  options.manifest = given("--manifest", raw.manifest);
  options.md5 = given("--md5", raw.md5);
  options.pattern = given("--pattern", raw.pattern);
  options.against = given("--against", raw.against);
  if (subcommand.count("--bytes") > 0) {
    const Result<uint64_t> bytes = ParseSize(raw.target.bytes);
    if (!bytes.ok()) return OptionError("--bytes", bytes.error());
    options.bytes = bytes.value();
  }
  options.files = raw.files;
  options.quiet = raw.target.quiet;
  options.json = raw.target.json;
  return Options(std::move(options));
}

bool RunsTarget(const std::string& subcommand) {
  return subcommand == "check" || subcommand == "replay" || subcommand == "run";
}

Result<Options> Dispatch(const CLI::App& subcommand, const RawOptions& raw, SplitArguments split) {
  const std::string& name = subcommand.get_name();
  if (name == "check") return ParseCheck(raw, std::move(split));
  if (name == "replay") {
    return ParseReplay(raw, subcommand.count("--schedule") > 0, std::move(split));
  }
  if (name == "run") return ParseRun(raw, std::move(split));
  if (name == "write") return ParseWrite(raw, subcommand);
  if (name == "verify") return ParseVerify(raw, subcommand);
  return Options(DoctorOptions{raw.target.json});
}

}  // namespace

Result<Options> ParseOptions(int argc, const char* const* argv) {
  CLI::App app("Proves that programs survive partial writes.", "shortwrite");
  app.require_subcommand(1);
  app.set_help_all_flag("--help-all", "help of all subcommands");
  bool version = false;
  app.add_flag("--version", version, "print the version");
  RawOptions raw;
  AddSubcommands(app, raw);

  std::vector<std::string> words(argv + std::min(argc, 1), argv + argc);
  if (words.size() == 1 && words[0] == "--version") return Options(PrintOptions{kVersionText});
  SplitArguments split;
  if (!words.empty() && RunsTarget(words[0])) {
    const std::string name = words[0];
    const std::vector<std::string> rest(words.begin() + 1, words.end());
    split = Split(*app.get_subcommand(name), name == "replay", rest);
    words = split.own;
    words.insert(words.begin(), name);
  }
  std::reverse(words.begin(), words.end());  // CLI11 takes them from the back
  try {
    app.parse(words);
  } catch (const CLI::CallForHelp&) {
    const auto chosen = app.get_subcommands();
    return Options(PrintOptions{chosen.empty() ? app.help() : chosen.front()->help()});
  } catch (const CLI::CallForAllHelp&) {
    return Options(PrintOptions{app.help("", CLI::AppFormatMode::All)});
  } catch (const CLI::ParseError& error) {
    return UsageError(fmt::format("{}; see shortwrite --help", error.what()));
  }
  return Dispatch(*app.get_subcommands().front(), raw, std::move(split));
}

}  // namespace shortwrite
