// `compare` over programs in three languages: the matrix is right, cell by cell.
#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <string>
#include <vector>

#include "tests/cli/harness_process.h"

namespace shortwrite {
namespace {

using Words = std::vector<std::string>;

constexpr char kSources[] = SHORTWRITE_FIXTURE_SOURCES_DIR;

// Target by fault: the outcome, or the verdict.
std::map<std::string, std::map<std::string, std::string>> CellsOf(const nlohmann::json& matrix) {
  std::map<std::string, std::map<std::string, std::string>> cells;
  for (const auto& row : matrix["faults"]) {
    for (size_t i = 0; i < row["cells"].size(); ++i) {
      const auto& cell = row["cells"][i];
      const std::string verdict = cell["verdict"];
      cells[matrix["targets"][i]["target"]][row["fault"]] =
          verdict.empty() ? std::string(cell["outcome"]) : verdict;
    }
  }
  return cells;
}

class Compare : public testing::Test {
 protected:
  void SetUp() override {
    const std::string sources = kSources;
    const std::string compiled = SHORTWRITE_FIXTURES_DIR;
    std::ofstream(directory_.File("loop.pl"))
        << "open my $in, '<:raw', $ARGV[0] or die; local $/; my $bytes = <$in>;\n"
           "open my $out, '>:raw', $ARGV[1] or die; my $done = 0;\n"
           "while ($done < length $bytes) {\n"
           "  my $n = syswrite $out, $bytes, 46000, $done; die \"write: $!\\n\" unless defined "
           "$n;\n"
           "  $done += $n;\n}\nclose $out or die \"close: $!\\n\";\n";
    std::ofstream(directory_.File("shortwrite.toml"))
        << "[defaults]\nsnapshot = 'off'\n"
        << "[targets.c-good]\ncommand = ['" << compiled << "/correct/plain_loop', '{payload}', "
        << "'{out}']\n[targets.c-bad]\ncommand = ['" << compiled
        << "/broken/single_call_count_ignored', '{payload}', '{out}']\n"
        << "[targets.python-good]\ncommand = ['python3', '" << sources
        << "/correct/memoryview_loop.py', '{payload}', '{out}']\n"
        << "[targets.python-bad]\ncommand = ['python3', '" << sources
        << "/broken/requested_bytes_counted.py', '{payload}', '{out}']\n"
        << "[targets.perl-good]\ncommand = ['perl', 'loop.pl', '{payload}', '{out}']\n"
        << "[targets.perl-bad]\ncommand = ['perl', '" << sources
        << "/broken/interruption_dies.pl', '{payload}', '{out}']\n";
  }

