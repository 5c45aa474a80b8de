// Every word that a report uses is explained, and whoever mistypes one is helped.
#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <regex>
#include <set>
#include <string>

#include "harness/diagnosis/rules.h"
#include "harness/explain/explanations.h"
#include "harness/oracle/judge.h"
#include "harness/schedule/schedule.h"

namespace shortwrite {
namespace {

Explanation Find(const std::string& word) {
  std::optional<Explanation> found = FindExplanation(word);
  if (found) return *found;
  ADD_FAILURE() << "not explained: " << word;
  return {};
}

// W01 to W49 without a gap, each with its title, a mistake, what is right, and where it was met.
TEST(Explain, EveryClass) {
  for (int i = 1; i <= 49; ++i) {
    const std::string name = (i < 10 ? "W0" : "W") + std::to_string(i);
    const Explanation explanation = Find(name);
    EXPECT_EQ(explanation.kind, "class") << name;
    EXPECT_FALSE(explanation.title.empty()) << name;
    EXPECT_EQ(explanation.title, ClassTitle(name));
    EXPECT_FALSE(explanation.bug.empty()) << name;
    EXPECT_FALSE(explanation.threads.empty()) << name;
  }
}

// Whatever a rule may answer has an explanation.
TEST(Explain, EveryClassThatARuleNames) {
  for (const Rule& rule : Rules()) {
    for (size_t at = 0; at < rule.classes.size(); at += 4) {
      EXPECT_TRUE(FindExplanation(rule.classes.substr(at, 3))) << rule.classes;
    }
  }
}

TEST(Explain, EveryVerdict) {
  for (int i = 0; i <= static_cast<int>(Verdict::kFlaky); ++i) {
    const std::string name(VerdictText(static_cast<Verdict>(i)));
    const Explanation explanation = Find(name);
    EXPECT_EQ(explanation.kind, "verdict") << name;
    EXPECT_FALSE(explanation.title.empty()) << name;
  }
  EXPECT_EQ(Find("vacuous").kind, "verdict");
}

TEST(Explain, EveryFault) {
  for (int i = 0; i <= static_cast<int>(FaultKind::kEpipe); ++i) {
    const std::string name(FaultName(static_cast<FaultKind>(i)));
    EXPECT_EQ(Find(name).kind, "fault") << name;
  }
  for (const char* const name : {"full", "close", "fsync"}) EXPECT_EQ(Find(name).kind, "fault");
}

// No word twice; each has a cause and a remedy; threads are such as people can open; and code is
// narrow enough to be read.
TEST(Explain, EntriesAreWhole) {
  std::set<std::string_view> names;
  const std::regex thread("[A-Za-z0-9._-]+/[A-Za-z0-9._-]+#[0-9]+");
  for (const Explanation& explanation : AllExplanations()) {
    EXPECT_TRUE(names.insert(explanation.name).second) << explanation.name;
    EXPECT_TRUE(explanation.cause.ends_with('.')) << explanation.name;
    EXPECT_FALSE(explanation.fix.empty()) << explanation.name;
    for (const std::string_view seen : explanation.threads) {
      EXPECT_TRUE(std::regex_match(std::string(seen), thread)) << seen;
    }
    for (const std::string_view code : {explanation.bug, explanation.fix}) {
      EXPECT_FALSE(code.ends_with('\n')) << explanation.name;
    }
  }
}

TEST(Explain, IgnoresTheCaseOfLetters) {
  EXPECT_EQ(Find("w01").name, "W01");
  EXPECT_EQ(Find("CORRUPTED").name, "corrupted");
  EXPECT_EQ(Find("EAgain").name, "eagain");
  EXPECT_FALSE(FindExplanation(""));
  EXPECT_FALSE(FindExplanation("W50"));
}

TEST(Explain, KnowsWhatWasMeant) {
  EXPECT_EQ(DidYouMeanExplained("corupted"), "; did you mean 'corrupted'?");
  EXPECT_EQ(DidYouMeanExplained("EAGAN"), "; did you mean 'eagain'?");
  EXPECT_EQ(DidYouMeanExplained("something else entirely"), "");
}

// Cause, mistake, what is right, and where it was seen, in this order.
TEST(Explain, TextHasItsParts) {
  const std::string text = ExplanationText(Find("W01"), {});
  size_t at = 0;
  for (const char* const part :
       {"W01: single call, count ignored\n", "\nThe mistake\n", "    if (write(fd, buf, len) < 0)",
        "\nWhat is right\n", "    while (left > 0) {\n", "\nSeen in\n", "bloomreach/s4cmd#101"}) {
    const size_t found = text.find(part, at);
    ASSERT_NE(found, std::string::npos) << part << "\n" << text;
    at = found;
  }
}

// Colour adds nothing, and prose fits.
TEST(Explain, TextFollowsTheStyle) {
  for (const Explanation& explanation : AllExplanations()) {
    const std::string text = ExplanationText(explanation, {.colour = true, .columns = 80});
    const std::string plain = ExplanationText(explanation, {.columns = 80});
    EXPECT_EQ(std::regex_replace(text, std::regex("\033\\[[0-9;]*m"), ""), plain);
    for (size_t begin = 0; begin < plain.size();) {
      const size_t end = plain.find('\n', begin);
      EXPECT_LE(end - begin, 88u) << plain.substr(begin, end - begin);
      begin = end + 1;
    }
  }
}

TEST(Explain, ListNamesEverything) {
  const std::vector<Explanation> all = AllExplanations();
  const std::string list = ExplanationList(all, {});
  for (const Explanation& explanation : all) {
    EXPECT_NE(list.find("\n  " + std::string(explanation.name) + ' '), std::string::npos);
  }
}

TEST(Explain, JsonHasTheSame) {
  const auto json = nlohmann::json::parse(ExplanationJson(Find("W01")));
  EXPECT_EQ(json["schema"], "shortwrite/1");
  EXPECT_EQ(json["type"], "explanation");
  EXPECT_EQ(json["name"], "W01");
  EXPECT_EQ(json["threads"].at(0), "bloomreach/s4cmd#101");
}

}  // namespace
}  // namespace shortwrite
