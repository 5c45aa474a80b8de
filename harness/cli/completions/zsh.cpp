#include <fmt/format.h>

#include <string_view>

#include "harness/cli/completions/completions.h"

namespace shortwrite {
namespace {

// Inside the quotes of a specification, whose own marks are ':' and ']'.
std::string Escaped(std::string_view text) {
  std::string escaped;
  for (const char c : text) {
    if (c == ':' || c == '[' || c == ']' || c == '\\') escaped += '\\';
    escaped += c == '\'' ? std::string("'\\''") : std::string(1, c);
  }
  return escaped;
}

// What completes a value: after the second colon of a specification.
std::string Action(const OptionSyntax& option) {
  if (TakesFile(option)) return "_files";
  if (TakesDirectory(option)) return "_files -/";
  std::string words;
  for (const std::string& word : option.words()) {
    words += (words.empty() ? "" : " ") + Escaped(word);
  }
  if (words.empty()) return " ";
  return option.takes_list() ? fmt::format("_values -s , word {}", words)
                             : fmt::format("({})", words);
}

void AddOption(const OptionSyntax& option, std::string& text) {
  for (const std::string& name : option.names) {
    const std::string help = Escaped(option.help);
    if (!option.takes_value()) {
      text += fmt::format("    '{}[{}]'\n", name, help);
    } else {
      text += fmt::format("    '{}=[{}]:value:{}'\n", name, help, Action(option));
    }
  }
}

std::string Arguments(const SubcommandSyntax& subcommand) {
  std::string text = fmt::format("      {})\n        specs=(\n", subcommand.name);
  for (const OptionSyntax& option : subcommand.options) AddOption(option, text);
  // A command takes all that follows it, so nothing else may.
  for (const OptionSyntax& positional : subcommand.positionals) {
    text += fmt::format("    '{}:{}:{}'\n", subcommand.runs_target ? "1" : "*", positional.value,
                        Action(positional));
  }
  if (subcommand.runs_target) {
    text += fmt::format("    '(-){}:command: _command_names -e'\n    '*::argument: _normal'\n",
                        subcommand.positionals.size() + 1);
  }
  return text + "        ) ;;\n";
}

}  // namespace

std::string ZshCompletions(const CommandSyntax& syntax) {
  std::string text =
      "#compdef shortwrite\n"
      "# zsh completion for shortwrite, as `shortwrite completions zsh` prints it.\n\n"
      "_shortwrite() {\n"
      "  local curcontext=$curcontext state line\n"
      "  typeset -A opt_args\n"
      "  local -a specs subcommands\n"
      "  subcommands=(\n";
  for (const SubcommandSyntax& subcommand : syntax.subcommands) {
    text += fmt::format("    '{}:{}'\n", subcommand.name, Escaped(subcommand.help));
  }
  text += "  )\n  specs=(\n";
  for (const OptionSyntax& option : syntax.options) AddOption(option, text);
  text +=
      "    '(-)1:subcommand:->subcommand'\n"
      "    '(-)*::argument:->argument'\n"
      "  )\n"
      "  _arguments -C $specs && return\n"
      "  case $state in\n"
      "    subcommand) _describe subcommand subcommands ;;\n"
      "    argument)\n"
      "      case $words[1] in\n";
  for (const SubcommandSyntax& subcommand : syntax.subcommands) text += Arguments(subcommand);
  return text +
         "      *) return 1 ;;\n"
         "      esac\n"
         "      _arguments -S $specs ;;\n"  // a "--" is no argument
         "  esac\n"
         "}\n\n"
         // Sourced, or found on fpath and called.
         "if [[ $funcstack[1] == _shortwrite ]]; then\n"
         "  _shortwrite \"$@\"\n"
         "else\n"
         "  compdef _shortwrite shortwrite\n"
         "fi\n";
}

}  // namespace shortwrite
