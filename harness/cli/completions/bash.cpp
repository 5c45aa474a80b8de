#include <fmt/format.h>

#include "harness/cli/completions/completions.h"

namespace shortwrite {
namespace {

// What does not depend on the options. Words are taken from the line itself: bash splits its own at
// ':' and '=', which stand inside words of ours.
constexpr char kFunction[] = R"sh(
# Puts the words of $2... that begin with $1 into COMPREPLY.
_shortwrite_reply() {
  local cur=$1 broken
  shift
  mapfile -t COMPREPLY < <(compgen -W "$*" -- "$cur")
  # Bash goes on from the last character at which it breaks words.
  broken=${cur%"${cur##*[:=]}"}
  [[ $COMP_WORDBREAKS != *:* && $broken == *: ]] && broken=
  COMPREPLY=("${COMPREPLY[@]#"$broken"}")
}

# $1: the word; $2: what compgen lists: -f, -d or -c
_shortwrite_names() {
  local cur=$1
  [[ $cur == *=* ]] && cur=${cur#*=}
  compopt -o filenames 2>/dev/null
  mapfile -t COMPREPLY < <(compgen "$2" -- "$cur")
}

# What $3, or the part of it that is the value, may become as the value of option $2 of $1.
_shortwrite_value() {
  local cur=$3 before= kind
  kind=$(_shortwrite_takes "$1" "$2")
  [[ $cur == --*=* ]] && before=${cur%%=*}=
  case $kind in
    FILE) _shortwrite_names "$cur" -f ;;
    DIR) _shortwrite_names "$cur" -d ;;
    *'|'*,...)
      cur=${cur#"$before"}
      [[ $cur == *,* ]] && before+=${cur%,*},
      kind=${kind%,...}
      _shortwrite_reply "$3" $(printf -- "$before%s " ${kind//|/ }) ;;
    *'|'*) _shortwrite_reply "$3" $(printf -- "$before%s " ${kind//|/ }) ;;
  esac
}

_shortwrite() {
  local line=${COMP_LINE:0:COMP_POINT} words word sub cur last i=2 operands=0 schedule=
  read -ra words <<<"$line"
  [[ $line == *[[:space:]] ]] && words+=('')
  last=$((${#words[@]} - 1))
  cur=${words[last]}
  COMPREPLY=()
  if ((last < 2)); then
    _shortwrite_reply "$cur" $_shortwrite_subcommands
    return
  fi
  sub=${words[1]}
  while ((i < last)); do
    word=${words[i]}
    [[ $word == --schedule* ]] && schedule=yes
    if [[ $word == -- ]]; then
      _shortwrite_target $((last - i - 1)) "$cur"
      return
    elif [[ $word != -?* ]]; then
      if _shortwrite_runs_target "$sub" && [[ $sub != replay || -n $schedule || operands -gt 0 ]]; then
        _shortwrite_target $((last - i)) "$cur"
        return
      fi
      operands=$((operands + 1))
    elif [[ $word != *=* && -n $(_shortwrite_takes "$sub" "$word") ]]; then
      if ((i + 1 == last)); then
        _shortwrite_value "$sub" "$word" "$cur"
        return
      fi
      i=$((i + 1))
    fi
    i=$((i + 1))
  done
  if [[ $cur == --*=* ]]; then
    _shortwrite_value "$sub" "${cur%%=*}" "$cur"
  elif [[ $cur == -* ]]; then
    _shortwrite_reply "$cur" $(_shortwrite_options "$sub")
  elif _shortwrite_runs_target "$sub" && [[ $sub != replay || -n $schedule || operands -gt 0 ]]; then
    _shortwrite_target 0 "$cur"
  else
    _shortwrite_value "$sub" operand "$cur"
  fi
}

# $1: how many words of the target's command stand before the word $2
_shortwrite_target() {
  local kind=-f
  (($1 == 0)) && [[ $2 != */* ]] && kind=-c
  _shortwrite_names "$2" "$kind"
}

complete -F _shortwrite shortwrite
)sh";

std::string Joined(const std::vector<std::string>& words) {
  return fmt::format("{}", fmt::join(words, " "));
}

std::string Takes(const OptionSyntax& option) {
  const std::vector<std::string> words = option.words();
  if (words.empty()) return option.value;
  return fmt::format("{}{}", fmt::join(words, "|"), option.takes_list() ? ",..." : "");
}

void AddTakes(const SubcommandSyntax& subcommand, std::string& text) {
  for (const OptionSyntax& option : subcommand.options) {
    if (!option.takes_value()) continue;
    for (const std::string& name : option.names) {
      text += fmt::format("    '{} {}') echo '{}' ;;\n", subcommand.name, name, Takes(option));
    }
  }
  for (const OptionSyntax& positional : subcommand.positionals) {
    text += fmt::format("    '{} operand') echo '{}' ;;\n", subcommand.name, Takes(positional));
  }
}

}  // namespace

std::string BashCompletions(const CommandSyntax& syntax) {
  std::string first;
  std::string options;
  std::string takes;
  std::string targets;
  for (const SubcommandSyntax& subcommand : syntax.subcommands) {
    first += subcommand.name + ' ';
    std::vector<std::string> names;
    for (const OptionSyntax& option : subcommand.options) {
      names.insert(names.end(), option.names.begin(), option.names.end());
    }
    options += fmt::format("    {}) echo '{}' ;;\n", subcommand.name, Joined(names));
    AddTakes(subcommand, takes);
    if (subcommand.runs_target) targets += (targets.empty() ? "" : " | ") + subcommand.name;
  }
  for (const OptionSyntax& option : syntax.options) first += Joined(option.names) + ' ';
  return fmt::format(
             "# bash completion for shortwrite, as `shortwrite completions bash` prints it.\n"
             "_shortwrite_subcommands='{}'\n\n"
             "_shortwrite_options() {{\n  case $1 in\n{}  esac\n}}\n\n"
             "# What option $2 of $1 takes.\n"
             "_shortwrite_takes() {{\n  case \"$1 $2\" in\n{}  esac\n}}\n\n"
             "_shortwrite_runs_target() {{\n  case $1 in {}) return 0 ;; esac\n  return 1\n}}\n",
             first, options, takes, targets) +
         kFunction;
}

}  // namespace shortwrite
