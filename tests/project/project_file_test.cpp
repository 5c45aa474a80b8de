// The project file as values: what it says, and what it must not say, with its place.
#include "harness/project/project_file.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <string>
#include <vector>

#include "harness/project/project_template.h"

namespace shortwrite {
namespace {

using Words = std::vector<std::string>;

std::string ErrorOf(const std::string& text) {
  const Result<ProjectFile> file = ParseProject(text, "f");
  if (file.ok()) return "(no error)";
  EXPECT_EQ(file.error().kind, ErrorKind::kUsage);
  return file.error().message;
}

constexpr char kCopy[] = "[targets.copy]\ncommand = [\"cp\"]\n";

TEST(ProjectFile, HasTargetsInItsOrder) {
  const Result<ProjectFile> file = ParseProject(
      "[defaults]\nsink = 'pty'\ntrials = 9\nseed = 4\n"
      "[targets.zeta]\ncommand = ['./w', '{out}']\nsink = ['file', 'pipe']\ntrials = 7\n"
      "[targets.alpha]\ncommand = 'cat \"{payload}\"'\nfaults = ['short', 'eagain']\n",
      "f");
  ASSERT_TRUE(file.ok()) << file.error().message;
  ASSERT_EQ(file.value().targets.size(), 2u);
  const ProjectTarget& zeta = file.value().targets[0];
  EXPECT_EQ(zeta.name, "zeta");
  EXPECT_EQ(zeta.command, (Words{"./w", "{out}"}));
  ASSERT_EQ(zeta.sinks.size(), 2u);
  EXPECT_EQ(zeta.sinks[1], (ProjectValue{"pipe", {7, 17}}));
  EXPECT_EQ(zeta.values.at("trials"), (ProjectValue{"7", {8, 10}}));
  EXPECT_EQ(zeta.values.at("seed"), (ProjectValue{"4", {4, 8}}));
  const ProjectTarget& alpha = file.value().targets[1];
  EXPECT_EQ(alpha.command, (Words{"sh", "-c", "cat \"{payload}\""}));
  EXPECT_EQ(alpha.values.at("trials").text, "9");
  EXPECT_EQ(alpha.values.at("faults").text, "short,eagain");
  ASSERT_EQ(alpha.sinks.size(), 1u);
  EXPECT_EQ(alpha.sinks[0].text, "pty");
}

// A file has its own size and content: a target's own word sets the default of the other kind
// aside.
TEST(ProjectFile, PayloadsExcludeEachOther) {
  const auto values = [](const std::string& defaults, const std::string& own) {
    const auto file = ParseProject("[defaults]\n" + defaults + "\n" + kCopy + own, "f");
    EXPECT_TRUE(file.ok());
    return file.value().targets[0].values;
  };
  EXPECT_FALSE(values("bytes = 5\ntext = 'utf8'", "payload = 'p'").contains("bytes"));
  EXPECT_FALSE(values("bytes = 5\ntext = 'utf8'", "payload = 'p'").contains("text"));
  EXPECT_FALSE(values("payload = 'p'", "bytes = 5").contains("payload"));
  EXPECT_TRUE(values("bytes = 5", "text = 'utf8'").contains("bytes"));
}

// Every error has its place, and a misspelt key what was meant.
TEST(ProjectFile, ErrorsHaveAPlace) {
  const std::string copy = kCopy;
  EXPECT_EQ(ErrorOf(copy + "trails = 4\n"), "f:3:1: unknown key 'trails'; did you mean 'trials'?");
  EXPECT_EQ(ErrorOf("[default]\n" + copy),
            "f:1:2: unknown key 'default'; did you mean 'defaults'?");
  EXPECT_EQ(ErrorOf(copy + "trials = 1.5\n"),
            "f:3:10: 'trials' must be a whole number, or a string");
  EXPECT_EQ(ErrorOf(copy + "judge = 3\n"), "f:3:9: 'judge' must be a string");
  EXPECT_EQ(ErrorOf(copy + "judge = ''\n"), "f:3:9: 'judge' is empty");
  EXPECT_EQ(ErrorOf(copy + "judge = \"a\\u0000\"\n"), "f:3:9: 'judge' has a NUL character in it");
  EXPECT_EQ(ErrorOf(copy + "sink = []\n"), "f:3:8: 'sink' is an empty array");
  EXPECT_EQ(ErrorOf(copy + "sink = ['file', 3]\n"),
            "f:3:17: 'sink' must be an array of strings alone");
  EXPECT_EQ(ErrorOf(copy + "sink = true\n"),
            "f:3:8: 'sink' must be a string, or an array of strings");
  EXPECT_EQ(ErrorOf("[defaults]\ncommand = 'x'\n" + copy), "f:2:1: unknown key 'command'");
  EXPECT_EQ(ErrorOf("[targets.a]\ncommand = 3\n"),
            "f:2:11: 'command' must be a string, or an array of strings");
  EXPECT_EQ(ErrorOf("[targets.a]\ncommand = []\n"), "f:2:11: 'command' names no program");
  EXPECT_EQ(ErrorOf("[targets.a]\ncommand = ['x', 3]\n"),
            "f:2:17: 'command' must be an array of strings alone");
  EXPECT_EQ(ErrorOf("targets = 3\n"), "f:1:11: 'targets' must be a table");
  EXPECT_EQ(ErrorOf("[targets]\na = 3\n"), "f:2:5: 'a' must be a table");
  EXPECT_EQ(ErrorOf("[targets.a]\ncommand = [\"x\"\n").substr(0, 15), "f:2:16: not TOM");
  EXPECT_EQ(ErrorOf(std::string("# a\n[\0C]\n", 9)), "f:2:2: not TOML: a control character (0x00)");
  EXPECT_EQ(ErrorOf("[.a]\n").substr(0, 15), "f:1:1: not TOML");
  EXPECT_EQ(ErrorOf("#\x7f"), "f:1:2: not TOML: a control character (0x7f)");
  EXPECT_EQ(ErrorOf("\xef\xbb\xb6").substr(0, 15), "f:1:1: not TOML");
  EXPECT_EQ(ErrorOf("\xc3\xa9 = 1").substr(0, 15), "f:1:1: not TOML");
  EXPECT_EQ(ErrorOf(std::string(2 << 20, '#')), "f:1:1: larger than 1 MiB");
}

TEST(ProjectFile, WantsATargetWithACommand) {
  EXPECT_EQ(ErrorOf("").substr(0, 16), "f:1:1: no target");
  EXPECT_EQ(ErrorOf("[targets]\n").substr(0, 16), "f:1:1: no target");
  EXPECT_EQ(ErrorOf("[targets.a]\ntrials = 3\n").substr(0, 33),
            "f:1:10: target 'a' has no command");
}

// A target's name is a directory's.
TEST(ProjectFile, NamesAreFileNames) {
  for (const char* const name : {"'a/b'", "'..'", "'-x'", "''", "'a b'", "'\\u00fc'"}) {
    EXPECT_NE(ErrorOf(std::string("[targets.") + name + "]\ncommand = ['x']\n")
                  .find("f:1:10: a target's name has letters"),
              std::string::npos)
        << name;
  }
  EXPECT_TRUE(ParseProject("[targets.'a.B_c-9']\ncommand = ['x']\n", "f").ok());
}

TEST(ProjectFile, HasSuppressions) {
  const std::string text =
      std::string(kCopy) +
      "[[suppressions]]\ntarget = 'copy'\nclass = 'W01'\nverdict = 'hung'\n"
      "call_site = 'w.c:3'\nreason = 'known'\nexpires = 2026-12-31\n"
      "[[suppressions]]\nsignature = 's'\nreason = 'r'\nexpires = 2027-01-01\n";
  const Result<ProjectFile> file = ParseProject(text, "f");
  ASSERT_TRUE(file.ok()) << file.error().message;
  using namespace std::chrono;  // NOLINT(google-build-using-namespace)
  const std::vector<Suppression> expected = {
      {"copy", "", "W01", "hung", "w.c:3", "known", 2026y / 12 / 31, {3, 1}},
      {"", "s", "", "", "", "r", 2027y / 1 / 1, {10, 1}}};
  EXPECT_EQ(file.value().suppressions, expected);
}

// One that says too little would hide what nobody knows yet.
TEST(ProjectFile, SuppressionsSayWhichWhyAndUntilWhen) {
  const auto error = [](const std::string& body) {
    return ErrorOf(std::string(kCopy) + "[[suppressions]]\n" + body);
  };
  EXPECT_NE(
      error("reason = 'r'\nexpires = 2027-01-01\n").find("f:3:1: a suppression must say which"),
      std::string::npos);
  EXPECT_NE(error("class = 'W01'\nreason = 'r'\nexpires = 2027-01-01\n").find("must say which"),
            std::string::npos);
  EXPECT_NE(error("verdict = 'hung'\nreason = 'r'\nexpires = 2027-01-01\n").find("must say which"),
            std::string::npos);
  EXPECT_NE(error("signature = 's'\nexpires = 2027-01-01\n").find("must have a reason"),
            std::string::npos);
  EXPECT_NE(error("signature = 's'\nreason = 'r'\n").find("must say when it expires"),
            std::string::npos);
  EXPECT_EQ(error("signature = 's'\nreason = 'r'\nexpires = '2027-01-01'\n"),
            "f:6:11: 'expires' must be a date without quotes, as 2026-12-31");
  EXPECT_EQ(error("target = 'cope'\nsignature = 's'\nreason = 'r'\nexpires = 2027-01-01\n"),
            "f:4:10: no target is called 'cope'; did you mean 'copy'?");
  EXPECT_EQ(error("reasn = 'r'\n"), "f:4:1: unknown key 'reasn'; did you mean 'reason'?");
  EXPECT_EQ(ErrorOf(std::string("suppressions = 3\n") + kCopy),
            "f:1:16: 'suppressions' must be an array of tables: [[suppressions]]");
}

// What init writes is read, and each of its commented keys is one that is known.
TEST(ProjectTemplate, IsReadWithAndWithoutItsComments) {
  const std::string text(ProjectTemplate());
  const Result<ProjectFile> file = ParseProject(text, "f");
  ASSERT_TRUE(file.ok()) << file.error().message;
  ASSERT_EQ(file.value().targets.size(), 1u);
  EXPECT_EQ(file.value().targets[0].command, (Words{"cat", "{payload}"}));
  std::string all;
  for (size_t at = 0; at < text.size();) {
    const size_t end = text.find('\n', at);
    std::string line = text.substr(at, end - at);
    // Sentences stay comments, settings do not.
    const bool is_setting = line.starts_with("# ") && line.find(' ', 2) != std::string::npos &&
                            line.substr(line.find(' ', 2)).starts_with(" = ");
    if (is_setting || line == "# [[suppressions]]") line.erase(0, 2);
    all += line + '\n';
    at = end + 1;
  }
  const Result<ProjectFile> whole = ParseProject(all, "f");
  ASSERT_TRUE(whole.ok()) << whole.error().message << '\n' << all;
  EXPECT_EQ(whole.value().suppressions.size(), 1u);
  EXPECT_GE(whole.value().targets[0].values.size(), 11u);
}

// As TOML has it, for whatever characters.
std::string Quoted(const std::string& text) {
  std::string quoted = "\"";
  for (const char c : text) {
    char escape[8];
    snprintf(escape, sizeof escape, "\\u%04x", static_cast<unsigned>(c));
    quoted += c >= 'a' && c <= 'z' ? std::string(1, c) : escape;
  }
  return quoted + '"';
}

// What a file says is what is read of it, for any words.
RC_GTEST_PROP(ProjectFile, RoundTrips, ()) {
  const auto text =
      rc::gen::nonEmpty(rc::gen::container<std::string>(rc::gen::inRange('\x01', '\x7f')));
  const auto words = *rc::gen::nonEmpty(rc::gen::container<Words>(text));
  const auto judge = *text;
  const auto trials = *rc::gen::arbitrary<uint32_t>();
  const auto name = *rc::gen::nonEmpty(rc::gen::container<std::string>(rc::gen::inRange('a', 'z')));
  std::string file = "[targets." + name + "]\ntrials = " + std::to_string(trials) +
                     "\njudge = " + Quoted(judge) + "\ncommand = [";
  for (const std::string& word : words) file += Quoted(word) + ", ";
  const Result<ProjectFile> read = ParseProject(file + "]\n", "f");
  RC_ASSERT(read.ok());
  const ProjectTarget& target = read.value().targets.at(0);
  RC_ASSERT(target.name == name);
  RC_ASSERT(target.command == words);
  RC_ASSERT(target.values.at("judge").text == judge);
  RC_ASSERT(target.values.at("trials").text == std::to_string(trials));
}

}  // namespace
}  // namespace shortwrite
