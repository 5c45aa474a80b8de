// What holds of the rules together.
#include "harness/diagnosis/rules.h"

#include <gtest/gtest.h>

#include <cerrno>
#include <set>
#include <string>

#include "harness/diagnosis/diagnose.h"
#include "tests/diagnosis/stories.h"

namespace shortwrite {
namespace {

// A reference that repeats cannot show which repetition a call sent: nothing is certain then.
TEST(Diagnose, IsNotCertainOfARepeatingReference) {
  Script script;
  script.reference = std::string(300, 'x');
  script.calls = {{std::string(100, 'x'), -EAGAIN}};
  script.end = {TargetEnd::Kind::kExited, 1};
  EXPECT_FALSE(DiagnoseScript(script).certain);
}

// Every class that a rule names has a title, and no title is there twice.
TEST(Rules, NameClassesWithTitles) {
  std::set<std::string> titles;
  std::set<std::string> names;
  for (const Rule& rule : Rules()) {
    for (size_t at = 0; at < rule.classes.size(); at += 4) {
      const std::string_view name = rule.classes.substr(at, 3);
      EXPECT_FALSE(ClassTitle(name).empty()) << name;
      if (names.insert(std::string(name)).second) {
        EXPECT_TRUE(titles.insert(std::string(ClassTitle(name))).second) << name;
      }
    }
  }
  EXPECT_GE(names.size(), 40u);
  EXPECT_EQ(ClassTitle("W99"), "");
}

}  // namespace
}  // namespace shortwrite
