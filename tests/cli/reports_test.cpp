// The reports of the built program: from its stream and by itself the same, and whatever ends it,
// never half of one.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "tests/cli/harness_process.h"

namespace shortwrite {
namespace {

constexpr const char* kFormats[] = {"html", "junit", "tap", "sarif", "markdown"};

std::string Broken() {
  return std::string(SHORTWRITE_FIXTURES_DIR) + "/broken/single_call_count_ignored";
}

std::vector<std::string> Check(const std::vector<std::string>& options) {
  std::vector<std::string> words = {"check", "--quiet", "--json", "--trials", "12"};
  words.insert(words.end(), options.begin(), options.end());
  words.insert(words.end(), {"--", Broken(), "{payload}", "{out}"});
  return words;
}

std::vector<std::string> ReportOptionsIn(const TemporaryDirectory& directory,
                                         const std::string& prefix) {
  std::vector<std::string> words;
  for (const char* const format : kFormats) {
    words.push_back(std::string("--") + format);
    words.push_back(directory.File(prefix + '.' + format));
  }
  return words;
}

void Save(const std::string& path, const std::string& text) {
  std::ofstream(path, std::ios::binary) << text;
}

class Reports : public testing::Test {
 protected:
  TemporaryDirectory directory_;
};

// The stream holds all: what `report` makes of it is what `check` wrote.
TEST_F(Reports, AreTheSameFromTheStream) {
  const ProcessEnd end = RunShortwrite(directory_, Check(ReportOptionsIn(directory_, "own")));
  ASSERT_EQ(end.exit, 1) << end.err;
  Save(directory_.File("stream"), end.out);
  std::vector<std::string> words = {"report", "--from", directory_.File("stream")};
  const std::vector<std::string> options = ReportOptionsIn(directory_, "later");
  words.insert(words.end(), options.begin(), options.end());
  const ProcessEnd report = RunShortwrite(directory_, words);
  ASSERT_EQ(report.exit, 0) << report.err;
  for (const char* const format : kFormats) {
    const std::string own = ReadText(directory_.File(std::string("own.") + format));
    EXPECT_FALSE(own.empty()) << format;
    EXPECT_EQ(own, ReadText(directory_.File(std::string("later.") + format))) << format;
  }
}

// The same seed, the same lines.
TEST_F(Reports, StreamIsTheSameForTheSameSeed) {
  const ProcessEnd first = RunShortwrite(directory_, Check({"--seed", "3"}));
  const ProcessEnd second = RunShortwrite(directory_, Check({"--seed", "3"}));
  EXPECT_EQ(first.out, second.out);
  std::vector<std::string> types;
  for (const auto& line : first.Lines()) types.push_back(line["type"]);
  ASSERT_GE(types.size(), 5u);
  EXPECT_EQ(types[0], "campaign");
  EXPECT_EQ(types[1], "control");
  EXPECT_EQ(types[2], "finding");
  EXPECT_EQ(types[3], "counterexample");
  EXPECT_EQ(types.back(), "result");
  EXPECT_FALSE(first.Lines()[3]["calls"].empty());
}

// A replay has the same reports: of a failure as of a counterexample, of what survived with its
// picture.
TEST_F(Reports, AreMadeOfReplays) {
  const auto replay = [&](const std::string& program, const std::string& prefix) {
    std::vector<std::string> words = {"replay", "--schedule", "2:short=1"};
    const std::vector<std::string> options = ReportOptionsIn(directory_, prefix);
    words.insert(words.end(), options.begin(), options.end());
    words.insert(words.end(), {"--", program, "{payload}", "{out}"});
    return RunShortwrite(directory_, words).exit;
  };
  EXPECT_EQ(replay(Broken(), "bad"), 1);
  EXPECT_EQ(replay(std::string(SHORTWRITE_FIXTURES_DIR) + "/correct/plain_loop", "good"), 0);
  for (const auto& [prefix, verdict] : {std::pair("bad", "corrupted"), {"good", "survived"}}) {
    const std::string page = ReadText(directory_.File(std::string(prefix) + ".html"));
    EXPECT_NE(page.find("<h1 class=\"" + std::string(prefix) + "\">" + verdict), std::string::npos)
        << page.substr(0, 4096);
    EXPECT_NE(page.find("<text class=\"delivered\""), std::string::npos) << prefix;
    EXPECT_NE(page.find("<h2>The replay</h2>"), std::string::npos) << prefix;
    EXPECT_EQ(page.find(">seed<"), std::string::npos) << prefix;
  }
  EXPECT_NE(ReadText(directory_.File("bad.tap")).find("not ok 2 - corrupted"), std::string::npos);
  EXPECT_EQ(ReadText(directory_.File("good.tap")).find("not ok"), std::string::npos);
}

// A target that cannot be started, too, leaves a report that says so.
TEST_F(Reports, AreWrittenWhenTheHarnessFails) {
  const std::string tap = directory_.File("tap");
  const ProcessEnd end =
      RunShortwrite(directory_, {"check", "--tap", tap, "--", directory_.File("nobody")});
  EXPECT_EQ(end.exit, 3);
  EXPECT_NE(ReadText(tap).find("not ok 1 - inconclusive: cannot start"), std::string::npos)
      << ReadText(tap);
}

// What cannot be written is the harness's failure, whatever the verdict; the other reports are
// there all the same, and no part of the one.
TEST_F(Reports, ThatCannotBeWrittenAreAFailure) {
  const std::string tap = directory_.File("tap");
  const ProcessEnd end = RunShortwrite(
      directory_, Check({"--tap", tap, "--html", directory_.File("no/such/page.html")}));
  EXPECT_EQ(end.exit, 3) << end.err;
  EXPECT_NE(end.err.find("no/such/page.html"), std::string::npos) << end.err;
  EXPECT_NE(ReadText(tap).find("not ok 2 - corrupted"), std::string::npos);
  EXPECT_EQ(RunShortwrite(directory_, Check({"--html", directory_.path()})).exit, 2);
}

// Who reads only the beginning of the stream does not end the campaign: the finding is saved, the
// report is written, and the loss of the other lines is said.
TEST_F(Reports, AreWrittenWhenNobodyReadsTheStream) {
  const std::string tap = directory_.File("tap");
  std::vector<std::string> words = {"bash", "-c", "set -o pipefail; \"$0\" \"$@\" | head -c 9",
                                    SHORTWRITE_PROGRAM};
  const std::vector<std::string> check = Check({"--tap", tap});
  words.insert(words.end(), check.begin(), check.end());
  const ProcessEnd end = RunProcess(directory_, words);
  EXPECT_EQ(end.exit, 3) << end.err;
  EXPECT_NE(end.err.find("standard output: Broken pipe"), std::string::npos) << end.err;
  EXPECT_NE(ReadText(tap).find("not ok 2 - corrupted"), std::string::npos);
  EXPECT_TRUE(std::filesystem::exists(directory_.File(".shortwrite/findings")));
}

// An old report is replaced, with its permissions as a new file has them; a link stays a link; a
// pipe is written to.
TEST_F(Reports, ReplaceWhatWasThere) {
  Save(directory_.File("stream"), RunShortwrite(directory_, Check({})).out);
  Save(directory_.File("old"), "old");
  ASSERT_EQ(symlink("old", directory_.File("link").c_str()), 0);
  const auto report = [&](const std::string& to) {
    return RunShortwrite(directory_,
                         {"report", "--from", directory_.File("stream"), "--markdown", to});
  };
  EXPECT_EQ(report(directory_.File("link")).exit, 0);
  EXPECT_TRUE(std::filesystem::is_symlink(directory_.File("link")));
  EXPECT_NE(ReadText(directory_.File("old")).find("## shortwrite: corrupted"), std::string::npos);
  EXPECT_NE(report("-").out.find("## shortwrite: corrupted"), std::string::npos);
  // Standard output by its name: a link to what is no regular file must not be replaced by one.
  const ProcessEnd piped =
      RunProcess(directory_, {"sh", "-c", "\"$0\" \"$@\" | cat", SHORTWRITE_PROGRAM, "report",
                              "--from", directory_.File("stream"), "--markdown", "/dev/stdout"});
  EXPECT_NE(piped.out.find("## shortwrite: corrupted"), std::string::npos) << piped.err;
  EXPECT_TRUE(std::filesystem::is_symlink("/dev/stdout"));
}

// Mistakes in asking are told apart from all else.
TEST_F(Reports, RefuseWhatMakesNoSense) {
  Save(directory_.File("text"), "not a stream\n");
  const auto refused = [&](const std::vector<std::string>& words, const std::string& why) {
    const ProcessEnd end = RunShortwrite(directory_, words);
    EXPECT_EQ(end.exit, 2) << end.err;
    EXPECT_NE(end.err.find(why), std::string::npos) << end.err;
  };
  refused({"report", "--from", directory_.File("text"), "--tap", "-"}, "line 1: not JSON");
  refused({"report", "--from", directory_.File("nobody"), "--tap", "-"}, "nobody");
  refused({"report", "--from", directory_.File("text")},
          "no format is asked for; there are --html");
  refused({"report", "--tap", "-"}, "--from");
  refused({"report", "--from", "-", "--tap", "-", "--html", "-"}, "has another report");
  refused(Check({"--tap", "-"}), "has another report");
  refused(Check({"--tap", ""}), "no file is named");
}

// A campaign whose target, in the second trial after two controls, says so and then sleeps.
class ReportsOfAKilledCampaign : public Reports {
 protected:
  void SetUp() override {
    const std::string ready = directory_.File("ready");
    ASSERT_EQ(mkfifo(ready.c_str(), 0600), 0);
    const std::string count = directory_.File("count");
    const std::string script = "n=$(cat " + count + " 2>/dev/null); echo \"$n+\" >" + count +
                               "; if [ \"$n\" = +++ ]; then printf x >" + ready +
                               "; sleep 900; fi; cat {payload} >{out}";
    std::vector<std::string> words = {"check", "--quiet",   "--json", "--time",
                                      "20m",   "--timeout", "20m"};
    const std::vector<std::string> reports = ReportOptionsIn(directory_, "own");
    words.insert(words.end(), reports.begin(), reports.end());
    words.insert(words.end(), {"--", "sh", "-c", script});
    harness_ = std::make_unique<Process>(directory_, ShortwriteCommand(words));
    EXPECT_EQ(ReadText(ready), "x");  // blocks until the target is there
  }

