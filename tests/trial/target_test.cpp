#include "harness/trial/target.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <algorithm>
#include <cstdlib>

#include "harness/base/file_bytes.h"
#include "tests/trial/children.h"

namespace shortwrite {
namespace {

Target Command(std::vector<std::string> command) {
  Target target;
  target.command = std::move(command);
  return target;
}

// Every occurrence of a placeholder is replaced, wherever it stands in an argument.
TEST(Target, ExpandsPlaceholders) {
  const Target target = Command({"dd", "if={payload}", "of={out}", "{dir}/{dir}", "{other}", "{}"});
  EXPECT_EQ(Expand(target, "/p", "/o", "/d"),
            (std::vector<std::string>{"dd", "if=/p", "of=/o", "/d//d", "{other}", "{}"}));
}

// Which placeholders a command has decides what is judged, and against what.
TEST(Target, KnowsWhatItNames) {
  EXPECT_TRUE(Command({"cp", "{payload}", "{out}"}).NamesOutput());
  EXPECT_TRUE(Command({"cp", "{payload}", "{out}"}).NamesPayload());
  EXPECT_FALSE(Command({"cat", "{payload}"}).NamesOutput());
  EXPECT_FALSE(Command({"sort"}).NamesPayload());
  Target reads = Command({"sort"});
  reads.stdin_is_payload = true;
  EXPECT_TRUE(reads.NamesPayload());
}

// Programs are found as execvp(3) does: by PATH, or by the path itself if it has a slash.
TEST(Target, FindsPrograms) {
  const TemporaryDirectory directory;
  const std::string path = directory.path() + "/own program";
  ASSERT_TRUE(WriteFile(path, "#!/bin/sh\n").ok());
  EXPECT_FALSE(FindProgram(path).ok());  // not executable
  chmod(path.c_str(), 0755);
  EXPECT_EQ(FindProgram(path).value(), path);
  EXPECT_TRUE(FindProgram("sh").value().ends_with("/sh"));
  EXPECT_FALSE(FindProgram("no-such-program-anywhere").ok());
  EXPECT_FALSE(FindProgram("").ok());
  EXPECT_FALSE(FindProgram(directory.path()).ok());
}

// A static program can not be preloaded, and the reason says so; scripts and dynamic programs can.
TEST(Target, SaysWhyAProgramCannotBePreloaded) {
  EXPECT_NE(WhyNotPreloadable(SHORTWRITE_FIXTURES_DIR "/unseen/static_writer").find("static"),
            std::string::npos);
  EXPECT_EQ(WhyNotPreloadable(SHORTWRITE_FIXTURES_DIR "/correct/plain_loop"), "");
  const TemporaryDirectory directory;
  ASSERT_TRUE(WriteFile(directory.path() + "/script", "#!/bin/sh\n").ok());
  EXPECT_EQ(WhyNotPreloadable(directory.path() + "/script"), "");
}

// The library stands beside the program.
TEST(Target, FindsTheLibraryBesideItself) {
  const Result<std::string> library = FindPreloadLibrary();
  ASSERT_TRUE(library.ok()) << library.error().message;
  EXPECT_TRUE(library.value().ends_with("/libshortwrite_preload.so"));
}

int CountEntries(const std::vector<std::string>& environment, const std::string& prefix) {
  return static_cast<int>(std::count_if(environment.begin(), environment.end(),
                                        [&](const auto& e) { return e.starts_with(prefix); }));
}

// The trial's environment is the caller's, with our library before the caller's own, our region and
// the trial's directory; nothing occurs twice.
TEST(Target, BuildsTheTrialsEnvironment) {
  setenv("SHORTWRITE_REGION", "/of/an/outer/trial", 1);
  setenv("TMPDIR", "/elsewhere", 1);
  setenv("KEPT", "as it is", 1);
  setenv("LD_PRELOAD", "/their.so", 1);
  const std::vector<std::string> environment = TrialEnvironment("/our.so", "/region", "/dir");
  unsetenv("LD_PRELOAD");
  unsetenv("SHORTWRITE_REGION");
  unsetenv("TMPDIR");
  for (const char* entry : {"LD_PRELOAD=/our.so:/their.so", "SHORTWRITE_REGION=/region",
                            "TMPDIR=/dir", "KEPT=as it is"}) {
    EXPECT_EQ(std::count(environment.begin(), environment.end(), entry), 1) << entry;
  }
  for (const char* prefix : {"LD_PRELOAD=", "SHORTWRITE_REGION=", "TMPDIR="}) {
    EXPECT_EQ(CountEntries(environment, prefix), 1) << prefix;
  }
}

}  // namespace
}  // namespace shortwrite
