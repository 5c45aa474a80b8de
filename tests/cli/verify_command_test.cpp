#include "harness/cli/verify_command.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>

#include "harness/writer/payload.h"

namespace shortwrite {
namespace {

constexpr char kAbcdMd5[] = "cb08ca4a7bb5f9683c19133a84872ca7";

class VerifyCommand : public testing::Test {
 protected:
  VerifyCommand() : directory_(testing::TempDir() + "verify_command_XXXXXX") {
    EXPECT_NE(::mkdtemp(directory_.data()), nullptr);
  }
  ~VerifyCommand() override { std::filesystem::remove_all(directory_); }

  std::string File(const std::string& name, const std::string& content) const {
    const std::string path = directory_ + "/" + name;
    std::ofstream(path, std::ios::binary) << content;
    return path;
  }

  // Expects this exit status; returns stdout. What went to stderr is in err_.
  std::string Run(ExitStatus expected) {
    testing::internal::CaptureStdout();
    testing::internal::CaptureStderr();
    const ExitStatus exit = RunVerify(options_);
    const std::string out = testing::internal::GetCapturedStdout();
    err_ = testing::internal::GetCapturedStderr();
    EXPECT_EQ(exit, expected) << out << err_;
    return out;
  }

  std::string directory_;
  VerifyOptions options_;
  std::string err_;
};

// A digest decides; a size that is wrong is named without hashing.
TEST_F(VerifyCommand, DigestAndSizeDecide) {
  const std::string right = File("right", "ABCD");
  const std::string wrong = File("wrong", "ABCE");
  options_.md5 = "CB08CA4A7BB5F9683C19133A84872CA7";
  options_.files = {right, wrong};
  EXPECT_EQ(Run(ExitStatus::kCounterexample),
            right + ": OK\n" + wrong + ": FAILED: MD5 is 6b011b774af5377cba2ec2b8ecd0b63b" +
                ", not cb08ca4a7bb5f9683c19133a84872ca7 (4 bytes); a digest cannot show where it "
                "differs, compare with the right content by --against FILE\n");
  options_.bytes = 5;
  options_.files = {right};
  EXPECT_EQ(Run(ExitStatus::kCounterexample), right + ": FAILED: 4 bytes instead of 5\n");
  options_.bytes = 4;
  EXPECT_EQ(Run(ExitStatus::kSurvived), right + ": OK\n");
  options_.quiet = true;
  EXPECT_EQ(Run(ExitStatus::kSurvived), "");
}

// Against a pattern the difference is explained.
TEST_F(VerifyCommand, PatternExplainsTheDifference) {
  options_.pattern = "ABCD";
  options_.bytes = 10;
  options_.files = {File("short", "ABCDA"), File("flipped", "ABCDAxCDAB"),
                    File("ok", "ABCDABCDAB")};
  EXPECT_EQ(Run(ExitStatus::kCounterexample),
            options_.files[0] +
                ": FAILED: truncated: 5 of 10 bytes, the rest never arrived; the "
                "reference repeats every 4 bytes, so it cannot show where whole "
                "repetitions are missing or doubled\n" +
                options_.files[1] +
                ": FAILED: byte 5 of the output is foreign; reference byte 5 never "
                "arrived\n" +
                options_.files[2] + ": OK\n");
}

// Against another file too, whether small (traced) or large (streamed).
TEST_F(VerifyCommand, AnotherFileExplainsTheDifference) {
  for (const size_t bytes : {size_t{100'000}, size_t{12} << 20}) {
    const std::string content = ReadWhole(Payload::PositionCoded(bytes)).value();
    options_.against = File("reference", content);
    options_.files = {File("output", content.substr(0, 4095) + content.substr(8192))};
    const std::string out = Run(ExitStatus::kCounterexample);
    EXPECT_NE(out.find(": FAILED: reference bytes 4095-8191 never arrived"), std::string::npos)
        << out;
    options_.files = {*options_.against};
    Run(ExitStatus::kSurvived);
  }
}

// Files that are missing or unreadable fail, and the others are verified all the same.
TEST_F(VerifyCommand, UnreadableFilesFail) {
  const std::string right = File("right", "ABCD");
  const std::string fifo = directory_ + "/fifo";
  ASSERT_EQ(::mkfifo(fifo.c_str(), 0600), 0);
  options_.md5 = kAbcdMd5;
  options_.files = {directory_ + "/none", directory_, fifo, right};
  const std::string out = Run(ExitStatus::kCounterexample);
  EXPECT_NE(out.find("/none: FAILED: cannot be read: No such file or directory\n"),
            std::string::npos)
      << out;
  EXPECT_NE(out.find(directory_ + ": FAILED: "), std::string::npos);
  EXPECT_NE(out.find(fifo + ": FAILED: "), std::string::npos);
  EXPECT_NE(out.find(right + ": OK\n"), std::string::npos);
}

// A manifest alone names what is to be verified; its names are relative to the current directory.
TEST_F(VerifyCommand, ManifestNamesItsFiles) {
  const std::string a = File("a", "ABCD");
  const std::string b = File("b", "ABCE");
  options_.manifest = File("m", std::string(kAbcdMd5) + "  " + a + "\nMD5 (" + b +
                                    ") = " + kAbcdMd5 + " bytes=4 pattern=ABCD\n");
  const std::string out = Run(ExitStatus::kCounterexample);
  EXPECT_EQ(out.rfind(a + ": OK\n" + b + ": FAILED: byte 3 of the output is foreign", 0), 0u)
      << out;
}

// A file stands for the entry of its name, else of its base name, else of its content.
TEST_F(VerifyCommand, FilesFindTheirEntries) {
  const std::string md5(kAbcdMd5);
  const std::string of_abce = "6b011b774af5377cba2ec2b8ecd0b63b";
  options_.manifest =
      File("m", "MD5 (golden/abcd) = " + md5 + " bytes=4 pattern=ABCD\nMD5 (abce) = " + of_abce +
                    "\nMD5 (x/twin) = " + md5 + "\nMD5 (y/twin) = " + of_abce + "\n");
  options_.files = {File("abcd", "ABCD"), File("other", "ABCE"), File("twin", "ABCE")};
  EXPECT_EQ(Run(ExitStatus::kSurvived), options_.files[0] + ": OK (as golden/abcd)\n" +
                                            options_.files[1] + ": OK (as abce)\n" +
                                            options_.files[2] + ": OK (as y/twin)\n");
  // A name decides against the content.
  options_.files = {File("abcd", "ABCE")};
  EXPECT_NE(Run(ExitStatus::kCounterexample).find(": FAILED: byte 3 "), std::string::npos);
  // The exact name decides against equal base names.
  const std::string dup = File("dup", "ABCE");
  const std::string golden = *options_.manifest;
  options_.manifest =
      File("m2", "MD5 (y/dup) = " + of_abce + "\nMD5 (" + dup + ") = " + md5 + "\n");
  options_.files = {dup};
  EXPECT_NE(Run(ExitStatus::kCounterexample).find(": FAILED: MD5 is "), std::string::npos);
  options_.manifest = golden;
  // Without a name, the only entry of this size is the one to compare with.
  options_.files = {File("stranger", "ABxD")};
  const std::string out = Run(ExitStatus::kCounterexample);
  EXPECT_NE(out.find("no entry of the manifest matches"), std::string::npos) << out;
  EXPECT_NE(out.find("golden/abcd, which has the same size, differs: byte 2 "), std::string::npos)
      << out;
}

// A manifest that contradicts itself convicts, whichever half is wrong.
TEST_F(VerifyCommand, ContradictingManifestIsNotAPass) {
  options_.manifest =
      File("m", "MD5 (" + directory_ + "/a) = " + kAbcdMd5 + " bytes=4 pattern=xyz\n");
  File("a", "ABCD");
  EXPECT_NE(Run(ExitStatus::kCounterexample).find("does not belong to it"), std::string::npos);
  File("a", "xyzx");
  EXPECT_NE(Run(ExitStatus::kCounterexample).find("contradicts itself"), std::string::npos);
}

// Nothing verified is no pass, and malformed input is not skipped.
TEST_F(VerifyCommand, VacuousAndMalformedInputIsNoPass) {
  options_.manifest = File("empty", "# nothing\n");
  Run(ExitStatus::kVacuous);
  EXPECT_NE(err_.find("nothing was verified"), std::string::npos);
  const std::string a = File("a", "ABCD");
  options_.manifest = File("garbage", std::string(kAbcdMd5) + "  " + a + "\ngarbage\n");
  EXPECT_EQ(Run(ExitStatus::kUsage), "");
  EXPECT_NE(err_.find("/garbage:2:1: not a manifest line"), std::string::npos) << err_;
  options_.manifest = directory_ + "/none";
  Run(ExitStatus::kUsage);
}

// Options that say too little or too much are refused.
TEST_F(VerifyCommand, BadOptionsAreRefused) {
  const std::string a = File("a", "ABCD");
  const auto refused = [&](auto&& change) {
    options_ = VerifyOptions();
    options_.files = {a};
    change(options_);
    EXPECT_EQ(Run(ExitStatus::kUsage), "");
    EXPECT_EQ(err_.rfind("shortwrite: verify: ", 0), 0u) << err_;
  };
  refused([](VerifyOptions&) {});
  refused([](VerifyOptions& o) { o.md5 = kAbcdMd5, o.pattern = "A", o.bytes = 1; });
  refused([](VerifyOptions& o) { o.md5 = "123"; });
  refused([](VerifyOptions& o) { o.md5 = kAbcdMd5, o.files.clear(); });
  refused([](VerifyOptions& o) { o.pattern = "A"; });
  refused([](VerifyOptions& o) { o.pattern = "", o.bytes = 1; });
  refused([&](VerifyOptions& o) { o.against = a, o.bytes = 1; });
  refused([&](VerifyOptions& o) { o.against = a + ".none"; });
}

// JSON: an object for each file, names that are not UTF-8 included, and a result.
TEST_F(VerifyCommand, JsonLinesAreObjects) {
  options_.md5 = kAbcdMd5;
  options_.files = {File("right\xff", "ABCD"), File("wrong", "x")};
  options_.json = true;
  std::istringstream lines(Run(ExitStatus::kCounterexample));
  std::vector<nlohmann::json> objects;
  for (std::string line; std::getline(lines, line);) objects.push_back(nlohmann::json::parse(line));
  ASSERT_EQ(objects.size(), 3u);
  EXPECT_EQ(objects[0]["right"], true);
  EXPECT_EQ(objects[0]["md5"], kAbcdMd5);
  EXPECT_EQ(objects[1]["right"], false);
  EXPECT_EQ(objects[1]["type"], "verify");
  EXPECT_EQ(objects[2]["type"], "result");
  EXPECT_EQ(objects[2]["wrong"], 1);
  EXPECT_EQ(objects[2]["exit"], 1);
}

// A lost line of verdicts must not end in success.
TEST_F(VerifyCommand, FullStandardOutputIsAFailure) {
  options_.md5 = kAbcdMd5;
  options_.files = {File("right", "ABCD")};
  const int saved = ::dup(STDOUT_FILENO);
  const int full = ::open("/dev/full", O_WRONLY | O_CLOEXEC);
  ASSERT_GE(::dup2(full, STDOUT_FILENO), 0);
  const ExitStatus exit = RunVerify(options_);
  ASSERT_GE(::dup2(saved, STDOUT_FILENO), 0);
  ::close(saved);
  ::close(full);
  EXPECT_EQ(exit, ExitStatus::kHarnessFailed);
}

}  // namespace
}  // namespace shortwrite
