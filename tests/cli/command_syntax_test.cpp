// The tree of options as values, and what is made from it: it must be the command line that is.
#include "harness/cli/command_syntax.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "harness/campaign/fault_set.h"
#include "harness/cli/completions/completions.h"
#include "harness/cli/option_words.h"
#include "harness/cli/options.h"

namespace shortwrite {
namespace {

using Words = std::vector<std::string>;

const SubcommandSyntax& Named(const CommandSyntax& syntax, const std::string& name) {
  const auto found = std::find_if(syntax.subcommands.begin(), syntax.subcommands.end(),
                                  [&](const auto& entry) { return entry.name == name; });
  EXPECT_NE(found, syntax.subcommands.end()) << name;
  return *found;
}

const OptionSyntax& Option(const SubcommandSyntax& subcommand, const std::string& name) {
  const auto found = std::find_if(
      subcommand.options.begin(), subcommand.options.end(), [&](const OptionSyntax& option) {
        return std::count(option.names.begin(), option.names.end(), name) > 0;
      });
  EXPECT_NE(found, subcommand.options.end()) << name;
  return *found;
}

bool Accepts(Words words) {
  words.insert(words.begin(), "shortwrite");
  std::vector<const char*> argv;
  for (const std::string& word : words) argv.push_back(word.c_str());
  return ParseOptions(static_cast<int>(argv.size()), argv.data()).ok();
}

TEST(CommandSyntax, HasTheWordsOfAnOption) {
  const CommandSyntax syntax = DescribeCommandLine();
  const SubcommandSyntax& check = Named(syntax, "check");
  EXPECT_TRUE(check.runs_target);
  EXPECT_EQ(Option(check, "--profile").words(), (Words{"linux", "posix", "hostile"}));
  EXPECT_EQ(Option(check, "--payload").value, "FILE");
  EXPECT_EQ(Option(check, "--payload").words(), Words{});
  EXPECT_FALSE(Option(check, "--json").takes_value());
  EXPECT_TRUE(Option(check, "--faults").takes_list());
  const Words sinks = Option(check, "--sink").words();
  for (const char* const sink : {"file", "pipe", "socket:slow", "pty:nonblock:slow", "full"}) {
    EXPECT_EQ(std::count(sinks.begin(), sinks.end(), sink), 1) << sink;
  }
  EXPECT_EQ(std::count(sinks.begin(), sinks.end(), "full:slow"), 0);
  EXPECT_EQ(Named(syntax, "completions").positionals.front().words(),
            (Words{"bash", "zsh", "fish"}));
}

// What is offered is taken, and what is not offered is refused.
TEST(CommandSyntax, WordsAreThoseThatAreAccepted) {
  const CommandSyntax syntax = DescribeCommandLine();
  for (const OptionSyntax& option : Named(syntax, "check").options) {
    const Words words = option.words();
    if (words.empty()) continue;
    const std::string& name = option.names.front();
    for (const std::string& word : words) {
      EXPECT_TRUE(Accepts({"check", name, word, "--", "./w", "{payload}"})) << name << ' ' << word;
    }
    EXPECT_FALSE(Accepts({"check", name, "nothing-of-these", "--", "./w", "{payload}"})) << name;
  }
}

TEST(CommandSyntax, FaultWordsAreThoseOfFaultSets) {
  for (const std::string_view word : kFaultWords) EXPECT_TRUE(ParseFaultSet(word).ok()) << word;
}

// The page shows each subcommand below a heading of its own, and there each of its options; those
// of several subcommands may stand in a section that it names: "OPTIONS OF A TRIAL".
TEST(ManualPage, HasEveryOption) {
  std::ifstream file(SHORTWRITE_MANUAL_PAGE);
  ASSERT_TRUE(file) << SHORTWRITE_MANUAL_PAGE;
  std::stringstream page;
  page << file.rdbuf();
  const std::string text = page.str();
  const CommandSyntax syntax = DescribeCommandLine();
  const auto demand = [&](const std::string& marked, const std::string& of) {
    EXPECT_NE(text.find(marked), std::string::npos) << marked << " of " << of;
  };
  for (const OptionSyntax& option : syntax.options) {
    for (const std::string& name : option.names) demand('*' + name + '*', "shortwrite");
  }
  for (const SubcommandSyntax& subcommand : syntax.subcommands) {
    demand("*shortwrite " + subcommand.name + "*", subcommand.name);
    for (const OptionSyntax& option : subcommand.options) {
      for (const std::string& name : option.names) demand('*' + name + '*', subcommand.name);
      for (const std::string& word : option.words()) {
        demand('*' + word.substr(0, word.find(':')) + '*', option.names.front());
      }
    }
  }
}

// And none that there is not.
TEST(ManualPage, HasNoOtherOption) {
  std::ifstream file(SHORTWRITE_MANUAL_PAGE);
  const CommandSyntax syntax = DescribeCommandLine();
  Words known = {"--"};
  const auto learn = [&](const std::vector<OptionSyntax>& options) {
    for (const OptionSyntax& option : options) {
      known.insert(known.end(), option.names.begin(), option.names.end());
    }
  };
  learn(syntax.options);
  for (const SubcommandSyntax& subcommand : syntax.subcommands) learn(subcommand.options);
  std::string line;
  while (std::getline(file, line)) {
    for (size_t at = line.find("*--"); at != std::string::npos; at = line.find("*--", at + 1)) {
      const std::string name = line.substr(at + 1, line.find_first_of("* ", at + 1) - at - 1);
      EXPECT_EQ(std::count(known.begin(), known.end(), name) > 0, true) << name;
    }
  }
}

TEST(Completions, AreOfThisShell) {
  EXPECT_TRUE(CompletionsFor("bash").ok());
  const Result<std::string> other = CompletionsFor("tcsh");
  ASSERT_FALSE(other.ok());
  EXPECT_NE(other.error().message.find("bash, zsh, fish"), std::string::npos);
}

}  // namespace
}  // namespace shortwrite