  TemporaryDirectory directory_;
};

TEST_F(Compare, MatrixIsRightInThreeLanguages) {
  const ProcessEnd end = RunShortwrite(
      directory_, {"compare", "--json", "--csv", "m.csv", "--markdown", "m.md", "--html", "m.html",
                   "c-good", "c-bad", "python-good", "python-bad", "perl-good", "perl-bad"});
  ASSERT_EQ(end.exit, 1) << end.err;
  auto cells = CellsOf(end.Last());
  for (const char* const good : {"c-good", "python-good", "perl-good"}) {
    for (const auto& [fault, cell] : cells[good]) {
      EXPECT_TRUE(cell == "survived" || cell == "not-legal" || cell == "no-such-call")
          << good << ", " << fault << ": " << cell;
    }
    EXPECT_EQ(cells[good]["first: N:short=1"], "survived") << good;
    EXPECT_EQ(cells[good]["1-6:short=1"], "survived") << good;
    EXPECT_EQ(cells[good]["middle: N-:enospc"], "survived") << good;
  }
  for (const char* const bad : {"c-bad", "python-bad"}) {
    EXPECT_EQ(cells[bad]["first: N:short=1"], "corrupted") << bad;
    EXPECT_EQ(cells[bad]["first: N:short=50%"], "corrupted") << bad;
    EXPECT_EQ(cells[bad]["*:cap=1000"], "corrupted") << bad;
    // On a file of a blocking program nobody answers so.
    EXPECT_EQ(cells[bad]["first: N:eagain"], "not-legal") << bad;
  }
  // Perl's loop counts right, and dies of what interrupts it.
  EXPECT_EQ(cells["perl-bad"]["first: N:short=1"], "survived");
  EXPECT_EQ(cells["perl-bad"]["first: N:eintr"], "refused");
  EXPECT_EQ(cells["perl-bad"]["middle: N:eintr"], "refused");
  EXPECT_NE(ReadText(directory_.File("m.csv")).find("\r\nfirst: N:short=1,survived,corrupted,"),
            std::string::npos);
  EXPECT_NE(ReadText(directory_.File("m.md")).find("| fault | c-good | c-bad |"),
            std::string::npos);
  EXPECT_NE(ReadText(directory_.File("m.html")).find("<td class=\"bad\">corrupted</td>"),
            std::string::npos);
}

// Without a project file; all that survive are 0, and the table goes to standard output.
TEST_F(Compare, CommandsAreComparedToo) {
  const std::string good = std::string(SHORTWRITE_FIXTURES_DIR) + "/correct/plain_loop";
  const ProcessEnd end =
      RunShortwrite(directory_, {"compare", "--quiet", "--command", good + " {payload} {out}",
                                 "--command", good + " {payload} {out} # once more"});
  EXPECT_EQ(end.exit, 0) << end.err;
  EXPECT_NE(end.out.find("plain_loop  plain_loop#2"), std::string::npos) << end.out;
  const ProcessEnd copies = RunShortwrite(
      directory_, {"compare", "--quiet", "--command", "/bin/cp {payload} {out}", "--command",
                   "cp --sparse=never {payload} {out}", "--command", good + " {payload} {out}"});
  EXPECT_NE(copies.out.find("cp {payload}  cp --sparse=never  plain_loop"), std::string::npos)
      << copies.out;
}

// What cannot be judged is no survivor, and says why; the others are compared all the same.
TEST_F(Compare, BrokenControlIsNoSurvivor) {
  const std::string good = std::string(SHORTWRITE_FIXTURES_DIR) + "/correct/plain_loop";
  const ProcessEnd end =
      RunShortwrite(directory_, {"compare", "--json", "--command", good + " {payload} {out}",
                                 "--command", "exit 1; {payload} {out}"});
  EXPECT_EQ(end.exit, 4) << end.err;
  EXPECT_EQ(end.Last()["targets"][0]["exit"], 0);
  EXPECT_EQ(end.Last()["targets"][1]["exit"], 4);
  EXPECT_EQ(end.Last()["faults"][0]["cells"][1]["outcome"], "not-run");
}

TEST_F(Compare, UsageErrors) {
  EXPECT_EQ(RunShortwrite(directory_, {"compare"}).exit, 2);
  EXPECT_EQ(RunShortwrite(directory_, {"compare", "--command", "true", "c-good"}).exit, 2);
  EXPECT_EQ(RunShortwrite(directory_, {"compare", "--command", ""}).exit, 2);
  const ProcessEnd unknown = RunShortwrite(directory_, {"compare", "c-god"});
  EXPECT_EQ(unknown.exit, 2);
  EXPECT_NE(unknown.err.find("did you mean 'c-good'?"), std::string::npos) << unknown.err;
  std::ofstream(directory_.File("shortwrite.toml"), std::ios::app) << "bytes = 77\n";
  const ProcessEnd payloads = RunShortwrite(directory_, {"compare", "c-good", "perl-bad"});
  EXPECT_EQ(payloads.exit, 2);
  EXPECT_NE(payloads.err.find("different payloads"), std::string::npos) << payloads.err;
}

}  // namespace
}  // namespace shortwrite
