// Snapshots as a user meets them: the same verdict with and without, and a word where there are
// none.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/cli/harness_process.h"

namespace shortwrite {
namespace {

using Json = nlohmann::json;

class Snapshots : public testing::TestWithParam<const char*> {
 protected:
  ProcessEnd Check(const std::string& snapshot, std::vector<std::string> command,
                   const std::vector<std::string>& options = {}) const {
    std::vector<std::string> words = {
        "check",     "--json",   "--quiet",    "--trials", "80",          "--time", "10m",
        "--backend", GetParam(), "--snapshot", snapshot,   "--reference", "control"};
    words.insert(words.end(), options.begin(), options.end());
    words.push_back("--");
    words.insert(words.end(), command.begin(), command.end());
    return RunShortwrite(directory_, words);
  }

  // What is said of snapshots.
  static std::string Said(const Json& result) {
    std::string said;
    for (const std::string note : result["notes"]) {
      if (note.find("snapshot") != std::string::npos) said += note;
    }
    return said;
  }

  TemporaryDirectory directory_;
};
INSTANTIATE_TEST_SUITE_P(Beside, Snapshots, testing::Values("preload", "syscall"),
                         [](const auto& backend) { return std::string(backend.param); });

TEST_P(Snapshots, ChangeNothingThatIsFound) {
  for (const char* const writer :
       {"correct/plain_loop", "broken/single_call_count_ignored", "broken/length_not_reduced"}) {
    const std::vector<std::string> command = {std::string(SHORTWRITE_FIXTURES_DIR "/") + writer,
                                              "{payload}", "{out}"};
    const ProcessEnd with = Check("auto", command);
    const ProcessEnd without = Check("off", command);
    ASSERT_EQ(with.exit, without.exit) << with.err;
    Json cloned = with.Last();
    Json started = without.Last();
    EXPECT_EQ(Said(cloned), "");
    for (const char* const field : {"verdict", "trials", "faults_planned", "faults_delivered",
                                    "write_calls", "completeness"}) {
      EXPECT_EQ(cloned[field], started[field]) << field;
    }
    ASSERT_EQ(cloned["counterexamples"].size(), started["counterexamples"].size());
    for (size_t i = 0; i < cloned["counterexamples"].size(); ++i) {
      for (const char* const field : {"schedule", "verdict", "class", "confirmed"}) {
        EXPECT_EQ(cloned["counterexamples"][i][field], started["counterexamples"][i][field]);
      }
    }
  }
}

// A clone that did other than a new start makes the whole campaign worthless: it is run again, a
// correct program survives it, and the user is told.
TEST_P(Snapshots, AreGivenUpWhenTheyDisagree) {
  const ProcessEnd end = Check("auto", {SHORTWRITE_SNAPSHOT_TARGET, "thread_id", "{out}"});
  EXPECT_EQ(end.exit, 0) << end.err;
  EXPECT_TRUE(Said(end.Last()).starts_with("run once more without a snapshot: under '")) << end.err;
}

// Each kind of target that cannot be held: named with its reason, and judged by new starts.
TEST_P(Snapshots, AreMissedWithAReason) {
  struct Case {
    const char* what;
    const char* said;
    std::vector<std::string> options;
  };
  constexpr char kStartsOthers[] =
      "no snapshot: it starts other processes or threads before its first output";
  const std::vector<Case> cases = {
      {"thread", kStartsOthers, {}},
      {"child", kStartsOthers, {}},
      {"proc_file",
       "no snapshot: it keeps a file of /proc open, which would tell a clone of another process",
       {}},
      {"held_lock",
       "no snapshot: a clone without faults differs from the control: it did not end in time, or "
       "left processes behind",
       {}},
      {"timer",
       "no snapshot: the output is a stream, which all clones would share",
       {"--sink", "pty"}},
  };
  for (const Case& each : cases) {
    SCOPED_TRACE(each.what);
    const ProcessEnd end =
        Check("auto", {SHORTWRITE_SNAPSHOT_TARGET, each.what, "{out}"}, each.options);
    EXPECT_EQ(end.exit, 0) << end.err;
    EXPECT_EQ(Said(end.Last()), each.said);
    EXPECT_GT(end.Last()["faults_delivered"], 0);
  }
}

TEST_P(Snapshots, AreNotMissedWhereNobodyWantsThem) {
  const ProcessEnd unwanted = Check("off", {SHORTWRITE_SNAPSHOT_TARGET, "thread", "{out}"});
  EXPECT_EQ(unwanted.exit, 0) << unwanted.err;
  EXPECT_EQ(Said(unwanted.Last()), "");
}

}  // namespace
}  // namespace shortwrite
