#include <fmt/format.h>

#include <string_view>

#include "harness/cli/completions/completions.h"

namespace shortwrite {
namespace {

std::string Quoted(std::string_view text) {
  std::string quoted = "'";
  for (const char c : text) {
    if (c == '\'' || c == '\\') quoted += '\\';
    quoted += c;
  }
  return quoted + '\'';
}

// "--json" is -l json, "-h" is -s h.
std::string Names(const OptionSyntax& option) {
  std::string text;
  for (const std::string& name : option.names) {
    text += name.starts_with("--") ? fmt::format(" -l {}", name.substr(2))
                                   : fmt::format(" -s {}", name.substr(1));
  }
  return text;
}

std::string Value(const OptionSyntax& option) {
  if (!option.takes_value()) return "";
  if (TakesFile(option)) return " -r -F";
  if (TakesDirectory(option)) return " -x -a '(__fish_complete_directories)'";
  const std::vector<std::string> words = option.words();
  if (words.empty()) return " -x";
  const std::string all = fmt::format("{}", fmt::join(words, " "));
  // The function is evaluated once more, so its newline is escaped for each time.
  return option.takes_list()
             ? fmt::format(" -x -a '(__fish_complete_list , \"printf %s\\\\\\\\n {}\")'", all)
             : fmt::format(" -x -a {}", Quoted(all));
}

}  // namespace

std::string FishCompletions(const CommandSyntax& syntax) {
  std::string text =
      "# fish completion for shortwrite, as `shortwrite completions fish` prints it.\n"
      "complete -c shortwrite -f\n";
  for (const OptionSyntax& option : syntax.options) {
    text += fmt::format("complete -c shortwrite -n __fish_use_subcommand{}{} -d {}\n",
                        Names(option), Value(option), Quoted(option.help));
  }
  for (const SubcommandSyntax& subcommand : syntax.subcommands) {
    text += fmt::format("complete -c shortwrite -n __fish_use_subcommand -a {} -d {}\n",
                        subcommand.name, Quoted(subcommand.help));
    const std::string seen =
        fmt::format("complete -c shortwrite -n '__fish_seen_subcommand_from {}'", subcommand.name);
    for (const OptionSyntax& option : subcommand.options) {
      text +=
          fmt::format("{}{}{} -d {}\n", seen, Names(option), Value(option), Quoted(option.help));
    }
    for (const OptionSyntax& positional : subcommand.positionals) {
      const std::vector<std::string> words = positional.words();
      text += words.empty() ? fmt::format("{} -F\n", seen)
                            : fmt::format("{} -a '{}'\n", seen, fmt::join(words, " "));
    }
    if (subcommand.runs_target) {
      text += fmt::format("{} -F -a '(__fish_complete_command)'\n", seen);
    }
  }
  return text;
}

}  // namespace shortwrite
