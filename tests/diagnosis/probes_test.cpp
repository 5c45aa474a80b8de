#include "harness/diagnosis/probes.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <gtest/gtest.h>

#include <cerrno>
#include <csignal>

#include "tests/diagnosis/stories.h"

namespace shortwrite {
namespace {

constexpr TargetEnd kFails = {TargetEnd::Kind::kExited, 1};
constexpr TargetEnd kHangs = {TargetEnd::Kind::kHung, 0};
const std::string kChunk1 = Part(0, 100);
const std::string kChunk2 = Part(100, 100);
const std::string kChunk3 = Part(200, 100);

Script Under(const std::string& schedule, std::vector<ScriptCall> calls, TargetEnd end = {}) {
  Script script;
  script.schedule = schedule;
  script.calls = std::move(calls);
  script.end = end;
  return script;
}

struct Case {
  const char* name;
  Script minimal;
  Script probed;  // its schedule is the one that must be tried
  std::string before;
  std::string after;
};

void PrintTo(const Case& value, std::ostream* os) {
  *os << value.name;
}

std::string Candidates(const Diagnosis& diagnosis) {
  return fmt::format("{}", fmt::join(diagnosis.candidates, " "));
}

// The diagnosis of minimal, after each planned probe with the schedule of probed showed what probed
// says.
Diagnosis AfterProbe(const Script& minimal, const Script& probed) {
  const PlayedScript first(minimal);
  const PlayedScript second(probed);
  Diagnosis diagnosis = Diagnose(first.evidence());
  std::vector<Ruling> rulings;
  bool tried = false;
  for (const PlannedProbe& probe : PlanProbes(first.evidence(), diagnosis)) {
    if (ToText(probe.schedule) != probed.schedule) continue;
    tried = true;
    rulings.push_back(ConcludeProbe(probe, second.evidence(), diagnosis));
    diagnosis = Diagnose(first.evidence(), rulings);
  }
  EXPECT_TRUE(tried) << probed.schedule;
  return diagnosis;
}

class Probes : public testing::TestWithParam<Case> {};

// Each candidate that would have done otherwise is ruled out, and no other one.
TEST_P(Probes, RuleOut) {
  EXPECT_EQ(Candidates(DiagnoseScript(GetParam().minimal)), GetParam().before);
  const Diagnosis diagnosis = AfterProbe(GetParam().minimal, GetParam().probed);
  EXPECT_EQ(Candidates(diagnosis), GetParam().after) << diagnosis.sentence;
  EXPECT_EQ(diagnosis.class_name, diagnosis.candidates.front());
  EXPECT_EQ(diagnosis.certain, diagnosis.candidates.size() == 1);
  const std::string named = '\'' + GetParam().probed.schedule + "' rules out ";
  EXPECT_EQ(diagnosis.sentence.find(named) != std::string::npos,
            GetParam().before != GetParam().after)
      << diagnosis.sentence;
}

std::string NameOf(const testing::TestParamInfo<Case>& info) {
  return info.param.name;
}

const Script kWholeOrUnit = Under("1:short=1", {{kChunk1, 1}, {kChunk1}, {kChunk2}, {kChunk3}});
const Script kHeadAgain = Under("1:short=60", {{kChunk1, 60}, {Part(0, 40)}, {kChunk2}, {kChunk3}});

INSTANTIATE_TEST_SUITE_P(
    ByAnotherCut, Probes,
    testing::Values(
        Case{"WholeBuffer", kWholeOrUnit,
             Under("1:short=17", {{kChunk1, 17}, {kChunk1}, {kChunk2}, {kChunk3}}), "W10 W17",
             "W10"},
        Case{"UnitOfFour", kWholeOrUnit,
             Under("1:short=17", {{kChunk1, 17}, {Part(16, 84)}, {kChunk2}, {kChunk3}}), "W10 W17",
             "W17"},
        Case{"NeitherOfThem", kWholeOrUnit,
             Under("1:short=17", {{kChunk1, 17}, {Part(17, 83)}, {kChunk2}, {kChunk3}}), "W10 W17",
             "W10 W17"},
        Case{"NotAllDelivered",
             Under("1:short=1 9:eagain", {{kChunk1, 1}, {kChunk1}, {kChunk2}, {kChunk3}}),
             Under("1:short=17 9:eagain", {{kChunk1, 17}, {kChunk1}, {kChunk2}, {kChunk3}}),
             "W10 W17", "W10 W17"},
        Case{"WaitsForEver", kWholeOrUnit, Under("1:short=17", {{kChunk1, 17}, {kChunk1}}, kHangs),
             "W10 W17", "W10 W17"},
        Case{"HeadForTheRest", kHeadAgain,
             Under("1:short=17", {{kChunk1, 17}, {Part(0, 83)}, {kChunk2}, {kChunk3}}), "W08 W16",
             "W08"},
        Case{
            "MovedUp", kHeadAgain,
            Under("1:short=17", {{kChunk1, 17}, {Part(0, 17) + Part(0, 66)}, {kChunk2}, {kChunk3}}),
            "W08 W16", "W16"},
        Case{"RecordFromItsHead",
             Under("1:short=1 2:enospc",
                   {{kChunk1, 1}, {Part(1, 99), -ENOSPC}, {kChunk1}, {kChunk2}, {kChunk3}}, kFails),
             Under("1:short=17 2:enospc",
                   {{kChunk1, 17}, {Part(17, 83), -ENOSPC}, {kChunk1}, {kChunk2}, {kChunk3}},
                   kFails),
             "W47 W19", "W47"},
        Case{"OneByteBack",
             Under("1:short=1 2:enospc",
                   {{kChunk1, 1}, {Part(1, 99), -ENOSPC}, {kChunk1}, {kChunk2}, {kChunk3}}, kFails),
             Under("1:short=17 2:enospc",
                   {{kChunk1, 17}, {Part(17, 83), -ENOSPC}, {Part(16, 84)}, {kChunk2}, {kChunk3}},
                   kFails),
             "W47 W19", "W19"},
        Case{"CountKeptAndPlaceLost",
             Under("1:short=1 2:enospc", {{kChunk1, 1}, {Part(1, 99), -ENOSPC}, {Part(0, 99)}},
                   kFails),
             Under("1:short=17 2:enospc", {{kChunk1, 17}, {Part(17, 83), -ENOSPC}, {Part(0, 83)}},
                   kFails),
             "W08 W19", "W08"},
        Case{"StartsOver",
             Under("1:short=1 2:eagain",
                   {{kChunk1, 1}, {Part(1, 99), -EAGAIN}, {kChunk1}, {kChunk2}, {kChunk3}}),
             Under("1:short=17 2:eagain",
                   {{kChunk1, 17}, {Part(17, 83), -EAGAIN}, {kChunk1}, {kChunk2}, {kChunk3}}),
             "W29 W19", "W29"}),
    NameOf);

const Script kFirstRefused = Under("1:eagain", {{kChunk1, -EAGAIN}});

INSTANTIATE_TEST_SUITE_P(
    AtTheNextCall, Probes,
    testing::Values(Case{"OneByteBack", kFirstRefused,
                         Under("2:eagain",
                               {{kChunk1}, {kChunk2, -EAGAIN}, {Part(99, 101)}, {kChunk3}}),
                         "W34 W20 W19", "W19"},
                    Case{"Ends", kFirstRefused, Under("2:eagain", {{kChunk1}, {kChunk2, -EAGAIN}}),
                         "W34 W20 W19", "W34 W20"}),
    NameOf);

// Vectors of 25 bytes.
const Script kBatchLost =
    Under("1:short=25%", {{kChunk1, 25, "writev"}, {kChunk2, {}, "writev"}, {kChunk3}});
const Script kSentByteKept = Under("1:short=1", {{kChunk1, 1, "writev"},
                                                 {Part(0, 1) + Part(25, 75), {}, "writev"},
                                                 {kChunk2, {}, "writev"},
                                                 {kChunk3, {}, "writev"}});

INSTANTIATE_TEST_SUITE_P(
    OfVectors, Probes,
    testing::Values(
        Case{"AtTheBoundaryAlone", kBatchLost,
             Under("1:short=17",
                   {{kChunk1, 17, "writev"}, {Part(17, 83), {}, "writev"}, {kChunk2}, {kChunk3}}),
             "W22 W24", "W24"},
        // It may be a single vector.
        Case{"AtAnyCut", kBatchLost,
             Under("1:short=17", {{kChunk1, 17, "writev"}, {kChunk2, {}, "writev"}, {kChunk3}}),
             "W22 W24", "W22 W24"},
        Case{"SentPartKept", kSentByteKept,
             Under("1:short=17", {{kChunk1, 17, "writev"},
                                  {Part(0, 17) + Part(25, 75), {}, "writev"},
                                  {kChunk2, {}, "writev"},
                                  {kChunk3, {}, "writev"}}),
             "W24 W23", "W23"},
        Case{"SplitOneLeftOut", kSentByteKept,
             Under("1:short=17", {{kChunk1, 17, "writev"},
                                  {Part(25, 75), {}, "writev"},
                                  {kChunk2, {}, "writev"},
                                  {kChunk3, {}, "writev"}}),
             "W24 W23", "W24"}),
    NameOf);

const Script kLostBehindShort =
    Under("1:short=40 2:eagain", {{kChunk1, 40}, {Part(40, 60), -EAGAIN}, {kChunk2}, {kChunk3}});

INSTANTIATE_TEST_SUITE_P(
    WithoutTheShortWrite, Probes,
    testing::Values(Case{"CountOfTheLayerBelowForgotten", kLostBehindShort,
                         Under("1:eagain", {{kChunk1, -EAGAIN}, {kChunk1}, {kChunk2}, {kChunk3}}),
                         "W36 W34 W42 W01", "W01"},
                    Case{"CountOfTheLastForgotten",
                         Under("1:short=40 2:eagain", {{kChunk1, 40}, {Part(40, 60), -EAGAIN}}),
                         Under("1:eagain", {{kChunk1, -EAGAIN}, {kChunk1}, {kChunk2}, {kChunk3}}),
                         "W34 W20 W01", "W01"},
                    Case{"RefusedAndGivenUp", kLostBehindShort,
                         Under("1:eagain", {{kChunk1, -EAGAIN}, {kChunk2}, {kChunk3}}),
                         "W36 W34 W42 W01", "W36 W34 W42"}),
    NameOf);

const Script kEndsAtEintr = Under("2:eintr", {{kChunk1}, {kChunk2, -EINTR}});
const Script kEndsAtEagain = Under("2:eagain", {{kChunk1}, {kChunk2, -EAGAIN}});

Script WithHandler(Script script) {
  script.handles_signals = true;
  return script;
}
const Script kRestLeftOut = WithHandler(Under("1:short=40", {{kChunk1, 40}, {kChunk2}, {kChunk3}}));

INSTANTIATE_TEST_SUITE_P(
    ByAnotherError, Probes,
    testing::Values(
        Case{"SaysThatTheDiskIsFull", kEndsAtEintr,
             Under("2:enospc", {{kChunk1}, {kChunk2, -ENOSPC}}, kFails), "W27 W20", "W27"},
        Case{"EndsAtAnyError", kEndsAtEintr, Under("2:enospc", {{kChunk1}, {kChunk2, -ENOSPC}}),
             "W27 W20", "W27 W20"},
        Case{"EndsAtEagainAlone", kEndsAtEagain,
             Under("2:enospc", {{kChunk1}, {kChunk2, -ENOSPC}}, kFails), "W34 W20", "W34"},
        Case{"RepeatsAfterEintr", kRestLeftOut,
             WithHandler(Under("1:eintr", {{kChunk1, -EINTR}, {kChunk1}, {kChunk2}, {kChunk3}})),
             "W28 W01 W12", "W28 W12"},
        Case{"CallsOnce", kRestLeftOut,
             WithHandler(Under("1:eintr", {{kChunk1, -EINTR}, {kChunk2}, {kChunk3}})),
             "W28 W01 W12", "W01 W12"}),
    NameOf);

// A pipe that nobody reads from kills by SIGPIPE, so no other error is tried there.
TEST(Probes, TryNoErrorThatKills) {
  Script script = kEndsAtEintr;
  script.stream = true;
  const PlayedScript played(script);
  EXPECT_TRUE(PlanProbes(played.evidence(), Diagnose(played.evidence())).empty());
}

// What a call sent is not known where the reference repeats.
TEST(Probes, TryNothingOverARepeatingReference) {
  Script script = kEndsAtEintr;
  EXPECT_FALSE(PlanProbes(PlayedScript(script).evidence(), DiagnoseScript(script)).empty());
  script.reference = std::string(300, 'x');
  script.calls = {{std::string(100, 'x')}, {std::string(100, 'x'), -EINTR}};
  const Diagnosis diagnosis = DiagnoseScript(script);
  ASSERT_GT(diagnosis.candidates.size(), 1u);
  EXPECT_TRUE(PlanProbes(PlayedScript(script).evidence(), diagnosis).empty());
}

// Steps over many calls have no single one to change, and a single class needs no probe.
TEST(Probes, AreTriedOnlyWhereTheyMayTell) {
  Script script = kWholeOrUnit;
  script.schedule = "1-2:short=1";
  const PlayedScript many(script);
  EXPECT_TRUE(PlanProbes(many.evidence(), Diagnose(many.evidence())).empty());
  const PlayedScript one(Under("1:short=40", {{kChunk1, 40}, {kChunk1}, {kChunk2}, {kChunk3}}));
  EXPECT_TRUE(PlanProbes(one.evidence(), Diagnose(one.evidence())).empty());
}

}  // namespace
}  // namespace shortwrite
