// The program before a terminal, as people meet it.
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <algorithm>
#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

#include "tests/cli/harness_process.h"
#include "tests/cli/terminal_process.h"
#include "tests/ptys.h"

namespace shortwrite {
namespace {

constexpr char kCorrect[] = SHORTWRITE_FIXTURES_DIR "/correct/plain_loop";
constexpr char kBroken[] = SHORTWRITE_FIXTURES_DIR "/broken/single_call_count_ignored";

using Words = std::vector<std::string>;

class Terminal : public testing::Test {
 protected:
  void SetUp() override {
    if (const std::string why_not = WhyNoPtys(); !why_not.empty()) GTEST_SKIP() << why_not;
  }

  Words Check(const char* writer, const Words& options = {}) {
    Words words = {"check", "--trials", "40"};
    words.insert(words.end(), options.begin(), options.end());
    for (const char* const word : {"--", writer, "{payload}", "{out}"}) words.emplace_back(word);
    return ShortwriteCommand(words);
  }

  ProcessEnd Run(const Words& command, unsigned short columns = 80, const Words& environment = {}) {
    return TerminalProcess(directory_, command, columns, environment).Wait();
  }

  TemporaryDirectory directory_;
};

bool IsProgress(const std::string& line) {
  return line.find(" found") != std::string::npos && line.find('/') != std::string::npos;
}

// Of "sweep 12/40, 0 found".
int TrialsIn(const std::string& line) {
  return std::atoi(line.c_str() + std::min(line.size(), line.find(' ')));
}

// A line that is drawn over itself, fits, and is gone at the end.
TEST_F(Terminal, ShowsALineAndLeavesNothingOfIt) {
  for (const char* const jobs : {"1", "2"}) {
    const ProcessEnd end = Run(Check(kCorrect, {"--jobs", jobs}));
    EXPECT_EQ(end.exit, 0) << end.out;
    const Words drawn = DrawnLines(end.out);
    EXPECT_NE(std::find(drawn.begin(), drawn.end(), "control"), drawn.end()) << end.out;
    EXPECT_TRUE(std::any_of(drawn.begin(), drawn.end(), [](const std::string& line) {
      return line.starts_with("sweep ") && IsProgress(line);
    })) << end.out;
    for (const std::string& line : drawn) EXPECT_LT(line.size(), 80u) << line;
    const Words screen = ScreenOf(end.out);
    EXPECT_EQ(screen[0].find("survived: "), 0u) << screen[0];
    EXPECT_TRUE(std::none_of(screen.begin(), screen.end(), IsProgress)) << end.out;
  }
}

// What is found meanwhile is printed on lines of its own.
TEST_F(Terminal, FindingsStandAlone) {
  const ProcessEnd end = Run(Check(kBroken));
  EXPECT_EQ(end.exit, 1) << end.out;
  const Words screen = ScreenOf(end.out);
  EXPECT_EQ(screen[0].find("found: corrupted under "), 0u) << screen[0];
  EXPECT_EQ(screen[1].find("saved for now: "), 0u) << screen[1];
  const Words drawn = DrawnLines(end.out);
  for (const char* const phase : {"shrink", "confirm"}) {
    EXPECT_TRUE(std::any_of(drawn.begin(), drawn.end(), [&](const std::string& line) {
      return line.starts_with(phase);
    })) << phase;
  }
}

// Narrow terminals get fewer fields, the narrowest the phase alone; nothing is ever broken.
TEST_F(Terminal, FitsNarrowOnes) {
  for (const uint16_t columns : {uint16_t{40}, uint16_t{15}}) {
    const ProcessEnd end = Run(Check(kCorrect), columns);
    for (const std::string& line : DrawnLines(end.out)) {
      if (line.find(": ") != std::string::npos) continue;  // the report
      EXPECT_LT(line.size(), columns) << line;
      if (columns >= 20) continue;
      EXPECT_EQ(line.find_first_of("0123456789"), std::string::npos) << line;
    }
  }
}

// A target that stops in a trial until it is let go, or for ever.
class StoppedInMidTrial : public Terminal {
 protected:
  void SetUp() override {
    Terminal::SetUp();
    if (IsSkipped()) return;
    ASSERT_EQ(mkfifo(directory_.File("ready").c_str(), 0600), 0);
    ASSERT_EQ(mkfifo(directory_.File("go").c_str(), 0600), 0);
  }

