// The project file at work: `init`, `check` without a command, and what lies on disk afterwards.
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "tests/cli/fixture_path.h"
#include "tests/cli/harness_process.h"

namespace shortwrite {
namespace {

namespace fs = std::filesystem;
using Words = std::vector<std::string>;

std::string Target(const std::string& name, const std::string& fixture,
                   const std::string& more = "") {
  return "[targets." + name + "]\ncommand = ['" + FixturePath(fixture) +
         "', '{payload}', '{out}']\n" + more;
}

class ProjectCheck : public testing::Test {
 protected:
  void WriteProject(const std::string& text) const {
    std::ofstream(directory_.File("shortwrite.toml"))
        << "[defaults]\ntrials = 12\ntime = '10m'\njobs = 1\n"
        << text;
  }
  ProcessEnd Shortwrite(const Words& words) const { return RunShortwrite(directory_, words); }
  // In a directory below the project's.
  ProcessEnd ShortwriteBelow(const std::string& below, const std::string& words) const {
    return RunProcess(directory_, {"sh", "-c",
                                   "mkdir -p " + below + " && cd " + below +
                                       " && exec " SHORTWRITE_PROGRAM " " + words});
  }

  TemporaryDirectory directory_;
};

// From nothing to a verdict in two commands; a file that is there is never overwritten.
TEST_F(ProjectCheck, InitWritesAFileThatRuns) {
  ASSERT_EQ(Shortwrite({"init"}).exit, 0);
  const std::string written = ReadText(directory_.File("shortwrite.toml"));
  const ProcessEnd again = Shortwrite({"init"});
  EXPECT_EQ(again.exit, 2);
  EXPECT_NE(again.err.find("'shortwrite.toml' is there already"), std::string::npos) << again.err;
  EXPECT_EQ(ReadText(directory_.File("shortwrite.toml")), written);
  const ProcessEnd end = Shortwrite({"check", "--trials", "9"});
  EXPECT_EQ(end.exit, 0) << end.err;
  EXPECT_NE(end.err.find("example"), std::string::npos) << end.err;
}

// Neither command nor project: both ways to go on are named.
TEST_F(ProjectCheck, NoProjectIsAUsageError) {
  const ProcessEnd end = Shortwrite({"check"});
  EXPECT_EQ(end.exit, 2);
  EXPECT_NE(end.err.find("shortwrite init"), std::string::npos) << end.err;
  EXPECT_NE(end.err.find("shortwrite check -- "), std::string::npos) << end.err;
}

// All targets, on all their sinks, one stream, one table, the worst exit status.
TEST_F(ProjectCheck, RunsEveryTarget) {
  WriteProject(Target("good", "correct/plain_loop", "sink = ['file', 'pipe']\n") +
               Target("bad", "broken/single_call_count_ignored") +
               "[targets.silent]\ncommand = ['true']\n");
  const ProcessEnd end = Shortwrite({"check", "--json"});
  EXPECT_EQ(end.exit, 1) << end.err;
  const nlohmann::json last = end.Last();
  EXPECT_EQ(last["type"], "summary");
  EXPECT_EQ(last["exit"], 1);
  ASSERT_EQ(last["targets"].size(), 4u);
  EXPECT_EQ(last["targets"][0]["verdict"], "survived");
  EXPECT_EQ(last["targets"][1]["sink"], "pipe");
  EXPECT_EQ(last["targets"][2]["target"], "bad");
  EXPECT_EQ(last["targets"][2]["schedule"], "1:short=1");
  EXPECT_EQ(last["targets"][3]["exit"], 5);
  for (const auto& line : end.Lines()) {
    EXPECT_EQ(line.contains("target"), line["type"] != "summary") << line.dump();
  }
  const std::string table = end.err.substr(end.err.rfind("target "));
  EXPECT_NE(table.find("\nbad     file  corrupted"), std::string::npos) << table;
  EXPECT_NE(table.find("1:short=1"), std::string::npos) << table;
}

// Chosen by name, more than once; an unknown name is a usage error with the nearest.
TEST_F(ProjectCheck, TargetsAreChosen) {
  WriteProject(Target("good", "correct/plain_loop") + Target("other", "correct/plain_loop") +
               Target("bad", "broken/single_call_count_ignored"));
  const ProcessEnd end = Shortwrite({"check", "--json", "--target", "other", "--target", "good"});
  EXPECT_EQ(end.exit, 0) << end.err;
  ASSERT_EQ(end.Last()["targets"].size(), 2u);
  const ProcessEnd unknown = Shortwrite({"check", "--target", "god"});
  EXPECT_EQ(unknown.exit, 2);
  EXPECT_NE(unknown.err.find("did you mean 'good'?"), std::string::npos) << unknown.err;
  EXPECT_EQ(Shortwrite({"check", "--target", "good", "--", "true"}).exit, 2);
}

// Every bad value is found before anything runs, at its place.
TEST_F(ProjectCheck, BadValuesHaveAPlace) {
  const auto error = [&](const std::string& line) {
    WriteProject(Target("good", "correct/plain_loop", line + "\n"));
    const ProcessEnd end = Shortwrite({"check", "--json"});
    EXPECT_EQ(end.exit, 2) << line;
    EXPECT_EQ(end.out, "") << line;
    return end.err;
  };
  EXPECT_EQ(error("sink = 'pip'"),
            "shortwrite: shortwrite.toml:7:8: sink: 'pip' is not one of file, pipe, socket, pty, "
            "full\n");
  EXPECT_NE(
      error("depth = 99").find("shortwrite.toml:7:9: depth: '99' is not a number from 0 to 8"),
      std::string::npos);
  EXPECT_NE(error("faults = ['short', 'eagian']").find("shortwrite.toml:7:10: faults: 'eagian'"),
            std::string::npos);
  EXPECT_NE(error("profile = 'x'").find("shortwrite.toml:7:11: profile: 'x'"), std::string::npos);
  EXPECT_NE(error("time = 'soon'").find("shortwrite.toml:7:8: time: "), std::string::npos);
  EXPECT_NE(error("sink = 'socket'").find("shortwrite.toml:7:8: sink socket: "), std::string::npos);
  EXPECT_NE(error("payload = 'p'\nbytes = 3").find("shortwrite.toml:7:11: payload excludes"),
            std::string::npos);
}

// What was typed goes before the environment, and this before the file.
TEST_F(ProjectCheck, OptionsGoBeforeTheEnvironmentAndThisBeforeTheFile) {
  WriteProject(Target("good", "correct/plain_loop", "seed = 3\n"));
  const auto seed = [&](const Words& words) {
    return RunProcess(directory_, words).Lines().at(0)["seed"];
  };
  const std::string program = SHORTWRITE_PROGRAM;
  EXPECT_EQ(seed({program, "check", "--json"}), 3);
  EXPECT_EQ(seed({"env", "SHORTWRITE_SEED=4", program, "check", "--json"}), 4);
  EXPECT_EQ(seed({"env", "SHORTWRITE_SEED=4", program, "check", "--json", "--seed", "5"}), 5);
  const ProcessEnd bad =
      RunProcess(directory_, {"env", "SHORTWRITE_TRIALS=many", program, "check", "--", "true"});
  EXPECT_EQ(bad.exit, 2);
  EXPECT_NE(bad.err.find("SHORTWRITE_TRIALS: trials: 'many'"), std::string::npos) << bad.err;
}

// Found from below; targets run, and findings lie, where the file is, and the replay line works
// where it was printed.
TEST_F(ProjectCheck, IsFoundFromBelow) {
  WriteProject(
      "[targets.bad]\ncommand = './w {payload} {out}'\npayload = 'p'\ncorpus = 'corpus'\n");
  fs::create_symlink(FixturePath("broken/single_call_count_ignored"), directory_.File("w"));
  std::ofstream(directory_.File("p")) << std::string(5000, 'x') << "end";
  const ProcessEnd end = ShortwriteBelow("a/b", "check --json --html a.html 2>err");
  EXPECT_EQ(end.exit, 1) << ReadText(directory_.File("a/b/err"));
  EXPECT_TRUE(fs::exists(directory_.File(".shortwrite/findings/bad")));
  EXPECT_FALSE(fs::exists(directory_.File("a/b/.shortwrite")));
  EXPECT_TRUE(fs::exists(directory_.File("a/b/a.html")));
  EXPECT_FALSE(fs::is_empty(directory_.File("corpus/bad")));
  const std::string replay = end.Lines().at(end.Lines().size() - 2)["counterexamples"][0]["replay"];
  EXPECT_EQ(RunProcess(directory_, {"sh", "-c", "cd a/b && " + replay}).exit, 1) << replay;
}

// A corpus that is checked in runs first, and is made by nobody who did not ask for it.
TEST_F(ProjectCheck, CorpusBesideTheFileIsUsed) {
  WriteProject(Target("bad", "broken/single_call_count_ignored"));
  ASSERT_EQ(Shortwrite({"check", "--quiet"}).exit, 1);
  EXPECT_FALSE(fs::exists(directory_.File("shortwrite-corpus")));
  fs::create_directories(directory_.File("shortwrite-corpus/bad"));
  std::ofstream(directory_.File("shortwrite-corpus/bad/stale.sched"))
      << "shortwrite-schedule 1\n9:eintr\n";
  const ProcessEnd end = Shortwrite({"check", "--quiet"});
  EXPECT_EQ(end.exit, 1);
  EXPECT_NE(end.err.find("stale.sched"), std::string::npos) << end.err;
}

// Local state keeps itself out of version control and backups, and one signature is one folder.
TEST_F(ProjectCheck, StateLiesInADirectoryOfItsOwn) {
  WriteProject(Target("bad", "broken/single_call_count_ignored"));
  for (int i = 0; i < 2; ++i) ASSERT_EQ(Shortwrite({"check", "--quiet"}).exit, 1);
  EXPECT_EQ(ReadText(directory_.File(".shortwrite/.gitignore")), "*\n");
  EXPECT_TRUE(ReadText(directory_.File(".shortwrite/CACHEDIR.TAG"))
                  .starts_with("Signature: 8a477f597d28d172789f06886806bc55\n"));
  const std::string findings = directory_.File(".shortwrite/findings/bad");
  std::vector<std::string> folders;
  for (const auto& entry : fs::directory_iterator(findings)) {
    const std::string name = entry.path().filename().string();
    EXPECT_FALSE(name.starts_with(".")) << name;
    if (name != "raw") folders.push_back(entry.path().string());
  }
  ASSERT_FALSE(folders.empty());
  EXPECT_TRUE(fs::is_empty(findings + "/raw")) << "what was found is in the folders";
  for (const std::string& folder : folders) {
    EXPECT_NE(folder.find("-W"), std::string::npos) << folder;
    EXPECT_EQ(ReadText(folder + "/count"), "2\n");
    EXPECT_NE(ReadText(folder + "/README.txt").find("\nfix         "), std::string::npos);
    EXPECT_TRUE(ReadText(folder + "/first.sched").starts_with("shortwrite-schedule 1\n"));
    EXPECT_TRUE(ReadText(folder + "/minimal.sched").starts_with("shortwrite-schedule 1\n"));
    EXPECT_EQ(RunProcess(directory_, {folder + "/replay.sh"}).exit, 1);
  }
}

// Killed while it is made smaller, the raw counterexample is there, and nothing is half-made.
TEST_F(ProjectCheck, RawFindingsSurviveAKill) {
  const std::string ready = directory_.File("ready");
  ASSERT_EQ(mkfifo(ready.c_str(), 0600), 0);
  // From the fourth run on it stands still: two controls, and the first failure.
  const std::string script =
      "n=$(cat n 2>/dev/null); echo $n+ >n; case $n in ++++*) echo >ready; "
      "sleep 900;; esac; exec " +
      FixturePath("broken/single_call_count_ignored") + " {payload} {out}";
  WriteProject("[targets.bad]\nsnapshot = 'off'\ntimeout = '20m'\ncommand = '" + script + "'\n");
  Process harness(directory_, ShortwriteCommand({"check"}));
  (void)ReadText(ready);
  const std::vector<pid_t> children = ChildrenOf(harness.pid());
  ASSERT_EQ(children.size(), 1u);
  ASSERT_EQ(kill(children[0], SIGKILL), 0);
  EXPECT_EQ(harness.Wait().exit, 3);
  const std::string target = directory_.File(".shortwrite/findings/bad");
  ASSERT_EQ(std::distance(fs::directory_iterator(target), fs::directory_iterator()), 1);
  EXPECT_FALSE(fs::is_empty(target + "/raw"));
}

// A stream of several targets makes a suite of each, and every other format holds them all, too.
TEST_F(ProjectCheck, StreamsOfSeveralTargetsAreReported) {
  WriteProject(Target("good", "correct/plain_loop") +
               Target("bad", "broken/single_call_count_ignored"));
  const ProcessEnd end = Shortwrite({"check", "--quiet", "--json", "--junit", "own.xml"});
  ASSERT_EQ(end.exit, 1) << end.err;
  std::ofstream(directory_.File("stream")) << end.out;
  ASSERT_EQ(Shortwrite({"report", "--from", "stream", "--junit", "later.xml"}).exit, 0);
  const std::string junit = ReadText(directory_.File("own.xml"));
  EXPECT_EQ(junit, ReadText(directory_.File("later.xml")));
  EXPECT_NE(junit.find("<testsuite name=\"good\""), std::string::npos) << junit;
  EXPECT_NE(junit.find("<testsuite name=\"bad\""), std::string::npos) << junit;
  for (const char* const format : {"--html", "--tap", "--sarif", "--markdown"}) {
    ASSERT_EQ(Shortwrite({"report", "--from", "stream", format, "all"}).exit, 0) << format;
    const std::string all = ReadText(directory_.File("all"));
    EXPECT_NE(all.find("bad"), std::string::npos) << format;
    // SARIF holds what was found.
    EXPECT_EQ(all.find("good: survived") != std::string::npos, format != std::string("--sarif"));
  }
  // Cut off between two targets: the rest is not passed.
  const size_t next = end.out.find("\"type\":\"campaign\"", 99);
  std::ofstream(directory_.File("cut")) << end.out.substr(0, end.out.rfind('\n', next) + 1);
  ASSERT_EQ(Shortwrite({"report", "--from", "cut", "--junit", "cut.xml"}).exit, 0);
  EXPECT_NE(ReadText(directory_.File("cut.xml")).find("errors=\"1\""), std::string::npos)
      << ReadText(directory_.File("cut.xml"));
}

}  // namespace
}  // namespace shortwrite
