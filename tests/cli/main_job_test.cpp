// The built program end to end: what a user types, and what must come back.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <regex>
#include <string>
#include <vector>

#include "harness/schedule/schedule.h"
#include "tests/cli/harness_process.h"

namespace shortwrite {
namespace {

using Json = nlohmann::json;

constexpr char kFixtures[] = SHORTWRITE_FIXTURES_DIR;
constexpr char kGolden[] = SHORTWRITE_GOLDEN_MANIFEST;

class MainJob : public testing::Test {
 protected:
  ProcessEnd Shortwrite(std::vector<std::string> arguments) const {
    return RunShortwrite(directory_, std::move(arguments));
  }

  // check with a budget that suits a test, and no clock that could end it.
  ProcessEnd Check(const std::vector<std::string>& command,
                   const std::vector<std::string>& options = {}) const {
    std::vector<std::string> arguments = {"check", "--json",   "--quiet", "--time",
                                          "10m",   "--trials", "40"};
    arguments.insert(arguments.end(), options.begin(), options.end());
    arguments.emplace_back("--");
    arguments.insert(arguments.end(), command.begin(), command.end());
    return Shortwrite(std::move(arguments));
  }

  bool Has(const std::string& program) const {
    return RunProcess(directory_, {"sh", "-c", "command -v " + program}).exit == 0;
  }

  void Make(const std::string& name, const std::string& bytes) const {
    std::ofstream(directory_.File(name), std::ios::binary) << bytes;
  }

  std::string Broken() const {
    return std::string(kFixtures) + "/broken/single_call_count_ignored";
  }
  std::string Correct() const { return std::string(kFixtures) + "/correct/plain_loop"; }

