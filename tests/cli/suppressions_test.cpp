// Suppressions at work: what is known does not fail, what is new does, and neither date nor silence
// goes unnoticed.
#include <gtest/gtest.h>

#include <fstream>
#include <string>
#include <vector>

#include "tests/cli/fixture_path.h"
#include "tests/cli/harness_process.h"

namespace shortwrite {
namespace {

class SuppressionsAtWork : public testing::Test {
 protected:
  // The target's own lines, then those of suppressions.
  ProcessEnd Check(const std::string& target, const std::string& suppressions) const {
    std::ofstream(directory_.File("shortwrite.toml"))
        << "[targets.it]\ntrials = 60\ntime = '10m'\njobs = 1\n"
        << target << '\n'
        << suppressions;
    return RunShortwrite(directory_, {"check", "--json"});
  }
  // Ignores counts: W01, corrupted.
  static std::string Single() {
    return "command = ['" + FixturePath("broken/single_call_count_ignored") +
           "', '{payload}', '{out}']";
  }
  static nlohmann::json ResultOf(const ProcessEnd& end) {
    for (const nlohmann::json& line : end.Lines()) {
      if (line["type"] == "result") return line;
    }
    ADD_FAILURE() << end.err;
    return {};
  }

  TemporaryDirectory directory_;
};

constexpr char kKnown[] =
    "[[suppressions]]\nclass = 'W01'\nverdict = 'corrupted'\nreason = 'waits for 2.0'\n";

TEST_F(SuppressionsAtWork, KnownFindingsDoNotFail) {
  const ProcessEnd end = Check(Single(), std::string(kKnown) + "expires = 2999-12-31\n");
  EXPECT_EQ(end.exit, 0) << end.err;
  EXPECT_NE(end.err.find("survived, but 1 suppressed"), std::string::npos) << end.err;
  EXPECT_NE(end.err.find("waits for 2.0 (until 2999-12-31)"), std::string::npos) << end.err;
  const nlohmann::json result = ResultOf(end);
  EXPECT_EQ(result["verdict"], "survived");
  ASSERT_EQ(result["suppressed"].size(), 1u);
  EXPECT_EQ(result["suppressed"][0]["schedule"], "1:short=1");
  EXPECT_EQ(result["suppressed"][0]["suppression"], "waits for 2.0 (until 2999-12-31)");
  EXPECT_TRUE(result["counterexamples"].empty());
  EXPECT_TRUE(end.Last()["stale_suppressions"].empty());
}

// By the name that its folder has.
TEST_F(SuppressionsAtWork, SignaturesAreNamed) {
  const ProcessEnd found = Check(Single(), "");
  ASSERT_EQ(found.exit, 1) << found.err;
  std::string name;
  for (const nlohmann::json& line : found.Lines()) {
    if (line["type"] == "counterexample") name = line["signature_name"];
  }
  const std::string rest = "\nreason = 'r'\nexpires = 2999-12-31\n";
  EXPECT_EQ(Check(Single(), "[[suppressions]]\nsignature = '" + name + "'" + rest).exit, 0);
  EXPECT_EQ(Check(Single(), "[[suppressions]]\nsignature = '" + name + "0'" + rest).exit, 1);
}

// The day after, it counts again, and the report says why.
TEST_F(SuppressionsAtWork, ExpiredOnesCountAgain) {
  const ProcessEnd end = Check(Single(), std::string(kKnown) + "expires = 2001-01-01\n");
  EXPECT_EQ(end.exit, 1) << end.err;
  EXPECT_NE(end.err.find("(waits for 2.0) expired on 2001-01-01"), std::string::npos) << end.err;
}

// One that hides nothing is in the way of whoever comes next.
TEST_F(SuppressionsAtWork, StaleOnesAreNamed) {
  const ProcessEnd end =
      Check("command = ['" + FixturePath("correct/plain_loop") + "', '{payload}', '{out}']",
            std::string(kKnown) + "expires = 2999-12-31\n");
  EXPECT_EQ(end.exit, 0) << end.err;
  EXPECT_NE(end.err.find("shortwrite.toml:6:1: stale: this suppression hid nothing"),
            std::string::npos)
      << end.err;
  EXPECT_EQ(end.Last()["stale_suppressions"].size(), 1u);
}

// Two mistakes in one command: to tolerate the one hides nothing of the other.
TEST_F(SuppressionsAtWork, OtherSignaturesAreFound) {
  const std::string both = "command = '" + FixturePath("broken/single_call_count_ignored") +
                           " {payload} {dir}/a && " + FixturePath("broken/whole_buffer_resent") +
                           " {payload} {dir}/b'\nreference = 'control'\nbytes = 5000\ndepth = 1";
  const ProcessEnd end = Check(both, std::string(kKnown) + "expires = 2999-12-31\n");
  EXPECT_EQ(end.exit, 1) << end.err;
  const nlohmann::json result = ResultOf(end);
  ASSERT_FALSE(result["counterexamples"].empty());
  for (const auto& found : result["counterexamples"]) EXPECT_NE(found["class"], "W01");
  ASSERT_TRUE(result.contains("suppressed"));
  EXPECT_EQ(result["suppressed"][0]["class"], "W01");
}

TEST_F(SuppressionsAtWork, UnknownVerdictsAreUsageErrors) {
  const ProcessEnd end = Check(Single(),
                               "[[suppressions]]\nclass = 'W01'\nverdict = 'corupted'\n"
                               "reason = 'r'\nexpires = 2999-12-31\n");
  EXPECT_EQ(end.exit, 2);
  EXPECT_NE(end.err.find("shortwrite.toml:6:1: no verdict is called 'corupted'; did you mean "
                         "'corrupted'?"),
            std::string::npos)
      << end.err;
}

}  // namespace
}  // namespace shortwrite