  std::string MarkdownOf(const std::string& stream) {
    Save(directory_.File("stream"), stream);
    const ProcessEnd end = RunShortwrite(
        directory_, {"report", "--from", directory_.File("stream"), "--markdown", "-"});
    EXPECT_EQ(end.exit, 0) << end.err;
    return end.out;
  }

  std::unique_ptr<Process> harness_;
};

// Asked to stop, it writes its reports before it ends.
TEST_F(ReportsOfAKilledCampaign, AreWrittenWhenItIsStopped) {
  ASSERT_EQ(kill(harness_->pid(), SIGTERM), 0);
  const ProcessEnd end = harness_->Wait();
  EXPECT_EQ(end.exit, 75) << end.err;
  for (const char* const format : kFormats) {
    EXPECT_NE(ReadText(directory_.File(std::string("own.") + format)).find("stopped by a signal"),
              std::string::npos)
        << format;
  }
}

// Killed, it leaves whole lines, which render as a campaign that was cut off, and no part of a
// report.
TEST_F(ReportsOfAKilledCampaign, LeaveAStreamThatRenders) {
  const std::vector<pid_t> workers = ChildrenOf(harness_->pid());
  ASSERT_EQ(workers.size(), 1u);
  ASSERT_EQ(kill(workers[0], SIGKILL), 0);
  const ProcessEnd end = harness_->Wait();
  EXPECT_EQ(end.exit, 3) << end.err;
  ASSERT_TRUE(end.out.ends_with("}\n")) << end.out;
  EXPECT_EQ(end.Last()["type"], "control");
  EXPECT_NE(MarkdownOf(end.out).find("## shortwrite: aborted"), std::string::npos);
  for (const auto& entry : std::filesystem::directory_iterator(directory_.path())) {
    EXPECT_FALSE(entry.path().filename().string().starts_with("own.")) << entry.path();
  }
}

}  // namespace
}  // namespace shortwrite
