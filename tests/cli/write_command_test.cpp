#include "harness/cli/write_command.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>

#include "harness/oracle/digest.h"
#include "harness/oracle/manifest.h"
#include "harness/writer/payload.h"

namespace shortwrite {
namespace {

struct Outcome {
  ExitStatus exit;
  std::string out;
  std::string err;
};

class WriteCommand : public testing::TestWithParam<bool> {
 protected:
  WriteCommand() : directory_(testing::TempDir() + "write_command_XXXXXX") {
    EXPECT_NE(::mkdtemp(directory_.data()), nullptr);
    options_.async = GetParam();
    options_.out = directory_ + "/out";
  }
  ~WriteCommand() override {
    ::unlink(options_.out.c_str());
    ::unlink((directory_ + "/out").c_str());
    ::unlink((directory_ + "/in").c_str());
    ::rmdir(directory_.c_str());
  }

  Outcome Run() const {
    testing::internal::CaptureStdout();
    testing::internal::CaptureStderr();
    const ExitStatus exit = RunWrite(options_);
    const std::string out = testing::internal::GetCapturedStdout();
    return {exit, out, testing::internal::GetCapturedStderr()};
  }

  std::string Content() const {
    std::ifstream file(options_.out, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }

  std::string directory_;
  WriteOptions options_;
};

INSTANTIATE_TEST_SUITE_P(Modes, WriteCommand, testing::Values(false, true),
                         [](const auto& mode) { return mode.param ? "Async" : "Sync"; });

// Both modes leave the same bytes, and print a digest line that is a manifest of them.
TEST_P(WriteCommand, PatternIsWritten) {
  std::ofstream(options_.out) << std::string(100'000, 'x');  // must leave no tail
  options_.pattern = "ABCD";
  options_.bytes = 10'001;
  const Outcome outcome = Run();
  EXPECT_EQ(outcome.exit, ExitStatus::kSurvived);
  const std::string expected = ReadWhole(Payload::Pattern("ABCD", 10'001)).value();
  EXPECT_EQ(Content(), expected);
  const Manifest manifest = ParseManifest(outcome.out, "stdout").value();
  ASSERT_EQ(manifest.size(), 1u);
  EXPECT_EQ(manifest[0].name, options_.out);
  EXPECT_EQ(manifest[0].md5, DigestBytes(expected).value().md5);
  EXPECT_EQ(outcome.err,
            options_.async ? "call 1: asked 10001, accepted 10001, progress 1.0\n" : "");
}

// A file's content is copied; an empty one too.
TEST_P(WriteCommand, FileIsCopied) {
  options_.from = directory_ + "/in";
  for (const std::string& content : {std::string(), std::string("a\0b", 3)}) {
    std::ofstream(*options_.from, std::ios::binary) << content;
    EXPECT_EQ(Run().exit, ExitStatus::kSurvived);
    EXPECT_EQ(Content(), content);
  }
}

// A pattern whose repetitions fit no page is written all the same, in several requests.
TEST_P(WriteCommand, AwkwardPatternIsWritten) {
  options_.pattern = std::string(50'001, 'a') + "b";
  options_.pattern->push_back('c');
  options_.bytes = 40'000'001;
  options_.quiet = true;
  const Outcome outcome = Run();
  EXPECT_EQ(outcome.exit, ExitStatus::kSurvived);
  EXPECT_EQ(outcome.err, "");
  EXPECT_EQ(DigestFile(options_.out).value().md5,
            DigestPayload(Payload::Pattern(*options_.pattern, options_.bytes)).value().md5);
}

// JSON: one object to a line, a call for each accepting write call, then the result.
TEST_P(WriteCommand, JsonLinesAreObjects) {
  options_.pattern = "ABCD";
  options_.bytes = 4;
  options_.json = true;
  options_.quiet = true;
  std::istringstream lines(Run().out);
  std::vector<nlohmann::json> objects;
  for (std::string line; std::getline(lines, line);) objects.push_back(nlohmann::json::parse(line));
  ASSERT_EQ(objects.size(), options_.async ? 2u : 1u);
  for (const nlohmann::json& object : objects) EXPECT_EQ(object["schema"], "shortwrite/1");
  EXPECT_EQ(objects.back()["type"], "write");
  EXPECT_EQ(objects.back()["bytes"], 4);
  EXPECT_EQ(objects.back()["md5"], "cb08ca4a7bb5f9683c19133a84872ca7");
  if (!options_.async) return;
  EXPECT_EQ(objects[0]["type"], "call");
  EXPECT_EQ(objects[0]["asked"], 4);
  EXPECT_EQ(objects[0]["result"], 4);
  EXPECT_EQ(objects.back()["write_calls"], 1);
}

// Options that contradict each other are refused before anything is touched.
TEST_P(WriteCommand, BadOptionsTouchNothing) {
  std::ofstream(options_.out) << "precious";
  const WriteOptions base = options_;
  const auto refused = [&](auto&& change) {
    options_ = base;
    change(options_);
    const Outcome outcome = Run();
    EXPECT_EQ(outcome.exit, ExitStatus::kUsage);
    EXPECT_EQ(outcome.out, "");
    EXPECT_EQ(outcome.err.rfind("shortwrite: ", 0), 0u) << outcome.err;
  };
  refused([](WriteOptions&) {});
  refused([](WriteOptions& o) { o.pattern = "", o.bytes = 1; });
  refused([](WriteOptions& o) { o.pattern = "A", o.from = "/dev/null"; });
  refused([](WriteOptions& o) { o.from = o.out, o.bytes = 5; });
  refused([](WriteOptions& o) { o.from = o.out; });  // would be emptied before it is read
  refused([](WriteOptions& o) { o.pattern = "A", o.bytes = 1, o.out = ""; });
  options_ = base;
  EXPECT_EQ(Content(), "precious");
}

// A full disk is reported with what was written.
TEST_P(WriteCommand, FullDiskIsReported) {
  options_.pattern = "A";
  options_.bytes = 10;
  options_.out = "/dev/full";
  const Outcome outcome = Run();
  options_.out = directory_ + "/out";
  EXPECT_EQ(outcome.exit, ExitStatus::kHarnessFailed);
  EXPECT_EQ(outcome.err,
            "shortwrite: write '/dev/full' (after 0 of 10 bytes, which stay in the file): No space "
            "left on device\n");
}

// Where nothing can be read back there is no digest, and no success.
TEST_P(WriteCommand, UnreadableOutputIsNoSuccess) {
  options_.pattern = "A";
  options_.bytes = 10;
  options_.out = "/dev/null";
  const Outcome outcome = Run();
  options_.out = directory_ + "/out";
  EXPECT_EQ(outcome.exit, ExitStatus::kHarnessFailed);
  EXPECT_EQ(outcome.out, "");
  EXPECT_NE(outcome.err.find("not a regular file"), std::string::npos);
}

}  // namespace
}  // namespace shortwrite
