// The stream is the one record of a campaign: what is written can be read back, wherever it ends,
// and nothing else is taken for a stream.
#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "harness/report/campaign_record.h"
#include "harness/report/json_report.h"
#include "harness/report/plain_text.h"
#include "tests/report/golden.h"
#include "tests/report/report_values.h"

namespace shortwrite {
namespace {

CampaignRecord Read(const std::string& stream) {
  Result<CampaignRecord> record = ReadStream(stream, "test");
  if (record.ok()) return std::move(record).value();
  ADD_FAILURE() << record.error().message;
  return {};
}

std::string ErrorOf(const std::string& stream) {
  const Result<CampaignRecord> record = ReadStream(stream, "test");
  if (record.ok()) return "";
  EXPECT_EQ(record.error().kind, ErrorKind::kUsage);
  return record.error().message;
}

std::string LineOf(const std::string& fields) {
  return R"({"schema":"shortwrite/1",)" + fields + "}\n";
}

// The lines, byte by byte.
TEST(Stream, HasTheseLines) {
  ExpectGolden("stream_survived.jsonl", StreamOf(SurvivedCampaign(), 0));
  ExpectGolden("stream_corrupted.jsonl", StreamOf(FailedCampaign(), 1));
  ExpectGolden("stream_odd_names.jsonl", StreamOf(CampaignWithOddNames(), 1));
  ExpectGolden("stream_control_failed.jsonl",
               StreamOf(EndedCampaign(CampaignEnd::kControlFailed), 4));
}

// What was written is read back.
TEST(ReadStream, GivesBackWhatWasWritten) {
  const CampaignRecord record = Read(StreamOf(FailedCampaign(), 1));
  EXPECT_TRUE(record.complete);
  EXPECT_EQ(record.verdict, "corrupted");
  EXPECT_EQ(record.exit_status, 1);
  EXPECT_EQ(record.seed, 7u);
  EXPECT_EQ(record.command.size(), 3u);
  EXPECT_EQ(record.backend, "preload") << "what it was, not what was asked for";
  ASSERT_TRUE(record.control);
  EXPECT_EQ(record.control->output_bytes, 32u);
  EXPECT_FALSE(record.pending);
  ASSERT_EQ(record.counterexamples.size(), 1u);
  const CounterexampleRecord& found = record.counterexamples[0];
  EXPECT_EQ(found.schedule, "2:short=1 3:eagain");
  EXPECT_EQ(found.divergence.offset, 13u);
  EXPECT_EQ(found.divergence.reference, "0123456789abcdefghijklmnopqrstuv");
  EXPECT_EQ(found.divergence.output, "0123456789abcopqrstuv");
  ASSERT_EQ(found.runs.size(), 2u);
  EXPECT_EQ(found.runs[1].from, 24u);
  ASSERT_EQ(found.missing.size(), 1u);
  EXPECT_EQ(found.missing[0].bytes, 11u);
  ASSERT_EQ(found.planned.size(), 2u);
  EXPECT_EQ(found.planned[0].delivered, 1u);
  EXPECT_EQ(found.planned[1].delivered, 0u);
  ASSERT_EQ(found.calls.size(), 4u);
  EXPECT_EQ(found.calls[1].fault, "short");
  EXPECT_EQ(found.calls[2].fault, "");
  EXPECT_EQ(found.calls[2].planned_fault, "eagain") << "planned, and not legal there";
  EXPECT_EQ(found.calls[3].result, -1);
}

// Cut at any byte, a stream can be read; and it is never that of a target that survived unless its
// last line is whole.
TEST(ReadStream, ReadsWhatIsLeftOfAStreamCutAnywhere) {
  const std::string survived = StreamOf(SurvivedCampaign(), 0);
  for (size_t bytes = 0; bytes + 1 < survived.size(); ++bytes) {
    const CampaignRecord record = Read(survived.substr(0, bytes));
    EXPECT_FALSE(record.survived()) << bytes;
    EXPECT_EQ(record.verdict, kAborted) << bytes;
    EXPECT_NE(DescribeEnd(record).find("cut off"), std::string::npos);
  }
  EXPECT_TRUE(Read(survived).survived());
  EXPECT_TRUE(Read(survived.substr(0, survived.size() - 1)).survived()) << "the newline alone";
}

// Of a campaign that was cut off everything is kept that it had found.
TEST(ReadStream, KeepsWhatAnAbortedCampaignHadFound) {
  const std::string stream = StreamOf(FailedCampaign(), 1);
  const size_t result = stream.rfind("{\"schema\"");
  CampaignRecord record = Read(stream.substr(0, result));
  ASSERT_EQ(record.counterexamples.size(), 1u);
  EXPECT_FALSE(record.pending);
  const size_t counterexample = stream.rfind("{\"schema\"", result - 1);
  record = Read(stream.substr(0, counterexample + 200));
  EXPECT_TRUE(record.counterexamples.empty());
  ASSERT_TRUE(record.pending) << "found, and not yet made smaller";
  EXPECT_EQ(record.pending->schedule, "2:short=50% 3:eagain");
}

// A control that was repeated after the failure can show that it means nothing: the result has the
// last word on what was found.
TEST(ReadStream, DropsWhatTheResultDoesNotKeep) {
  const std::string stream = StreamOf(FailedCampaign(), 1);
  const std::string lines = stream.substr(0, stream.rfind("{\"schema\""));
  CampaignResult withdrawn = EndedCampaign(CampaignEnd::kControlFailed);
  const CampaignRecord record = Read(lines + CampaignJson(withdrawn, 4, ExampleContext()) + '\n');
  EXPECT_TRUE(record.counterexamples.empty());
  EXPECT_EQ(record.verdict, "inconclusive");
  // And one whose line is missing is what the result says of it.
  const CampaignRecord alone = Read(CampaignJson(FailedCampaign(), 1, ExampleContext()) + '\n');
  ASSERT_EQ(alone.counterexamples.size(), 1u);
  EXPECT_EQ(alone.counterexamples[0].schedule, "2:short=1 3:eagain");
  EXPECT_TRUE(alone.counterexamples[0].calls.empty());
}

// What a replay prints is such a stream, too.
TEST(ReadStream, TakesAReplayForItsOneTrial) {
  std::string stream;
  const Schedule schedule = ParseSchedule("2:short=1 3:eagain").value();
  for (const std::string& line : ReplayJson(FailedReplay(), schedule, 1, ExampleContext())) {
    stream += line + '\n';
  }
  const CampaignRecord record = Read(stream);
  ASSERT_EQ(record.counterexamples.size(), 1u);
  EXPECT_EQ(record.counterexamples[0].verdict, "corrupted");
  EXPECT_EQ(record.counterexamples[0].calls.size(), 4u);
}

// One in which nothing was wrong has a trial to show, and no counterexample.
TEST(ReadStream, KeepsTheTrialOfAReplayThatSurvived) {
  ReplayResult replay = FailedReplay();
  replay.end = CampaignEnd::kSurvived;
  replay.judgement.verdict = Verdict::kSurvived;
  std::string stream;
  for (const std::string& line :
       ReplayJson(replay, ParseSchedule("2:short=1").value(), 0, ExampleContext())) {
    stream += line + '\n';
  }
  const CampaignRecord record = Read(stream);
  EXPECT_TRUE(record.survived());
  EXPECT_TRUE(record.counterexamples.empty());
  ASSERT_TRUE(record.trial.has_value());
  EXPECT_EQ(record.trial->schedule, "2:short=1");
  EXPECT_EQ(record.trial->calls.size(), 4u);
}

// A later version may say more.
TEST(ReadStream, PassesOverWhatItDoesNotKnow) {
  const std::string stream = StreamOf(SurvivedCampaign(), 0);
  const size_t line = stream.find('\n') + 1;
  EXPECT_TRUE(Read(stream.substr(0, line) + LineOf(R"("type":"weather","rain":[1,{}])") +
                   stream.substr(line))
                  .survived());
  EXPECT_TRUE(
      Read(LineOf(R"("type":"result","verdict":"survived","exit":0,"reason":"","mood":{"a":1})"))
          .survived());
}

// What is no stream is refused, with the line and the reason.
TEST(ReadStream, RefusesWhatIsNoStream) {
  const std::string first = LineOf(R"("type":"campaign","seed":7)");
  const auto expect = [&](const std::string& stream, const std::string& why) {
    const std::string error = ErrorOf(stream);
    EXPECT_NE(error.find(why), std::string::npos) << stream << " -> " << error;
  };
  expect(first + "{\"schema\":\n" + first, "test: line 2: not JSON");
  expect(first + "\n" + first, "line 2: not JSON");
  expect("survived\n", "line 1: not JSON");
  expect("[]\n", "line 1: not an object");
  expect("{\"schema\":\"other/1\",\"type\":\"result\"}\n", "its schema is 'other/1'");
  expect("{\"type\":\"result\"}\n", "its schema is ''");
  expect(LineOf(R"("type":"campaign","seed":"7")"), "'seed' is not a whole number");
  expect(LineOf(R"("type":"campaign","seed":-7)"), "'seed' is not a whole number");
  expect(LineOf(R"("type":"campaign","seed":1e300)"), "'seed' is not a whole number");
  expect(LineOf(R"("type":"campaign","command":"true")"), "'command' is not an array");
  expect(LineOf(R"("type":"campaign","command":[1])"), "'command' is not an array");
  expect(LineOf(R"("type":"counterexample","calls":[1])"), "'calls' is not an array of objects");
  expect(LineOf(R"("type":"counterexample","calls":[{"result":18446744073709551615}])"),
         "'result' is not a whole number");
  expect(LineOf(R"("type":"counterexample","divergence":{"output_hex":"0g"})"),
         "'output_hex' is not");
  expect(LineOf(R"("type":"counterexample","class_certain":"yes")"), "'class_certain' is not");
  expect(LineOf(R"("type":"result","verdict":"survived")") + first, "line 2: a line after");
}

// A million calls would be a line that nobody can hold: half of those that are kept stand on each
// side of the first fault.
TEST(Stream, KeepsTheNeighbourhoodOfTheFault) {
  const CampaignRecord record = Read(StreamOf(CampaignOfManyCalls(200'000), 1));
  const CounterexampleRecord& found = record.counterexamples.at(0);
  EXPECT_EQ(found.calls.size(), 50'000u);
  EXPECT_EQ(found.calls_before + found.calls_after, 150'000u);
  const auto fault = std::find_if(found.calls.begin(), found.calls.end(),
                                  [](const CallRecord& call) { return !call.fault.empty(); });
  ASSERT_NE(fault, found.calls.end());
  EXPECT_EQ(fault->n, 100'000u);
  EXPECT_EQ(fault - found.calls.begin(), 25'000);
}

// Texts in a record steer nothing and forge nothing, and hold what XML can hold.
TEST(PlainText, HasNoControlCharacters) {
  EXPECT_EQ(PlainText("a\tb\n\x1b[31m\x7f"), "a\\x09b\\x0a\\x1b[31m\\x7f");
  EXPECT_EQ(PlainText("\xc2\x9b"
                      "2J"),
            "\\u{9b}2J")
      << "the same escape in one character";
  EXPECT_EQ(PlainText("a\xe2\x80\xae"
                      "b"),
            "a\\u{202e}b")
      << "right to left";
  EXPECT_EQ(PlainText("\xef\xbf\xbf"), "\\u{ffff}") << "not a character; XML refuses it";
  EXPECT_EQ(PlainText("\xff\xc0\x80\xed\xa0\x80"), "\\xff\\xc0\\x80\\xed\\xa0\\x80");
  EXPECT_EQ(PlainText("\xe2\x82"), "\\xe2\\x82") << "cut";
  EXPECT_EQ(PlainText("gr\xc3\xbc\xc3\x9f \xe2\x82\xac \xf0\x9f\x98\x80"),
            "gr\xc3\xbc\xc3\x9f \xe2\x82\xac \xf0\x9f\x98\x80");
  EXPECT_EQ(PlainLines("a\nb\x01"), "a\nb\\x01");
  EXPECT_EQ(PlainText(std::string("\0", 1)), "\\x00");
}

TEST(Shortened, CutsBetweenCharacters) {
  EXPECT_EQ(Shortened("abc", 3), "abc");
  EXPECT_EQ(Shortened("abcdef", 3), "abc... (3 more bytes)");
  EXPECT_EQ(Shortened("a\xe2\x82\xac"
                      "b",
                      3),
            "a... (4 more bytes)");
}

}  // namespace
}  // namespace shortwrite
