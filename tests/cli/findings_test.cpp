#include "harness/cli/findings.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "harness/base/shell_quote.h"
#include "harness/schedule/generators.h"
#include "tests/cli/harness_process.h"

namespace shortwrite {
namespace {

namespace fs = std::filesystem;

Finding Example() {
  return {ParseSchedule("1:short=1 2:eagain").value(), "corrupted", "./writer {payload} {out}"};
}

// The text is the documented one, byte by byte: it is checked in by users.
TEST(Finding, HasItsDocumentedText) {
  EXPECT_EQ(FindingText(Example()),
            "shortwrite-schedule 1\n"
            "# verdict: corrupted\n"
            "# command: ./writer {payload} {out}\n"
            "1:short=1 2:eagain\n");
}

// What was written is read back, whatever the command holds.
RC_GTEST_PROP(Finding, RoundTrips, ()) {
  const Schedule schedule =
      *ArbitrarySchedule({.terminal = true, .hostile = true, .outputs = {"out", "a b", "\n#"}});
  const auto command = *rc::gen::container<std::string>(rc::gen::arbitrary<char>());
  const auto read = ParseFinding(FindingText({schedule, "hung", command}), "file");
  RC_ASSERT(read.ok());
  RC_ASSERT(read.value().schedule == schedule);
}

// No fault at all is a schedule, too (a stale tail).
TEST(Finding, MayHaveNoFault) {
  const auto read = ParseFinding(FindingText({{}, "corrupted", "w"}), "file");
  ASSERT_TRUE(read.ok()) << read.error().message;
  EXPECT_TRUE(read.value().schedule.empty());
}

// The payload that it was found with is read again; a comment that only looks like one is none.
TEST(Finding, NamesItsPayload) {
  const TrialPayload payload = {1055, PayloadText::kUtf8};
  const std::string text = FindingText({.schedule = Example().schedule, .payload = payload});
  EXPECT_NE(text.find("# payload: --text utf8 --bytes 1055\n"), std::string::npos) << text;
  EXPECT_EQ(ParseFinding(text, "file").value().payload, payload);
  EXPECT_EQ(ParseFinding(FindingText(Example()), "file").value().payload, std::nullopt);
  for (const char* const words : {"", "mine", "--bytes 0", "--bytes 9GiB", "--text utf8"}) {
    const std::string odd =
        std::string("shortwrite-schedule 1\n# payload: ") + words + "\n1:short=1";
    EXPECT_EQ(ParseFinding(odd, "file").value().payload, std::nullopt) << words;
  }
}

// Written by hand: comments anywhere, and steps over several lines.
TEST(Finding, MayHaveSeveralLines) {
  const auto read =
      ParseFinding("shortwrite-schedule 1\n1:short=1\n# then\n\n2:eagain\n3:eintr", "file");
  ASSERT_TRUE(read.ok()) << read.error().message;
  EXPECT_EQ(ToText(read.value().schedule), "1:short=1 2:eagain 3:eintr");
}

// A malformed file is refused with its name, the line, and for a step the column.
TEST(Finding, MalformedFilesNameTheLine) {
  const auto expect = [](const std::string& text, const std::string& says) {
    const auto read = ParseFinding(text, "kept.sched");
    ASSERT_FALSE(read.ok()) << text;
    EXPECT_EQ(read.error().kind, ErrorKind::kUsage);
    EXPECT_NE(read.error().message.find(says), std::string::npos) << read.error().message;
  };
  expect("", "kept.sched: empty");
  expect("1:short=1\n", "kept.sched:1:");
  expect("shortwrite-schedule 2\n1:short=1\n", "kept.sched:1:");
  expect("shortwrite-schedule 1\n# verdict: hung\n1:shrt=1\n", "kept.sched:3: schedule, column 3");
  expect("shortwrite-schedule 1\n1:short=1\n#\n2:eagain 3:short=0\n",
         "kept.sched:4: schedule, column 18");
}

// The name is the content's hash: the same finding twice is one file, another one another file, and
// no temporary is left.
TEST(Finding, IsSavedByItsContent) {
  const TemporaryDirectory directory;
  const std::string into = directory.File("a/b");
  const std::string first = SaveFinding(into, Example()).value();
  EXPECT_EQ(SaveFinding(into, Example()).value(), first);
  Finding other = Example();
  other.verdict = "hung";
  EXPECT_NE(SaveFinding(into, other).value(), first);
  EXPECT_EQ(ReadText(first), FindingText(Example()));
  EXPECT_EQ(std::distance(fs::directory_iterator(into), fs::directory_iterator()), 2);
  EXPECT_EQ(ReadFinding(first).value().schedule, Example().schedule);
}

// A directory is read in the order of names, without what is no finding; one that is not there has
// none, and a malformed one is an error.
TEST(Finding, DirectoriesAreRead) {
  const TemporaryDirectory directory;
  EXPECT_TRUE(ReadFindings(directory.File("none")).value().empty());
  std::ofstream(directory.File("b.sched")) << FindingText({{{ShortAt(2, Bytes(1))}}, "v", "c"});
  std::ofstream(directory.File("a.sched")) << FindingText({{{ShortAt(1, Bytes(1))}}, "v", "c"});
  std::ofstream(directory.File("c.sched")) << FindingText({{}, "v", "c"});
  std::ofstream(directory.File("README")) << "not a finding";
  const auto read = ReadFindings(directory.path());
  ASSERT_TRUE(read.ok()) << read.error().message;
  ASSERT_EQ(read.value().size(), 2u);
  EXPECT_EQ(ToText(read.value()[0].schedule), "1:short=1");
  EXPECT_EQ(read.value()[0].name, "a.sched");
  EXPECT_EQ(ToText(read.value()[1].schedule), "2:short=1");

  std::ofstream(directory.File("d.sched")) << "broken";
  const auto malformed = ReadFindings(directory.path());
  ASSERT_FALSE(malformed.ok());
  EXPECT_NE(malformed.error().message.find("d.sched:1"), std::string::npos);
}

// A directory that cannot be made is an error with its name.
TEST(Finding, CannotBeSavedBelowAFile) {
  const TemporaryDirectory directory;
  std::ofstream(directory.File("file")) << "x";
  const auto saved = SaveFinding(directory.File("file/below"), Example());
  ASSERT_FALSE(saved.ok());
  EXPECT_NE(saved.error().message.find("file/below"), std::string::npos);
}

// A shell reads every word back as it was, whatever bytes it holds.
RC_GTEST_PROP(ShellQuote, RoundTripsThroughAShell, ()) {
  const auto byte = rc::gen::distinctFrom('\0');
  const auto words = *rc::gen::nonEmpty(
      rc::gen::container<std::vector<std::string>>(rc::gen::container<std::string>(byte)));
  const TemporaryDirectory directory;
  const ProcessEnd end = RunProcess(directory, {"sh", "-c", "printf '%s\\0' " + ShellQuote(words)});
  std::string expected;
  for (const std::string& word : words) expected += word + '\0';
  RC_ASSERT(end.exit == 0);
  RC_ASSERT(end.out == expected);
}

// Words that a shell leaves alone stay readable.
TEST(ShellQuote, PlainWordsStayPlain) {
  EXPECT_EQ(ShellQuote("1:short=50%"), "1:short=50%");
  EXPECT_EQ(ShellQuote("{payload}"), "{payload}");
  EXPECT_EQ(ShellQuote(""), "''");
  EXPECT_EQ(ShellQuote("a b"), "'a b'");
  EXPECT_EQ(ShellQuote("it's"), "'it'\\''s'");
  EXPECT_EQ(ShellQuote(std::vector<std::string>{"a", "b c"}), "a 'b c'");
}

}  // namespace
}  // namespace shortwrite
