// Claim: a wrong output is not good, and the explanation says where its bytes came from, under
// which schedule, by which calls.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <sstream>
#include <string>

#include <shortwrite/injector.h>
#include <shortwrite/match.h>

#include "harness/base/file_bytes.h"
#include "harness/base/unique_fd.h"

namespace shortwrite::inprocess {
namespace {

TEST(Judge, ALostTailIsExplained) {
  const Payload payload = Payload::PositionCoded(4096);
  ScopedInjector injector(Schedule("1:short=1000"), "out");
  {
    const UniqueFd fd(open(injector.path().c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0666));
    ASSERT_EQ(write(fd.get(), payload.data(), payload.size()), 1000);
  }
  const Judged judged = injector.Judge(payload);
  EXPECT_FALSE(judged);
  EXPECT_EQ(judged.explanation,
            "the output is wrong: truncated: 1000 of 4096 bytes, the rest never arrived\n"
            "  1000 bytes, 4096 expected; first wrong byte at offset 1000\n"
            "  under Schedule(\"1:short=1000\")\n"
            "     1  write    asked     4096  got     1000  out  <- short");
}

TEST(Judge, TheRightOutputIsGood) {
  ScopedInjector injector(Schedule("1:short=1"), "out");
  {
    const UniqueFd fd(open(injector.path().c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0666));
    ASSERT_EQ(write(fd.get(), "abc", 3), 1);
    ASSERT_EQ(write(fd.get(), "bc", 2), 2);
  }
  const Judged judged = injector.Judge(Payload("abc"));
  EXPECT_TRUE(judged) << judged.explanation;
  EXPECT_EQ(judged.explanation, "");
  EXPECT_FALSE(injector.Judge(Payload("abcd")));
  EXPECT_FALSE(injector.Judge(Payload("abc"), "abx"));
}

TEST(Judge, AnAbsentOutputIsNotGood) {
  ScopedInjector injector(Schedule(), "out");
  const Judged judged = injector.Judge(Payload("abc"));
  EXPECT_FALSE(judged);
  EXPECT_NE(judged.explanation.find("No such file"), std::string::npos);
}

TEST(Match, FilesAndCapturedBytes) {
  const std::string path = ScratchPath("file");
  ASSERT_TRUE(WriteFile(path, "abc").ok());
  const ExactlyMatcher matcher = IsExactly(Payload("abc"));
  std::ostringstream text;
  EXPECT_TRUE(matcher.MatchAndExplain(FileAt(path), &text));
  EXPECT_TRUE(matcher.MatchAndExplain(std::string("abc"), &text));
  EXPECT_EQ(text.str(), "");
  EXPECT_FALSE(matcher.MatchAndExplain(std::string("ab"), &text));
  EXPECT_NE(text.str().find("2 bytes, 3 expected"), std::string::npos);
  EXPECT_FALSE(matcher.MatchAndExplain(FileAt(path + ".none"), nullptr));
  const testing::Matcher<const std::string&> as_gtest = matcher;
  EXPECT_TRUE(as_gtest.Matches("abc"));
  EXPECT_FALSE(as_gtest.Matches("abd"));
  EXPECT_FALSE(AsAssertion(Compare("x", Payload("y"))));
}

}  // namespace
}  // namespace shortwrite::inprocess
