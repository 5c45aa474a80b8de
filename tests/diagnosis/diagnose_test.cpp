#include "harness/diagnosis/diagnose.h"

#include <gtest/gtest.h>

#include <cerrno>
#include <csignal>
#include <set>

#include "harness/diagnosis/rules.h"
#include "tests/diagnosis/stories.h"

namespace shortwrite {
namespace {

constexpr TargetEnd kFails = {TargetEnd::Kind::kExited, 1};
constexpr TargetEnd kHangs = {TargetEnd::Kind::kHung, 0};
constexpr TargetEnd kSpins = {TargetEnd::Kind::kSpun, 0};
const std::string kChunk1 = Part(0, 100);
const std::string kChunk2 = Part(100, 100);
const std::string kChunk3 = Part(200, 100);

struct Case {
  const char* name;
  std::string classes;  // all candidates
  Script script;
};

void PrintTo(const Case& value, std::ostream* os) {
  *os << value.name;
}

std::string Joined(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : " ") + word;
  return text;
}

class Scripts : public testing::TestWithParam<Case> {};

// Each mechanism has its class, with every class that looks the same from outside.
TEST_P(Scripts, AreNamed) {
  const Diagnosis diagnosis = DiagnoseScript(GetParam().script);
  EXPECT_EQ(Joined(diagnosis.candidates), GetParam().classes) << diagnosis.sentence;
  if (diagnosis.candidates.empty()) return;
  EXPECT_EQ(diagnosis.class_name, diagnosis.candidates.front());
  EXPECT_EQ(diagnosis.certain, diagnosis.candidates.size() == 1);
  EXPECT_EQ(diagnosis.sentence.find("the same") != std::string::npos,
            diagnosis.candidates.size() > 1)
      << diagnosis.sentence;
}

std::string NameOf(const testing::TestParamInfo<Case>& info) {
  return info.param.name;
}

INSTANTIATE_TEST_SUITE_P(
    AfterAShortWrite, Scripts,
    testing::Values(
        Case{"RestLeftOut", "W01 W12 W25", {.calls = {{kChunk1, 40}, {kChunk2}, {kChunk3}}}},
        Case{"RestOfTheLastLeftOut",
             "W01 W12 W25",
             {.calls = {{kChunk1}, {kChunk2}, {kChunk3, 40}}}},
        Case{"RestLeftOutAndTheEndAgain",
             "W25",
             {.calls = {{kChunk1, 40}, {kChunk2}, {kChunk3}, {Part(240, 60)}}}},
        Case{"RestLeftOutAtItsPosition",
             "W01 W12 W25",
             {.calls = {{kChunk1, 40, "pwrite", 0},
                        {kChunk2, {}, "pwrite", 100},
                        {kChunk3, {}, "pwrite", 200}}}},
        Case{"RestLeftOutWhereSignalsAreHandled",
             "W28 W01 W12",
             {.calls = {{kChunk1, 40}, {kChunk2}, {kChunk3}}, .handles_signals = true}},
        // Whoever answers the signal is the library, and what it is called for is made once.
        Case{"RestLeftOutByALibraryThatHandlesSignals",
             "W01 W12 W25",
             {.calls = {{kChunk1, 40}, {kChunk2}, {kChunk3}},
              .handles_signals = true,
              .through_library = true}},
        Case{"GivesUp", "W02", {.calls = {{kChunk1, 40}}, .end = kFails}},
        Case{"GivesUpOnAStream",
             "W02 W31",
             {.calls = {{kChunk1, 40}}, .end = kFails, .stream = true}},
        Case{"Aborts",
             "W02",
             {.calls = {{kChunk1, 40}}, .end = {TargetEnd::Kind::kSignaled, SIGABRT}}},
        Case{"SaysSuccess",
             "W03",
             {.calls = {{kChunk1, 40}}, .end = kFails, .message = "out: Success"}},
        Case{"SaysDiskFull",
             "W03",
             {.calls = {{kChunk1, 40}}, .end = kFails, .message = "filesystem full?"}},
        Case{"StopsSilently", "W03 W21", {.calls = {{kChunk1, 40}}}},
        Case{"OneCallUnderACeiling",
             "W05 W01",
             {.calls = {{ScriptPayload(), 40}}, .control = {300}, .fault = FaultKind::kCap}},
        Case{"HeadAgainForTheRest",
             "W08 W16",
             {.calls = {{kChunk1, 40}, {Part(0, 60)}, {kChunk2}, {kChunk3}}}},
        Case{"RestWithTheFullLength",
             "W09",
             {.calls = {{kChunk1, 40}, {Part(40, 100)}, {kChunk2}, {kChunk3}}}},
        Case{"RestWithForeignBytes",
             "W09",
             {.calls =
                  {{kChunk1, 40}, {Part(40, 60) + std::string(40, '#')}, {kChunk2}, {kChunk3}}}},
        // The buffer was filled up again, and part of what was in it is lost.
        Case{"FilledUpBehindAPartOfTheRest",
             "W16 W40",
             {.calls = {{kChunk1, 40}, {Part(40, 30) + Part(100, 70)}, {Part(170, 130)}}}},
        Case{"WholeChunkAgain", "W10", {.calls = {{kChunk1, 40}, {kChunk1}, {kChunk2}, {kChunk3}}}},
        Case{"WholeChunkAgainForEver",
             "W10",
             {.calls = {{kChunk1, 40}, {kChunk1, 40}, {kChunk1, 40}},
              .end = kSpins,
              .stream = true}},
        Case{"RolledBackForEver",
             "W11",
             {.calls = {{kChunk1, 40}, {kChunk1, 40, "write", 0}, {kChunk1, 40, "write", 0}},
              .end = kSpins}},
        Case{"RestBehindAGap",
             "W12 W13",
             {.calls = {{kChunk1, 40, "pwrite", 0},
                        {Part(40, 60), {}, "pwrite", 100},
                        {kChunk2, {}, "pwrite", 160},
                        {kChunk3, {}, "pwrite", 260}}}},
        Case{"RestAtTheSamePosition",
             "W14",
             {.calls = {{kChunk1, 40, "pwrite", 0},
                        {Part(40, 60), {}, "pwrite", 0},
                        {kChunk2, {}, "pwrite", 100},
                        {kChunk3, {}, "pwrite", 200}}}},
        Case{"LaterChunkTooFar",
             "W15",
             {.calls = {{kChunk1, 40}, {Part(40, 60)}, {Part(140, 60)}, {kChunk3}}}},
        Case{"HeadAndTheNextChunk",
             "W16",
             {.calls = {{kChunk1, 40}, {Part(0, 60) + Part(100, 40)}, {Part(140, 60)}, {kChunk3}}}},
        Case{"HeadAgainBehindTheSentByte",
             "W16",
             {.calls = {{kChunk1, 1}, {Part(0, 1) + Part(0, 98)}, {kChunk2}, {kChunk3}}}},
        Case{"HeadAgainBehindTheSentBytes",
             "W16",
             {.calls = {{kChunk1, 40}, {Part(0, 40) + Part(0, 20)}, {kChunk2}, {kChunk3}}}},
        Case{"SecondShortIgnored",
             "W18",
             {.calls = {{kChunk1, 40}, {Part(40, 60), 30}, {kChunk2}, {kChunk3}}}},
        Case{"SecondShortFatal",
             "W18",
             {.calls = {{kChunk1, 40}, {Part(40, 60), 30}}, .end = kFails}},
        Case{"LastCountReturned",
             "W21",
             {.calls = {{kChunk1, 40}, {Part(40, 60)}, {Part(60, 100)}, {Part(160, 140)}}}},
        Case{"CompleteButFails",
             "W21 W30",
             {.calls = {{kChunk1, 40}, {Part(40, 60)}, {kChunk2}, {kChunk3}}, .end = kFails}},
        Case{"RestCameLast",
             "W39",
             {.calls = {{kChunk1, 40}, {kChunk2}, {kChunk3}, {Part(40, 60)}}}},
        Case{"RestFromRefilledBuffer",
             "W40",
             {.calls = {{kChunk1, 40}, {Part(140, 60)}, {kChunk2}, {kChunk3}}}},
        Case{"DiesOfMemory",
             "W09 W16 W40",
             {.calls = {{kChunk1, 40}}, .end = {TargetEnd::Kind::kSignaled, SIGSEGV}}},
        Case{"Waits", "W38 W37", {.calls = {{kChunk1, 40}}, .end = kHangs, .stream = true}},
        Case{"RivalInBetween",
             "W49",
             {.calls = {{kChunk1, 40, "write"},
                        {kChunk2, {}, "write", 40, 2},
                        {Part(40, 60), {}, "write", 140},
                        {kChunk3, {}, "write", 200}}}},
        Case{
            "CopiedOnce", "W32", {.calls = {{ScriptPayload(), 40, "sendfile"}}, .control = {300}}}),
    NameOf);

INSTANTIATE_TEST_SUITE_P(
    OfUnitsAndRecords, Scripts,
    testing::Values(
        // Units of four bytes, of which ten are whole.
        Case{"CutUnitAgain",
             "W17",
             {.calls = {{kChunk1, 42}, {Part(40, 60)}, {kChunk2}, {kChunk3}}}},
        Case{"CutFirstUnitAgain",
             "W10 W17",
             {.calls = {{kChunk1, 1}, {kChunk1}, {kChunk2}, {kChunk3}}}},
        Case{"OffsetsInLaterRecords",
             "W13 W40 W16",
             {.calls = {{kChunk1, 40}, {Part(40, 60)}, {kChunk2}, {std::string(100, '#')}}}},
        // The offset kept aside says 98 where the file goes on at 100.
        Case{"LaterHeaderTooEarly",
             "W13",
             {.calls = {{kChunk1, 2},
                        {Part(2, 98)},
                        {std::string(24, '.') + Part(124, 76)},
                        {Part(100, 24), {}, "pwrite", 98},
                        {kChunk3, {}, "write", 200}}}},
        Case{"NothingMoreToSend", "W15 W21", {.calls = {{kChunk1, 40}, {Part(40, 60)}}}},
        Case{"FailsWhenTheRestIsOut",
             "W21",
             {.calls = {{kChunk1, 40}, {Part(40, 60)}}, .end = kFails}}),
    NameOf);

INSTANTIATE_TEST_SUITE_P(OfVectors, Scripts,
                         testing::Values(Case{"NextBatch",
                                              "W22 W24",
                                              {.calls = {{kChunk1, 40, "writev"},
                                                         {kChunk2, {}, "writev"},
                                                         {kChunk3, {}, "writev"}}}},
                                         // Vectors of 25 bytes; the second is split.
                                         Case{
                                             "SentPartKept",
                                             "W23",
                                             {.calls = {{kChunk1, 40, "writev"},
                                                        {Part(25, 15) + Part(50, 50), {}, "writev"},
                                                        {kChunk2, {}, "writev"},
                                                        {kChunk3, {}, "writev"}}}},
                                         Case{"SentByteKept",
                                              "W24 W23",
                                              {.calls = {{kChunk1, 1, "writev"},
                                                         {Part(0, 1) + Part(25, 75), {}, "writev"},
                                                         {kChunk2, {}, "writev"},
                                                         {kChunk3, {}, "writev"}}}},
                                         // The next vectors fill the batch up.
                                         Case{"SplitOneLeftOutOfALongerBatch",
                                              "W24",
                                              {.calls = {{kChunk1, 40, "writev"},
                                                         {Part(50, 100), {}, "writev"},
                                                         {Part(150, 150), {}, "writev"}}}},
                                         Case{"SplitOneLeftOut",
                                              "W24",
                                              {.calls = {{kChunk1, 40, "writev"},
                                                         {Part(50, 50), {}, "writev"},
                                                         {kChunk2, {}, "writev"},
                                                         {kChunk3, {}, "writev"}}}}),
                         NameOf);

INSTANTIATE_TEST_SUITE_P(
    AfterARefusal, Scripts,
    testing::Values(
        Case{"SignalIsFatal", "W26", {.calls = {{kChunk1}, {kChunk2, -EINTR}}, .end = kFails}},
        Case{"SignalEndsTheWork", "W27 W20", {.calls = {{kChunk1}, {kChunk2, -EINTR}}}},
        Case{"ShortAfterSignal",
             "W28",
             {.calls = {{kChunk1, -EINTR}, {kChunk1, 40}, {kChunk2}, {kChunk3}}}},
        Case{"StartsOver",
             "W29",
             {.calls = {{kChunk1, 40}, {Part(40, 60), -EAGAIN}, {kChunk1}, {kChunk2}, {kChunk3}}}},
        Case{"FailsThoughMended",
             "W30",
             {.calls = {{kChunk1, -EINTR}, {kChunk1}, {kChunk2}, {kChunk3}}, .end = kFails}},
        Case{"OneByteBack",
             "W19",
             {.calls = {{kChunk1}, {kChunk2, -EINTR}, {Part(99, 101)}, {kChunk3}}}},
        Case{"RefusalIsFatal", "W33", {.calls = {{kChunk1}, {kChunk2, -EAGAIN}}, .end = kFails}},
        Case{"RefusalEndsTheWork", "W34 W20", {.calls = {{kChunk1}, {kChunk2, -EAGAIN}}}},
        Case{"FirstRefusalEndsTheWork", "W34 W20 W19", {.calls = {{kChunk1, -EAGAIN}}}},
        Case{"FirstSignalEndsTheWork", "W27 W20 W19", {.calls = {{kChunk1, -EINTR}}}},
        Case{"WaitsButNotForEver",
             "W41 W18 W34",
             {.calls = {{kChunk1}, {kChunk2, -EAGAIN}, {kChunk2, -EAGAIN}}}},
        Case{"LaterBufferLost",
             "W42 W36",
             {.calls = {{kChunk1, -EAGAIN}, {kChunk1}, {Part(150, 150)}}}},
        Case{"ChunkLost", "W36 W34 W42", {.calls = {{kChunk1}, {kChunk2, -EAGAIN}, {kChunk3}}}},
        Case{"NeverWokenUp", "W37 W38", {.calls = {{kChunk1, -EAGAIN}}, .end = kHangs}},
        Case{"AsksForEver",
             "W35",
             {.calls = {{kChunk1, -EAGAIN}, {kChunk1, -EAGAIN}}, .end = kSpins}},
        Case{"ZeroForEver", "W43", {.calls = {{kChunk1, 0}, {kChunk1, 0}}, .end = kSpins}},
        Case{"ZeroEndsTheWork", "W44", {.calls = {{kChunk1}, {kChunk2, 0}}}},
        Case{"BufferDropped", "W42", {.calls = {{kChunk1, -ENOSPC}, {kChunk2}, {kChunk3}}}},
        Case{"ErrorAfterShort", "W45", {.calls = {{kChunk1, 40}, {Part(40, 60), -ENOSPC}}}},
        Case{"BrokenPipe", "W20 W45", {.calls = {{kChunk1}, {kChunk2, -EPIPE}}, .stream = true}},
        Case{"TornRecord",
             "W47",
             {.calls = {{kChunk1, 40}, {Part(40, 60), -ENOSPC}, {kChunk2}, {kChunk3}},
              .end = kFails}},
        Case{"WholeRecordBehindTornOne",
             "W47",
             {.calls = {{kChunk1, 40}, {Part(40, 60), -ENOSPC}, {kChunk1}, {kChunk2}, {kChunk3}},
              .end = kFails}},
        Case{"WholeRecordBehindItsFirstByte",
             "W47 W19",
             {.calls = {{kChunk1, 1}, {Part(1, 99), -ENOSPC}, {kChunk1}, {kChunk2}, {kChunk3}},
              .end = kFails}},
        Case{"StartsOverBehindItsFirstByte",
             "W29 W19",
             {.calls = {{kChunk1, 1}, {Part(1, 99), -EAGAIN}, {kChunk1}, {kChunk2}, {kChunk3}}}},
        Case{"HeadForTheRestAfterAnError",
             "W08",
             {.calls = {{kChunk1, 40}, {Part(40, 60), -ENOSPC}, {Part(0, 60)}}, .end = kFails}},
        Case{"FirstByteForTheRestAfterAnError",
             "W08 W19",
             {.calls = {{kChunk1, 1}, {Part(1, 99), -ENOSPC}, {Part(0, 99)}}, .end = kFails}},
        Case{"ErrorTakenForAShortWrite",
             "W04 W45",
             {.calls = {{kChunk1, -ENOSPC}, {kChunk1, -ENOSPC}, {kChunk1, -ENOSPC}}}},
        Case{
            "CloseUnchecked", "W46", {.calls = {{kChunk1}, {kChunk2}, {kChunk3}}, .sync = "close"}},
        Case{"OldTail",
             "W48",
             {.calls = {{kChunk1}, {kChunk2}, {kChunk3}}, .existing = std::string(350, '=')}},
        Case{"LeftBeforeTheEnd", "W41", {.calls = {{kChunk1}}, .stream = true}}),
    NameOf);

// As many characters on as bytes were accepted: only where they are of several bytes each.
TEST(Diagnose, CountsCharactersWhereBytesAreMeant) {
  Script script;
  script.reference.clear();
  for (int i = 0; i < 50; ++i) {
    script.reference +=
        "\xc3" + std::string(1, static_cast<char>(0x80 + i)) + std::to_string(1000 + i);
  }
  const std::string& all = script.reference;
  script.control = {all.size()};
  // 5 bytes are 4 characters; it goes on behind 5 of them.
  script.calls = {{all, 8}, {all.substr(10)}};
  EXPECT_EQ(Joined(DiagnoseScript(script).candidates), "W17");
}

// A program that says how much it wrote counts somewhere: it counted what it had asked for.
TEST(Diagnose, BelievesInACountWhereOneIsTold) {
  Script script;
  script.reference.clear();
  for (int i = 1000; script.reference.size() < 1200; ++i) script.reference += std::to_string(i * 7);
  const std::string& all = script.reference;
  script.control = {600, 600};
  script.calls = {{all.substr(0, 600), 40}, {all.substr(600)}};
  EXPECT_EQ(Joined(DiagnoseScript(script).candidates), "W01 W12 W25");
  script.message = "1200 bytes written";
  EXPECT_EQ(Joined(DiagnoseScript(script).candidates), "W12 W01 W25");
  script.message = "12001 bytes written, 01200 checked";
  EXPECT_EQ(Joined(DiagnoseScript(script).candidates), "W01 W12 W25");
}

// The sentence holds what was seen: calls, counts, and ranges.
TEST(Diagnose, SaysWhatWasSeen) {
  const Diagnosis diagnosis =
      DiagnoseScript({.calls = {{kChunk1, 40}, {Part(0, 60)}, {kChunk2}, {kChunk3}}});
  EXPECT_EQ(diagnosis.sentence,
            "after call 1 accepted 40 of 100, call 2 (asked 60) sent payload bytes 0-39 again; in "
            "out, payload bytes 60-99 never arrived; from outside, W16 (buffer compacted wrongly) "
            "looks the same");
  EXPECT_EQ(Headline(diagnosis), "W08 pointer not advanced");
  EXPECT_EQ(diagnosis.call, 0u);
}

ScriptCall By(uint32_t thread, ScriptCall call) {
  call.thread = thread;
  return call;
}

// A pool leaves each call to any of its threads: the next one answers, whoever makes it.
TEST(Diagnose, FollowsAPoolOfThreads) {
  const Diagnosis diagnosis = DiagnoseScript(
      {.calls = {By(1, {kChunk1, 40}), By(2, {kChunk2}), By(1, {kChunk3})}, .stream = true});
  EXPECT_EQ(diagnosis.class_name, "W01");
  EXPECT_EQ(diagnosis.sentence.find("after call 1 accepted 40 of 100, call 2 (asked 100) went on "
                                    "with payload byte 100; in out, payload bytes 40-99 never"),
            0u)
      << diagnosis.sentence;
  const Diagnosis ended = DiagnoseScript(
      {.calls = {By(1, {kChunk1}), By(2, {kChunk2, 40}), By(3, {kChunk3})}, .stream = true});
  EXPECT_NE(ended.sentence.find("call 3 (asked 100) went on"), std::string::npos) << ended.sentence;
}

// A thread that comes back to its chunk answers for itself, whoever wrote in between.
TEST(Diagnose, FollowsAThreadThatHasARival) {
  const Diagnosis diagnosis = DiagnoseScript(
      {.calls = {By(1, {kChunk1, 40}), By(2, {kChunk2}), By(1, {Part(40, 60)}), By(2, {kChunk3})}});
  EXPECT_EQ(diagnosis.class_name, "W49") << diagnosis.sentence;
}

// What fits no class gets none: the family in words, and no guess.
TEST(Diagnose, NamesNoClassWithoutEvidence) {
  const Diagnosis diagnosis =
      DiagnoseScript({.calls = {{kChunk1, -EINTR}, {std::string(100, '#')}, {kChunk2}, {kChunk3}}});
  EXPECT_EQ(diagnosis.class_name, "");
  EXPECT_TRUE(diagnosis.candidates.empty());
  EXPECT_FALSE(diagnosis.certain);
  EXPECT_EQ(Headline(diagnosis), "EINTR handled wrongly");
}

// Where the next chunk begins like the refused one, the lengths decide, and nothing is certain.
TEST(Diagnose, TellsChunksThatLookAlikeByTheLength) {
  Script script;
  script.reference = kChunk1 + kChunk1 + kChunk3;
  script.calls = {{kChunk1, 40}, {kChunk1}, {kChunk3}};
  const Diagnosis left_out = DiagnoseScript(script);
  EXPECT_EQ(left_out.class_name, "W01") << left_out.sentence;
  EXPECT_FALSE(left_out.certain);
  script.calls = {{kChunk1, 40}, {kChunk1}, {kChunk1}, {kChunk3}};
  const Diagnosis again = DiagnoseScript(script);
  EXPECT_EQ(again.class_name, "W10") << again.sentence;
  EXPECT_FALSE(again.certain);
}

}  // namespace
}  // namespace shortwrite
