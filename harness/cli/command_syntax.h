// The tree of subcommands and options as values, for what is made from it.
#pragma once

#include <string>
#include <vector>

namespace shortwrite {

struct OptionSyntax {
  std::vector<std::string> names;  // as they are typed: "--json"; none: a positional
  std::string help;
  // What it takes, as help says it: "" (nothing), "FILE", "DIR", "N"..., words ("sync|async"),
  // words with flags ("pipe[:slow]|full"), or words that may stand in a list ("short|eagain,...").
  std::string value;

  bool takes_value() const { return !value.empty(); }
  bool takes_list() const;
  // With each choice of flags. Empty: anything.
  std::vector<std::string> words() const;
};

struct SubcommandSyntax {
  std::string name;
  std::string help;
  std::vector<OptionSyntax> options;
  std::vector<OptionSyntax> positionals;
  bool runs_target = false;  // what follows its options is the target's command
};

struct CommandSyntax {
  std::vector<OptionSyntax> options;  // without a subcommand
  std::vector<SubcommandSyntax> subcommands;
};

// Of this program.
CommandSyntax DescribeCommandLine();

}  // namespace shortwrite