  // In the second trial after two controls it says so, and then does what `then` says.
  Words CheckStopping(const std::string& then) const {
    const std::string count = directory_.File("count");
    const std::string script = "n=$(cat " + count + " 2>/dev/null); echo \"$n+\" >" + count +
                               "; if [ \"$n\" = +++ ]; then echo ready >" +
                               directory_.File("ready") + "; " + then +
                               "; fi; cat {payload} >{out}";
    return ShortwriteCommand({"check", "--jobs", "1", "--backend", "preload", "--snapshot", "off",
                              "--trials", "30", "--time", "20m", "--timeout", "20m", "--", "sh",
                              "-c", script});
  }
};

// The width counts that the terminal has when the line is drawn.
TEST_F(StoppedInMidTrial, FollowsAResize) {
  TerminalProcess process(directory_, CheckStopping("cat " + directory_.File("go")), 120);
  EXPECT_EQ(ReadText(directory_.File("ready")), "ready\n");
  process.Resize(30);
  UniqueFd(open(directory_.File("go").c_str(), O_WRONLY | O_CLOEXEC)).reset();
  const ProcessEnd end = process.Wait();
  EXPECT_EQ(end.exit, 0) << end.out;
  for (const std::string& line : DrawnLines(end.out)) {
    // Of the first trial it was told before the terminal changed.
    if (!IsProgress(line) || TrialsIn(line) < 2) continue;
    EXPECT_LT(line.size(), 30u) << line;
  }
}

// Interrupted in mid-trial: the line is gone, and what is said stands at the beginning of its own.
TEST_F(StoppedInMidTrial, AnInterruptionLeavesACleanLine) {
  TerminalProcess process(directory_, CheckStopping("sleep 900"), 80);
  EXPECT_EQ(ReadText(directory_.File("ready")), "ready\n");
  process.ReadUntil("sweep");
  ASSERT_EQ(kill(process.pid(), SIGINT), 0);
  const ProcessEnd end = process.Wait();
  EXPECT_EQ(end.exit, 75) << end.out;
  const Words screen = ScreenOf(end.out);
  EXPECT_EQ(screen[0].find("inconclusive: stopped by a signal"), 0u) << end.out;
  EXPECT_TRUE(std::none_of(screen.begin(), screen.end(), IsProgress)) << end.out;
}

// TERM=dumb, --progress plain and none, and --quiet: nothing is drawn, and nothing steers.
TEST_F(Terminal, DrawsNothingWhereNobodyWantsIt) {
  EXPECT_EQ(Run(Check(kBroken), 80, {"TERM=dumb"}).out.find('\033'), std::string::npos);
  for (const Words& options : {Words{"--progress", "plain"}, {"--progress", "none"}, {"--quiet"}}) {
    EXPECT_EQ(DrawnLines(Run(Check(kCorrect, options)).out), Words{}) << options.front();
  }
}

// Without a terminal there is neither colour nor a line, unless it was asked for.
TEST_F(Terminal, OthersGetPlainText) {
  const auto errors = [&](const Words& options) {
    return RunProcess(directory_, Check(kBroken, options)).err;
  };
  const std::string plain = errors({});
  EXPECT_EQ(plain.find_first_of("\r\033"), std::string::npos) << plain;
  EXPECT_EQ(plain.find("progress:"), std::string::npos) << "a short campaign";
  EXPECT_NE(errors({"--color", "always"}).find("\033[1;31mcorrupted\033[0m"), std::string::npos);
  EXPECT_NE(errors({"--progress", "line"}).find("\r\033[Ksweep"), std::string::npos);
}

// The option, NO_COLOR and the terminal, in this order.
TEST_F(Terminal, ColoursAsItIsTold) {
  constexpr std::string_view kColour = "\033[1;31mcorrupted";
  const auto coloured = [&](const Words& options, const Words& environment) {
    return Run(Check(kBroken, options), 80, environment).out.find(kColour) != std::string::npos;
  };
  EXPECT_TRUE(coloured({}, {}));
  EXPECT_FALSE(coloured({}, {"NO_COLOR=1"}));
  EXPECT_FALSE(coloured({"--color", "never"}, {}));
  EXPECT_TRUE(coloured({"--color", "always"}, {"NO_COLOR=1"}));
}

// Words that are no choice are refused, with those that are.
TEST_F(Terminal, RefusesOtherWords) {
  for (const auto& [option, choices] :
       {std::pair<std::string, std::string>{"--progress", "auto, line, plain, none"},
        {"--color", "auto, always, never"}}) {
    const ProcessEnd end = RunProcess(directory_, Check(kCorrect, {option, "bar"}));
    EXPECT_EQ(end.exit, 2);
    EXPECT_NE(end.err.find(option + ": 'bar' is not one of " + choices), std::string::npos)
        << end.err;
  }
}

// However narrow, the last line is the replay command, whole.
TEST_F(Terminal, TheReplayLineStaysWhole) {
  const ProcessEnd end = Run(Check(kBroken), 80);
  Words screen = ScreenOf(end.out);
  ASSERT_GT(screen.size(), 2u);
  screen.pop_back();
  EXPECT_NE(screen.back().find(" replay --schedule "), std::string::npos) << screen.back();
  EXPECT_NE(screen.back().find("-- " + std::string(kBroken) + " {payload} {out}"),
            std::string::npos)
      << screen.back();
  for (const std::string& line : screen) {
    if (line == screen.back() || line.starts_with("saved") || line.starts_with("known: ") ||
        line.starts_with("found: "))
      continue;
    EXPECT_LE(line.size(), 88u) << line;
  }
  EXPECT_TRUE(std::any_of(screen.begin(), screen.end(), [](const std::string& line) {
    return line.starts_with("  more        shortwrite explain W");
  }));
}

// explain and doctor, from outside.
TEST_F(Terminal, ExplainsItsWords) {
  const ProcessEnd end = RunShortwrite(directory_, {"explain", "w01"});
  EXPECT_EQ(end.exit, 0) << end.err;
  EXPECT_EQ(end.out.find("W01: single call, count ignored\n"), 0u) << end.out;
  const ProcessEnd list = RunShortwrite(directory_, {"explain"});
  EXPECT_EQ(list.exit, 0);
  EXPECT_NE(list.out.find("corrupted"), std::string::npos);
  const ProcessEnd unknown = RunShortwrite(directory_, {"explain", "corupted"});
  EXPECT_EQ(unknown.exit, 2);
  EXPECT_NE(unknown.err.find("did you mean 'corrupted'?"), std::string::npos) << unknown.err;
  const ProcessEnd json = RunShortwrite(directory_, {"explain", "--json", "eagain"});
  EXPECT_EQ(json.Last()["kind"], "fault");
  EXPECT_NE(Run(ShortwriteCommand({"explain", "W01"})).out.find("\033[1mThe mistake\033[0m"),
            std::string::npos);
}

TEST_F(Terminal, DoctorLooksAtATarget) {
  const ProcessEnd end = RunShortwrite(directory_, {"doctor", "--json", "--", kCorrect, "{out}"});
  EXPECT_EQ(end.exit, 0) << end.out;
  EXPECT_EQ(end.Last()["name"], "backend");
  EXPECT_NE(end.out.find("dynamically linked"), std::string::npos) << end.out;
  const ProcessEnd missing = RunShortwrite(directory_, {"doctor", "--", "./no-such-program"});
  EXPECT_EQ(missing.exit, 3);
  EXPECT_NE(missing.out.find("MISSING  target"), std::string::npos) << missing.out;
}

}  // namespace
}  // namespace shortwrite
