// Colour and width change how a report looks, and nothing that it says.
#include "harness/report/style.h"

#include <gtest/gtest.h>

#include <regex>
#include <sstream>
#include <string>

#include "harness/report/text_report.h"
#include "tests/report/report_values.h"

namespace shortwrite {
namespace {

constexpr Style kColoured = {.colour = true};

std::string Stripped(const std::string& text) {
  return std::regex_replace(text, std::regex("\033\\[[0-9;]*m"), "");
}

// The option, then NO_COLOR, then what forces it, then the terminal.
TEST(WantsColour, InThisOrder) {
  const ColourFacts terminal = {.is_terminal = true, .term = "xterm"};
  ColourFacts facts = terminal;
  EXPECT_TRUE(WantsColour(ColourWish::kAuto, facts));
  EXPECT_FALSE(WantsColour(ColourWish::kNever, facts));
  facts.no_color = "1";
  EXPECT_FALSE(WantsColour(ColourWish::kAuto, facts));
  facts.force_color = "1";
  EXPECT_FALSE(WantsColour(ColourWish::kAuto, facts)) << "NO_COLOR is stronger";
  EXPECT_TRUE(WantsColour(ColourWish::kAlways, facts)) << "the option is stronger still";
  EXPECT_FALSE(WantsColour(ColourWish::kAuto, {.is_terminal = true, .term = "dumb"}));
  EXPECT_FALSE(WantsColour(ColourWish::kAuto, {.term = "xterm"}));
  EXPECT_TRUE(WantsColour(ColourWish::kAuto, {.term = "dumb", .force_color = "1"}));
  EXPECT_TRUE(WantsColour(ColourWish::kAuto, {.clicolor_force = "1"}));
  EXPECT_FALSE(WantsColour(ColourWish::kAuto, {.force_color = "0", .clicolor_force = "0"}));
}

// Escapes are all that colour adds, in each report.
TEST(Colour, StrippedIsThePlainText) {
  for (const CampaignResult& result :
       {SurvivedCampaign(), FailedCampaign(), CampaignWithOddNames(), CampaignOfManyCalls(200),
        EndedCampaign(CampaignEnd::kControlFailed), EndedCampaign(CampaignEnd::kVacuous)}) {
    for (const size_t columns : {size_t{0}, size_t{80}, size_t{120}}) {
      const Style plain = {.columns = columns};
      const Style coloured = {.colour = true, .columns = columns};
      const std::string text = CampaignText(result, ExampleContext(), coloured);
      EXPECT_NE(text.find("\033["), std::string::npos);
      EXPECT_EQ(Stripped(text), CampaignText(result, ExampleContext(), plain));
    }
  }
  const Schedule schedule = ParseSchedule("2:short=1 3:eagain").value();
  EXPECT_EQ(Stripped(ReplayText(FailedReplay(), schedule, ExampleContext(), kColoured)),
            ReplayText(FailedReplay(), schedule, ExampleContext()));
}

// Where no colour is wanted there is no escape at all.
TEST(Colour, IsNotThereUnlessItIsWanted) {
  EXPECT_EQ(CampaignText(CampaignWithOddNames(), ExampleContext(), {.columns = 80}).find('\033'),
            std::string::npos);
}

// What it is for: verdict, faults, wrong bytes, warnings, and the heads of tables.
TEST(Colour, MarksWhatMatters) {
  CampaignResult result = FailedCampaign();
  result.inconclusive = 1;
  const std::string text = CampaignText(result, ExampleContext(), kColoured);
  for (const char* const painted :
       {"\033[1;31mcorrupted\033[0m", "\033[1;36m<- short\033[0m", "\033[1;35mwarning\033[0m",
        "\033[1mmechanism\033[0m", "\033[1;31m>\033[0m"}) {
    EXPECT_NE(text.find(painted), std::string::npos) << painted;
  }
  EXPECT_NE(CampaignText(SurvivedCampaign(), ExampleContext(), kColoured)
                .find("\033[1;32msurvived\033[0m"),
            std::string::npos);
}

// Of two rows of bytes those are in colour that differ, in digits and in letters.
TEST(Colour, MarksTheWrongBytes) {
  const std::string text = CampaignText(FailedCampaign(), ExampleContext(), kColoured);
  // Reference byte 13 is a d, and the output has an o there.
  EXPECT_NE(text.find("\033[1;31m6f\033[0m"), std::string::npos) << text;
  EXPECT_NE(text.find("\033[1;31m64\033[0m"), std::string::npos) << text;
  EXPECT_NE(text.find("\033[1;31mo\033[0m"), std::string::npos) << text;
  EXPECT_EQ(text.find("\033[1;31m63\033[0m 6f"), std::string::npos) << "byte 12 is right";
}

// Prose fits the terminal; nothing of it is lost, and what follows a break is indented.
TEST(Wrap, BreaksAtSpaces) {
  const Style style = {.columns = 30};
  EXPECT_EQ(style.Wrap("one two three four five six", 4), "one two three four five\n    six");
  EXPECT_EQ(style.Wrap("short", 4), "short");
  EXPECT_EQ(style.Wrap("", 4), "");
  EXPECT_EQ(style.Wrap("two  spaces", 4), "two  spaces");
  EXPECT_EQ(style.Wrap("a/path/that/is/much/longer/than/any/line in it", 4),
            "a/path/that/is/much/longer/than/any/line\n    in it")
      << "one word stays whole";
  EXPECT_EQ((Style{}.Wrap("no width, no break; " + std::string(200, 'x') + " y", 4)),
            "no width, no break; " + std::string(200, 'x') + " y");
}

// On a terminal every line of prose fits, and the replay line stays whole.
TEST(Wrap, HoldsForReports) {
  for (const size_t columns : {size_t{80}, size_t{100}, size_t{120}}) {
    const std::string text = CampaignText(FailedCampaign(), ExampleContext(), {.columns = columns});
    std::istringstream lines(text);
    std::string last;
    for (std::string line; std::getline(lines, line); last = line) {
      if (!line.starts_with("shortwrite replay")) {
        EXPECT_LE(line.size(), std::max<size_t>(columns, 84)) << line;
      }
    }
    EXPECT_EQ(last.find("shortwrite replay --schedule"), 0u);
    EXPECT_NE(last.find("{out}"), std::string::npos);
  }
}

TEST(ProseColumns, AreWhatPeopleLikeToRead) {
  EXPECT_EQ(ProseColumns(0), 0u);
  EXPECT_EQ(ProseColumns(30), 0u);
  EXPECT_EQ(ProseColumns(80), 80u);
  EXPECT_EQ(ProseColumns(300), 120u);
}

}  // namespace
}  // namespace shortwrite