  TemporaryDirectory directory_;
};

// Both modes write the pattern, print its digest in BSD form, and verify confirms it against the
// golden manifest and against the pattern.
TEST_F(MainJob, PatternsAreWrittenAndVerified) {
  for (const std::string bytes : {"4", "4095", "65537"}) {
    for (const std::string mode : {"sync", "async"}) {
      const std::string name = "abcd-" + bytes;
      const ProcessEnd written = Shortwrite(
          {"write", "--mode", mode, "--pattern", "ABCD", "--bytes", bytes, "--quiet", name});
      EXPECT_EQ(written.exit, 0) << written.err;
      EXPECT_EQ(ReadText(directory_.File(name)).size(), std::stoul(bytes));
      if (bytes == "4") {
        EXPECT_EQ(written.out, "MD5 (abcd-4) = cb08ca4a7bb5f9683c19133a84872ca7\n");
      }
      EXPECT_EQ(Shortwrite({"verify", "--manifest", kGolden, name}).exit, 0);
      EXPECT_EQ(Shortwrite({"verify", "--pattern", "ABCD", "--bytes", bytes, name}).exit, 0);
    }
  }
}

// 4 GiB in one request: the kernel's own short counts, and the loop that goes on after them. Only
// where SHORTWRITE_TEST_LARGE is set, because it needs 4 GiB of disk.
TEST_F(MainJob, FourGibibytesShowTheKernelsOwnShortWrites) {
  if (getenv("SHORTWRITE_TEST_LARGE") == nullptr) {
    GTEST_SKIP() << "set SHORTWRITE_TEST_LARGE=1, where 4 GiB of disk are free";
  }
  const ProcessEnd written =
      Shortwrite({"write", "--mode", "async", "--pattern", "ABCD", "--bytes", "4GiB", "abcd-4GiB"});
  EXPECT_EQ(written.exit, 0) << written.err;
  EXPECT_EQ(written.out, "MD5 (abcd-4GiB) = 6a628b7c7be4251d724217b78b52ef6c\n");
  for (const char* const accepted :
       {"accepted 2147479552, progress 0.5", "accepted 2147479552, progress 1.0",
        "accepted 8192, progress 1.0"}) {
    EXPECT_NE(written.err.find(accepted), std::string::npos) << written.err;
  }
  EXPECT_EQ(Shortwrite({"verify", "--manifest", kGolden, "abcd-4GiB"}).exit, 0);
}

// A flipped, a missing and a repeated block are told apart, each with its offset.
TEST_F(MainJob, VerifySaysWhereAndHowAFileDiffers) {
  std::string right;
  for (int i = 0; right.size() < 40'000; ++i) right += std::to_string(1'000'000 + i) + '\n';
  Make("right", right);
  std::string flipped = right;
  flipped[20'000] = '!';
  const auto verify = [&](const std::string& bytes) {
    Make("wrong", bytes);
    const ProcessEnd end = Shortwrite({"verify", "--against", "right", "wrong"});
    EXPECT_EQ(end.exit, 1) << end.err;
    EXPECT_TRUE(end.out.starts_with("wrong: FAILED")) << end.out;
    return end.out;
  };
  EXPECT_NE(verify(flipped).find("20000"), std::string::npos);
  const std::string missing = verify(right.substr(0, 8192) + right.substr(16'384));
  EXPECT_NE(missing.find("8192-16383 never arrived"), std::string::npos) << missing;
  const std::string repeated = verify(right.substr(0, 16'384) + right.substr(8192));
  EXPECT_NE(repeated.find("reference bytes 8192-16383 again"), std::string::npos) << repeated;
}

// python/cpython#86210: print() to an unbuffered stdout loses what a short write leaves over, with
// exit status 0. Found in one step, and the last line that is printed replays it.
TEST_F(MainJob, UnbufferedPythonLosesData) {
  if (!Has("python3")) GTEST_SKIP() << "python3 is not here";
  const ProcessEnd end = Check({"python3", "-u", "-c", "print(\"x\"*100000)"});
  const Json result = end.Last();
  ASSERT_EQ(end.exit, 1) << end.err;
  EXPECT_EQ(result["verdict"], "corrupted");
  const Json& found = result["counterexamples"].at(0);
  EXPECT_EQ(ParseSchedule(found["schedule"].get<std::string>()).value().steps.size(), 1u);
  EXPECT_EQ(found["confirmed"], 3);

  std::string text = end.err;
  ASSERT_TRUE(text.ends_with('\n'));
  text.pop_back();
  const std::string last_line = text.substr(text.rfind('\n') + 1);
  EXPECT_EQ(last_line, found["replay"]);
  const ProcessEnd again = RunProcess(directory_, {"sh", "-c", last_line});
  EXPECT_EQ(again.exit, 1) << again.err;
  EXPECT_TRUE(again.err.starts_with("corrupted: ")) << again.err;
}

struct Tool {
  const char* name;
  std::vector<std::string> command;  // FILE stands for a file of some size
};

// Programs that everybody has and that loop well survive, with faults delivered: also those that
// copy by copy_file_range.
TEST_F(MainJob, HealthyToolsAreReachedAndSurvive) {
  std::string text;
  for (int i = 0; i < 40'000; ++i) text += std::to_string(i * 7919) + '\n';
  Make("FILE", text);
  const std::string file = directory_.File("FILE");
  const std::vector<Tool> tools = {
      {"gzip", {"gzip", "-n", "-c", file}},
      {"tar", {"tar", "-cf", "{out}", "-C", directory_.path(), "FILE"}},
      {"dd", {"dd", "if={payload}", "of={out}", "bs=8192", "status=none"}},
      {"cp", {"cp", "{payload}", "{out}"}},
      {"cat", {"cat", file}},
  };
  for (const Tool& tool : tools) {
    if (!Has(tool.name)) continue;
    const ProcessEnd end = Check(tool.command);
    EXPECT_EQ(end.exit, 0) << tool.name << ": " << end.err;
    EXPECT_GT(end.Last()["faults_delivered"], 0) << tool.name;
  }
}

// sort writes through stdio inside libc. The preload library ends with 5 and the reason, not with a
// pass; without a word about backends the tracer takes over, and says why.
TEST_F(MainJob, StdioInsideLibcNeedsTheTracer) {
  const std::vector<std::string> sort = {"sort", "-o", "{out}", "{payload}"};
  const ProcessEnd unseen = Check(sort, {"--backend", "preload"});
  EXPECT_EQ(unseen.exit, 5) << unseen.err;
  EXPECT_NE(unseen.err.find("stdio inside libc"), std::string::npos) << unseen.err;
  const ProcessEnd seen = Check(sort);
  EXPECT_EQ(seen.exit, 0) << seen.err;
  EXPECT_GT(seen.Last()["faults_delivered"], 0);
  EXPECT_NE(seen.err.find("backend     syscall: preload fell short"), std::string::npos)
      << seen.err;
}

// The same seed twice: the same bytes on stdout, but for paths (a broken target), and the same
// random search (a correct one).
TEST_F(MainJob, SameSeedSameResult) {
  for (const std::string& program : {Correct(), Broken()}) {
    const auto run = [&](const std::string& seed) {
      return Shortwrite({"check", "--json", "--quiet", "--trials", "200", "--time", "10m", "--seed",
                         seed, "--bytes", "20001", program, "{payload}", "{out}"})
          .out;
    };
    const std::string first = run("7");
    EXPECT_FALSE(first.empty());
    EXPECT_EQ(first, run("7"));
    EXPECT_NE(first, run("8")) << "the seed stands in the result";
  }
}

// Findings are kept as they are found, one folder per signature; a kept one replays, by its file
// and by its script, and is found in its corpus first.
TEST_F(MainJob, FindingsAreKept) {
  ASSERT_EQ(Check({Broken(), "{payload}", "{out}"}, {"--corpus", "kept"}).exit, 1);
  const std::string below = ".shortwrite/findings/single_call_count_ignored/";
  const ProcessEnd list = RunProcess(
      directory_, {"sh", "-c", "cd " + below + " && grep -l '^1:short=1$' */minimal.sched"});
  ASSERT_FALSE(list.out.empty()) << list.err;
  const std::string file = below + list.out.substr(0, list.out.find('\n'));
  EXPECT_EQ(Shortwrite({"replay", file, "--", Broken(), "{payload}", "{out}"}).exit, 1);
  const std::string folder = file.substr(0, file.rfind('/'));
  EXPECT_NE(ReadText(directory_.File(folder + "/README.txt")).find("found       once"),
            std::string::npos);
  EXPECT_EQ(RunProcess(directory_, {directory_.File(folder) + "/replay.sh"}).exit, 1);

  const ProcessEnd again = Check({Broken(), "{payload}", "{out}"}, {"--corpus", "kept"});
  EXPECT_EQ(again.exit, 1) << again.err;
  EXPECT_LE(again.Last()["counterexamples"].at(0)["trials_to_find"], 3);
  EXPECT_EQ(ReadText(directory_.File(folder + "/count")), "2\n");
}

struct Malformed {
  std::vector<std::string> arguments;
  const char* says;
};

// Malformed input of any kind: exit 2, what is wrong and where, and nothing on stdout.
TEST_F(MainJob, MalformedInputIsRefused) {
  Make("manifest", "MD5 (a) = 12\n");
  Make("finding.sched", "something else\n");
  const std::vector<Malformed> cases = {
      {{"replay", "--schedule", "1:shrt=1", "--", "true"}, "column 3"},
      {{"run", "--schedule", "0:short=1", "--", "true"}, "column 1"},
      {{"replay", "finding.sched", "--", "true"}, "finding.sched:1"},
      {{"check", "--bytes", "4 KiB", "--", "true"}, "--bytes"},
      {{"check", "--trails", "5", "--", "true"}, "--trails"},
      {{"check"}, "no command"},
      {{"chekc", "--", "true"}, "chekc"},
      {{"verify", "--manifest", "manifest"}, "manifest:1"},
      {{"write", "--mode", "fast", "--pattern", "A", "--bytes", "4", "f"}, "--mode"},
  };
  for (const Malformed& malformed : cases) {
    const ProcessEnd end = Shortwrite(malformed.arguments);
    EXPECT_EQ(end.exit, 2) << malformed.says << ": " << end.err;
    EXPECT_NE(end.err.find(malformed.says), std::string::npos) << end.err;
    EXPECT_EQ(end.out, "") << malformed.says;
  }
}

// A healthy machine: exit 0, and each line says what was found.
TEST_F(MainJob, DoctorFindsThisMachineFit) {
  const ProcessEnd end = Shortwrite({"doctor"});
  EXPECT_EQ(end.exit, 0) << end.out;
  for (const char* const name : {"preload library", "workspace", "MD5", "injection"}) {
    EXPECT_NE(end.out.find(name), std::string::npos) << end.out;
  }
  for (const Json& line : Shortwrite({"doctor", "--json"}).Lines()) {
    EXPECT_EQ(line["schema"], "shortwrite/1");
    EXPECT_TRUE(line["ok"].is_boolean());
  }
}

// run is transparent: the target's exit status and the caller's stdin and stdout.
TEST_F(MainJob, RunIsTransparent) {
  Make("in", "hello\n");
  const auto run = [&](const std::string& script) {
    Process process(directory_,
                    ShortwriteCommand({"run", "--schedule", "", "--", "sh", "-c", script}),
                    directory_.File("in"));
    return process.Wait();
  };
  const ProcessEnd end = run("cat; echo words >&2; exit 7");
  EXPECT_EQ(end.exit, 7);
  EXPECT_EQ(end.out, "hello\n");
  EXPECT_NE(end.err.find("words"), std::string::npos);
  EXPECT_EQ(run("kill -TERM $$").exit, 128 + 15);
}

// run injects, keeps what the target leaves in --dir, and never passes an undelivered fault off as
// a run that was good.
TEST_F(MainJob, RunInjectsAndKeeps) {
  const ProcessEnd end =
      Shortwrite({"run", "--schedule", "1:short=1", "--dir", directory_.File("kept"), "--bytes",
                  "5001", "--", Broken(), "{payload}", "{out}"});
  EXPECT_EQ(end.exit, 0) << end.err;
  const size_t bytes = ReadText(directory_.File("kept/out")).size();
  EXPECT_GT(bytes, 0u);
  EXPECT_LT(bytes, 5001u);

  const ProcessEnd undelivered =
      Shortwrite({"run", "--schedule", "900:short=1", "--dir", directory_.File("undelivered"), "--",
                  Correct(), "{payload}", "{out}"});
  EXPECT_EQ(undelivered.exit, 5) << undelivered.err;
  EXPECT_NE(undelivered.err.find("no fault was delivered"), std::string::npos);
}

}  // namespace
}  // namespace shortwrite
