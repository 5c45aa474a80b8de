#include "harness/cli/command_line.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>

#include "harness/report/report_format.h"

namespace shortwrite {
namespace {

constexpr char kVersionText[] = "shortwrite " SHORTWRITE_VERSION "\n";

void AddTargetOptions(CLI::App& app, RawTarget& raw) {
  app.add_option("--profile", raw.profile, "what counts as legal: linux, posix or hostile");
  app.add_option("--backend", raw.backend, "auto, preload or syscall");
  app.add_option("--sink", raw.sink, "what the output is: file, pipe, socket, pty or full");
  app.add_option("--payload", raw.payload, "FILE that {payload} stands for");
  app.add_option("--bytes", raw.bytes, "size of the generated payload, such as 4096 or 64KiB");
  app.add_option("--text", raw.text, "characters of the generated payload: ascii or utf8");
  app.add_option("--stdin", raw.standard_input, "standard input: FILE, or the word payload");
  app.add_option("--existing", raw.existing, "FILE or BYTES that {out} holds beforehand");
  app.add_option("--timeout", raw.timeout, "deadline of one trial, such as 30s");
  app.add_option("--reference", raw.reference, "what is right: payload or control");
  app.add_option("--contract", raw.contract, "transparent or honest");
  app.add_option("--judge", raw.judge, "command that compares an output with its reference");
  app.add_flag("--json", raw.json, "JSON Lines on stdout");
  app.add_flag("--quiet", raw.quiet, "no progress on stderr");
}

void AddReportOptions(CLI::App& app, RawOptions& raw) {
  for (const ReportFormat& format : ReportFormats()) {
    app.add_option(std::string("--") + format.name, raw.reports[format.name], format.help);
  }
}

void AddSubcommands(CLI::App& app, RawOptions& raw) {
  CLI::App* const check = app.add_subcommand("check", "explore, shrink, save, report");
  AddTargetOptions(*check, raw.target);
  check->add_option("--trials", raw.trials, "at most this many trials");
  check->add_option("--time", raw.time, "at most this long, such as 30s");
  check->add_option("--seed", raw.seed, "of the random search");
  check->add_option("--depth", raw.depth,
                    "faults in a row per swept schedule, 1 to 8; 0: no sweep");
  check->add_option("--faults", raw.faults, "recoverable, terminal, all, or a list");
  check->add_option("--jobs", raw.jobs, "trials beside each other; default: the processors");
  check->add_option("--snapshot", raw.snapshot, "auto or off");
  check->add_option("--corpus", raw.corpus, "DIR of kept counterexamples, run first");
  check->add_option("--target", raw.targets, "NAME in shortwrite.toml; default: all of them")
      ->allow_extra_args(false);
  AddReportOptions(*check, raw);

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

  CLI::App* const report = app.add_subcommand("report", "renders what check --json printed");
  report->add_option("--from", raw.from, "FILE of a stream; -: standard input")->required();
  AddReportOptions(*report, raw);

  CLI::App* const compare = app.add_subcommand("compare", "the same faults over several targets");
  AddTargetOptions(*compare, raw.target);
  compare->add_option("--command", raw.commands, "a shell command to compare; may be repeated")
      ->allow_extra_args(false);
  compare->add_option("--markdown", raw.reports["markdown"], "FILE for the matrix as Markdown");
  compare->add_option("--csv", raw.reports["csv"], "FILE for the matrix as CSV");
  compare->add_option("--html", raw.reports["html"], "FILE for the matrix as a page");
  compare->add_option("TARGET", raw.files, "names in shortwrite.toml");

  app.add_subcommand("init", "writes a shortwrite.toml to begin with");

  CLI::App* const doctor = app.add_subcommand("doctor", "what this machine allows, and remedies");
  doctor->add_flag("--json", raw.target.json, "JSON Lines on stdout");
}

// The command of the target is cut off before CLI11 sees the rest: options end at the first word
// that is none, or at "--". What looks like a mistyped option stays with CLI11, which refuses it.
struct SplitArguments {
  std::vector<std::string> own;
  std::vector<std::string> command;
  std::string positional;  // replay's FILE
  bool announces_command = false;
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
      split.announces_command = true;
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

bool RunsTarget(const std::string& subcommand) {
  return subcommand == "check" || subcommand == "replay" || subcommand == "run";
}

}  // namespace

Result<CommandLine> ParseCommandLine(int argc, const char* const* argv) {
  CLI::App app("Proves that programs survive partial writes.", "shortwrite");
  app.require_subcommand(1);
  app.set_help_all_flag("--help-all", "help of all subcommands");
  CommandLine line;
  AddSubcommands(app, line.raw);

  std::vector<std::string> words(argv + std::min(argc, 1), argv + argc);
  if (words.size() == 1 && words[0] == "--version") {
    line.text = kVersionText;
    return line;
  }
  const auto known = app.get_subcommands([&](const CLI::App* subcommand) {
    return !words.empty() && subcommand->get_name() == words[0];
  });
  if (!words.empty() && !words[0].starts_with('-') && known.empty()) {
    return UsageError(
        fmt::format("'{}' is no subcommand; known: check, replay, run, write, verify, report, "
                    "compare, init, doctor",
                    words[0]));
  }
  if (!words.empty() && RunsTarget(words[0])) {
    const std::string name = words[0];
    words.erase(words.begin());
    SplitArguments split = Split(*known.front(), name == "replay", words);
    line.command = std::move(split.command);
    line.positional = std::move(split.positional);
    line.announces_command = split.announces_command;
    words = std::move(split.own);
    words.insert(words.begin(), name);
  }
  std::reverse(words.begin(), words.end());  // CLI11 takes them from the back
  try {
    app.parse(words);
  } catch (const CLI::CallForHelp&) {
    const auto chosen = app.get_subcommands();
    line.text = chosen.empty() ? app.help() : chosen.front()->help();
    return line;
  } catch (const CLI::CallForAllHelp&) {
    line.text = app.help("", CLI::AppFormatMode::All);
    return line;
  } catch (const CLI::ParseError& error) {
    return UsageError(fmt::format("{}; see shortwrite --help", error.what()));
  }
  const CLI::App* const chosen = app.get_subcommands().front();
  line.subcommand = chosen->get_name();
  for (const CLI::Option* const option : chosen->get_options()) {
    if (option->count() == 0) continue;
    for (const std::string& name : option->get_lnames()) line.given.insert(name);
  }
  return line;
}

}  // namespace shortwrite
