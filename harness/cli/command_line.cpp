#include "harness/cli/command_line.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>

#include "harness/base/closest_word.h"
#include "harness/cli/command_syntax.h"
#include "harness/cli/option_words.h"
#include "harness/cli/version.h"
#include "harness/report/report_format.h"

namespace shortwrite {
namespace {

constexpr char kWhatItDoes[] = "Proves that programs survive partial writes.";

// What an option takes, as help shows it and completions offer it.
template <size_t N>
std::string OneOf(const std::array<std::string_view, N>& words) {
  return fmt::format("{}", fmt::join(words, "|"));
}

std::string SinkValue() {
  std::string value;
  for (const std::string_view kind : kSinkKindWords) {
    value += (value.empty() ? "" : "|") + std::string(kind);
    if (kind == kSinkWords[0] || kind == kFullSink) continue;  // neither has a reader to be slow
    for (const std::string_view flag : kSinkFlagWords) value += fmt::format("[:{}]", flag);
  }
  return value;
}

// An option that takes one of a few words, which stand for the enum's values in their order.
template <typename Enum, size_t N>
void AddChoice(CLI::App& app, const char* name, const std::array<std::string_view, N>& words,
               Enum& value, const char* help) {
  const auto choose = [name, words, &value](const std::string& text) {
    const auto word = std::find(words.begin(), words.end(), text);
    if (word == words.end()) {
      throw CLI::ValidationError(
          name, fmt::format("'{}' is not one of {}", text, fmt::join(words, ", ")));
    }
    value = static_cast<Enum>(word - words.begin());
  };
  app.add_option_function<std::string>(name, choose, help)->type_name(OneOf(words));
}

void AddColor(CLI::App& app, ColourWish& color) {
  AddChoice(app, "--color", kColorWords, color, "colours on the terminal");
}

void AddTargetOptions(CLI::App& app, RawTarget& raw) {
  app.add_option("--profile", raw.profile, "what counts as legal")->type_name(OneOf(kProfileWords));
  app.add_option("--backend", raw.backend, "how faults get in")->type_name(OneOf(kBackendWords));
  app.add_option("--sink", raw.sink, "what the output is")->type_name(SinkValue());
  app.add_option("--payload", raw.payload, "what {payload} stands for")->type_name("FILE");
  app.add_option("--bytes", raw.bytes, "size of the generated payload, such as 4096 or 64KiB")
      ->type_name("N");
  app.add_option("--text", raw.text, "characters of the generated payload")
      ->type_name(OneOf(kTextWords));
  app.add_option("--stdin", raw.standard_input, "standard input; or the word payload")
      ->type_name("FILE");
  app.add_option("--existing", raw.existing, "what {out} holds beforehand; or so many bytes")
      ->type_name("FILE");
  app.add_option("--timeout", raw.timeout, "deadline of one trial, such as 30s")->type_name("TIME");
  app.add_option("--reference", raw.reference, "what is right")->type_name(OneOf(kReferenceWords));
  app.add_option("--contract", raw.contract, "honest: a clean refusal is good, too")
      ->type_name(OneOf(kContractWords));
  app.add_option("--judge", raw.judge, "compares an output with its reference")->type_name("CMD");
  app.add_flag("--json", raw.json, "JSON Lines on stdout");
  app.add_flag("--quiet", raw.quiet, "no progress on stderr");
  AddColor(app, raw.color);
}

void AddReportOptions(CLI::App& app, RawOptions& raw) {
  for (const ReportFormat& format : ReportFormats()) {
    app.add_option(std::string("--") + format.name, raw.reports[format.name], format.help)
        ->type_name("FILE");
  }
}

void AddTrialCommands(CLI::App& app, RawOptions& raw) {
  CLI::App* const check = app.add_subcommand("check", "explore, shrink, save, report");
  AddTargetOptions(*check, raw.target);
  check->add_option("--trials", raw.trials, "at most this many trials")->type_name("N");
  check->add_option("--time", raw.time, "at most this long, such as 30s")->type_name("TIME");
  check->add_option("--seed", raw.seed, "of the random search")->type_name("N");
  check->add_option("--depth", raw.depth, "faults in a row per swept schedule, 1 to 8; 0: no sweep")
      ->type_name("N");
  check->add_option("--faults", raw.faults, "which kinds")->type_name(OneOf(kFaultWords) + ",...");
  check->add_option("--jobs", raw.jobs, "trials beside each other; default: the processors")
      ->type_name("N");
  check->add_option("--snapshot", raw.snapshot, "whether trials may run in clones")
      ->type_name(OneOf(kSnapshotWords));
  check->add_option("--corpus", raw.corpus, "kept counterexamples, run first")->type_name("DIR");
  AddChoice(*check, "--progress", kProgressWords, raw.progress, "how progress is told");
  check->add_option("--target", raw.targets, "in shortwrite.toml; default: all of them")
      ->type_name("NAME")
      ->allow_extra_args(false);
  AddReportOptions(*check, raw);

  CLI::App* const replay = app.add_subcommand("replay", "one judged trial with its timeline");
  AddTargetOptions(*replay, raw.target);
  replay->add_option("--schedule", raw.schedule, "the schedule's text");
  AddReportOptions(*replay, raw);

  CLI::App* const run = app.add_subcommand("run", "one injected run; its stdio is yours");
  AddTargetOptions(*run, raw.target);
  run->add_option("--schedule", raw.schedule, "the schedule's text")->required();
  run->add_option("--dir", raw.dir, "what {dir} stands for; kept")->type_name("DIR");
}

void AddFileCommands(CLI::App& app, RawOptions& raw) {
  CLI::App* const write = app.add_subcommand("write", "the reference writer, or a write-all loop");
  write->add_option("--mode", raw.mode, "one call, or a loop")
      ->type_name(OneOf(kModeWords))
      ->required();
  write->add_option("--pattern", raw.pattern, "text to repeat");
  write->add_option("--bytes", raw.target.bytes, "how much of it")->type_name("N");
  write->add_option("--from", raw.from, "what to copy")->type_name("FILE");
  write->add_flag("--json", raw.target.json, "JSON Lines on stdout");
  write->add_flag("--quiet", raw.target.quiet, "no line per call");
  write->add_option("OUT", raw.files, "the file to write")
      ->type_name("FILE")
      ->required()
      ->expected(1);

  CLI::App* const verify = app.add_subcommand("verify", "compare files with what they must be");
  verify->add_option("--manifest", raw.manifest, "digests")->type_name("FILE");
  verify->add_option("--md5", raw.md5, "the expected digest")->type_name("HEX");
  verify->add_option("--bytes", raw.target.bytes, "the expected size")->type_name("N");
  verify->add_option("--pattern", raw.pattern, "the text that the file repeats");
  verify->add_option("--against", raw.against, "what to compare with")->type_name("FILE");
  verify->add_flag("--json", raw.target.json, "JSON Lines on stdout");
  verify->add_flag("--quiet", raw.target.quiet, "no line for a file that is right");
  verify->add_option("FILE", raw.files, "files to verify")->type_name("FILE");

  CLI::App* const report = app.add_subcommand("report", "renders what check --json printed");
  report->add_option("--from", raw.from, "a stream; -: standard input")
      ->type_name("FILE")
      ->required();
  AddReportOptions(*report, raw);
}

void AddProjectCommands(CLI::App& app, RawOptions& raw) {
  CLI::App* const compare = app.add_subcommand("compare", "the same faults over several targets");
  AddTargetOptions(*compare, raw.target);
  compare->add_option("--command", raw.commands, "a shell command to compare; may be repeated")
      ->type_name("CMD")
      ->allow_extra_args(false);
  compare->add_option("--markdown", raw.reports["markdown"], "the matrix as Markdown")
      ->type_name("FILE");
  compare->add_option("--csv", raw.reports["csv"], "the matrix as CSV")->type_name("FILE");
  compare->add_option("--html", raw.reports["html"], "the matrix as a page")->type_name("FILE");
  compare->add_option("TARGET", raw.files, "names in shortwrite.toml")->type_name("NAME");

  app.add_subcommand("init", "writes a shortwrite.toml to begin with");
}

void AddAdviceCommands(CLI::App& app, RawOptions& raw) {
  CLI::App* const explain =
      app.add_subcommand("explain", "what a verdict, a class or a fault means");
  explain->add_option("WORD", raw.word, "such as corrupted, W01 or eagain; none: a list");
  explain->add_flag("--json", raw.target.json, "JSON Lines on stdout");
  AddColor(*explain, raw.target.color);

  CLI::App* const doctor =
      app.add_subcommand("doctor", "what this machine allows a COMMAND, and remedies");
  doctor->add_flag("--json", raw.target.json, "JSON Lines on stdout");
  AddColor(*doctor, raw.target.color);

  CLI::App* const completions = app.add_subcommand("completions", "prints completions for a shell");
  completions->add_option("SHELL", raw.mode, "the shell")
      ->type_name(OneOf(kShellWords))
      ->required();
}

void AddSubcommands(CLI::App& app, RawOptions& raw) {
  AddTrialCommands(app, raw);
  AddFileCommands(app, raw);
  AddProjectCommands(app, raw);
  AddAdviceCommands(app, raw);
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

bool NamesTarget(const std::string& subcommand) {
  return subcommand == "check" || subcommand == "replay" || subcommand == "run" ||
         subcommand == "doctor";
}

void BuildApp(CLI::App& app, RawOptions& raw) {
  app.require_subcommand(1);
  app.set_help_all_flag("--help-all", "help of all subcommands");
  app.add_flag("--version")
      ->description("the version; with --json: what it was built from, and what it can");
  AddSubcommands(app, raw);
}

OptionSyntax Describe(const CLI::Option& option) {
  OptionSyntax syntax;
  for (const std::string& name : option.get_snames()) syntax.names.push_back('-' + name);
  for (const std::string& name : option.get_lnames()) syntax.names.push_back("--" + name);
  syntax.help = option.get_description();
  if (option.get_items_expected_max() > 0) syntax.value = option.get_type_name();
  return syntax;
}

}  // namespace

CommandSyntax DescribeCommandLine() {
  RawOptions raw;
  CLI::App app(kWhatItDoes, "shortwrite");
  BuildApp(app, raw);
  CommandSyntax syntax;
  for (const CLI::Option* const option : app.get_options()) {
    syntax.options.push_back(Describe(*option));
  }
  for (const CLI::App* const subcommand : app.get_subcommands(nullptr)) {
    const std::string& name = subcommand->get_name();
    SubcommandSyntax described{name, subcommand->get_description(), {}, {}, NamesTarget(name)};
    for (const CLI::Option* const option : subcommand->get_options()) {
      (option->get_positional() ? described.positionals : described.options)
          .push_back(Describe(*option));
    }
    if (name == "replay") described.positionals.push_back({{}, "a kept counterexample", "FILE"});
    syntax.subcommands.push_back(std::move(described));
  }
  return syntax;
}

namespace {

Error UnknownWord(const std::string& typed, const std::string& what,
                  const std::vector<std::string>& known, const std::string& remedy) {
  const std::vector<std::string_view> words(known.begin(), known.end());
  return UsageError(fmt::format("'{}' is {}{}; {}", typed, what, DidYouMean(typed, words), remedy));
}

std::vector<std::string> SubcommandNames(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::App* const subcommand : app.get_subcommands(nullptr)) {
    names.push_back(subcommand->get_name());
  }
  return names;
}

Error UnknownSubcommand(const CLI::App& app, const std::string& typed) {
  const std::vector<std::string> names = SubcommandNames(app);
  return UnknownWord(typed, "no subcommand", names,
                     fmt::format("known: {}", fmt::join(names, ", ")));
}

Error UnknownOption(const CLI::App& app, std::string typed, const std::string& remedy) {
  typed.erase(std::min(typed.find('='), typed.size()));
  std::vector<std::string> options;
  for (const CLI::Option* const option : app.get_options()) {
    for (const std::string& known : option->get_lnames()) options.push_back("--" + known);
  }
  return UnknownWord(typed, "no option of " + app.get_name(), options, remedy);
}

// The first word that the subcommand has no use for.
Error UnexpectedWord(const CLI::App& subcommand) {
  const std::string& name = subcommand.get_name();
  const std::string help = fmt::format("see shortwrite {} --help", name);
  const std::vector<std::string> unexpected = subcommand.remaining();
  const std::string typed = unexpected.empty() ? "" : unexpected.front();
  if (typed.starts_with('-')) return UnknownOption(subcommand, typed, help);
  return UsageError(fmt::format("{}: '{}' was not expected; {}", name, typed, help));
}

// A subcommand, or one of the few options that stand before any.
Status CheckFirstWord(const CLI::App& app, const std::vector<std::string>& words) {
  if (words.empty()) {
    return UsageError(
        fmt::format("a subcommand is missing; known: {}; begin with: shortwrite check -- ./writer "
                    "{{payload}} {{out}}; see shortwrite --help",
                    fmt::join(SubcommandNames(app), ", ")));
  }
  const std::string& first = words.front();
  if (first.starts_with('-')) {
    if (app.get_option_no_throw(first) != nullptr) return Ok();
    return UnknownOption(app, first,
                         "those of a subcommand stand after it: shortwrite check --json; see "
                         "shortwrite --help");
  }
  const auto known = app.get_subcommands(
      [&](const CLI::App* subcommand) { return subcommand->get_name() == first; });
  return known.empty() ? UnknownSubcommand(app, first) : Ok();
}

}  // namespace

Result<CommandLine> ParseCommandLine(int argc, const char* const* argv) {
  CommandLine line;
  CLI::App app(kWhatItDoes, "shortwrite");
  BuildApp(app, line.raw);

  std::vector<std::string> words(argv + std::min(argc, 1), argv + argc);
  if (!words.empty() && words[0] == "--version") {
    const bool json = words.size() == 2 && words[1] == "--json";
    if (words.size() > 1 && !json) {
      return UsageError("--version takes nothing but --json: shortwrite --version --json");
    }
    line.text = json ? VersionJson() : VersionText();
    return line;
  }
  if (Status known = CheckFirstWord(app, words); !known.ok()) return known.error();
  if (!words.empty() && NamesTarget(words[0])) {
    const std::string name = words[0];
    words.erase(words.begin());
    SplitArguments split = Split(*app.get_subcommand(name), name == "replay", words);
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
  } catch (const CLI::ExtrasError&) {
    return UnexpectedWord(*app.get_subcommands().front());
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
