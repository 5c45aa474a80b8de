#include "harness/campaign/campaign.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <set>
#include <string>
#include <vector>

#include "tests/campaign/simulated_target.h"

namespace shortwrite {
namespace {

const Error kStopSignal = {ErrorKind::kInterrupted, "stopped by a signal"};

// Passes everything through until run `from`, then answers with the error.
SimulatedTarget::Intervention FailFrom(size_t from, const Error& error) {
  return [=](size_t number, const TrialRequest&, Observation observation) -> Result<Observation> {
    if (number >= from) return error;
    return observation;
  };
}

CampaignResult RunOver(SimulatedTarget& target, CampaignSettings settings) {
  CampaignListener nobody;
  return RunCampaign(target, settings, nobody).value();
}

CampaignResult RunOver(SimulatedTarget& target) {
  return RunOver(target, target.CampaignOver());
}

// A correct target survives the whole budget: sweep, then search; every fault is counted.
TEST(Campaign, CorrectTargetSurvives) {
  SimulatedTarget target({});
  CampaignSettings settings = target.CampaignOver();
  settings.trials_max = 120;
  const CampaignResult result = RunOver(target, settings);
  EXPECT_EQ(result.end, CampaignEnd::kSurvived) << result.reason;
  EXPECT_TRUE(result.counterexamples.empty());
  EXPECT_EQ(result.controls, 2u);
  EXPECT_EQ(result.trials, 120u);
  EXPECT_EQ(target.schedules().size(), 122u);
  EXPECT_GT(result.faults_delivered, 60u);
  EXPECT_LE(result.faults_delivered, result.faults_planned);
  EXPECT_EQ(result.write_calls, 3u);
  EXPECT_EQ(result.output_bytes, target.payload().size());
  EXPECT_NE(result.completeness.find("every one of 3 write calls"), std::string::npos)
      << result.completeness;
  EXPECT_NE(result.completeness.find("random schedules"), std::string::npos);
  EXPECT_EQ(target.calibrations(), 1u);
}

struct Planted {
  const char* name;
  Mistake mistake;
  Verdict verdict;
  const char* minimal;
  bool nonblocking = false;
  bool terminal = false;
};

void PrintTo(const Planted& planted, std::ostream* os) {
  *os << planted.name;
}

class PlantedMistake : public testing::TestWithParam<Planted> {};
INSTANTIATE_TEST_SUITE_P(
    Mistakes, PlantedMistake,
    testing::Values(
        Planted{"IgnoresCount", Mistake::kIgnoresCount, Verdict::kCorrupted, "1:short=1"},
        Planted{"ResendsWhole", Mistake::kResendsWhole, Verdict::kCorrupted, "1:short=1"},
        Planted{"RetriesOnce", Mistake::kRetriesOnce, Verdict::kCorrupted, "1:short=1 2:short=1"},
        Planted{"GivesUp", Mistake::kGivesUp, Verdict::kRefused, "1:short=1"},
        Planted{"Crashes", Mistake::kCrashes, Verdict::kCrashed, "1:short=1"},
        Planted{"DropsAtEagain", Mistake::kDropsAtEagain, Verdict::kCorrupted, "1:eagain", true},
        Planted{"IgnoresErrors", Mistake::kIgnoresErrors, Verdict::kFalseSuccess, "1:enospc", false,
                true},
        Planted{"IgnoresClose", Mistake::kIgnoresClose, Verdict::kFalseSuccess, "close:eio", false,
                true}),
    [](const auto& planted) { return std::string(planted.param.name); });

// Each planted mistake is found, made as small as it goes, and confirmed three times.
TEST_P(PlantedMistake, IsFoundMinimalAndConfirmed) {
  SimulatedTarget target({.mistake = GetParam().mistake, .nonblocking = GetParam().nonblocking});
  CampaignSettings settings = target.CampaignOver();
  if (GetParam().terminal) settings.faults.terminal = TerminalFaults::All();
  const CampaignResult result = RunOver(target, settings);
  ASSERT_EQ(result.end, CampaignEnd::kCounterexample) << result.reason;
  const Counterexample& found = result.counterexamples.front();
  EXPECT_EQ(found.judgement.verdict, GetParam().verdict);
  EXPECT_EQ(ToText(found.minimal), GetParam().minimal);
  EXPECT_EQ(found.confirmed, kConfirmations);
  EXPECT_EQ(found.observation.outputs.size(), 1u);
}

// A finding is told before it is made smaller, so that no interruption loses it.
TEST(Campaign, FindingIsToldBeforeItIsShrunk) {
  SimulatedTarget target({.mistake = Mistake::kRetriesOnce});
  Journal journal;
  ASSERT_TRUE(RunCampaign(target, target.CampaignOver(), journal).ok());
  const std::vector<std::string>& lines = journal.lines();
  ASSERT_FALSE(lines.empty());
  EXPECT_EQ(lines.front(), "control");
  const auto first = std::find_if(lines.begin(), lines.end(), [](const std::string& line) {
    return line != "control" && line != "trial";
  });
  ASSERT_NE(first, lines.end());
  EXPECT_TRUE(first->starts_with("finding ")) << *first;
  ASSERT_NE(first + 1, lines.end());
  EXPECT_EQ(*(first + 1), "counterexample 1:short=1 2:short=1 corrupted");

  // Interrupted at the very next run.
  const auto found = static_cast<size_t>(std::count(lines.begin(), first, "trial")) + 2;
  SimulatedTarget interrupted({.mistake = Mistake::kRetriesOnce});
  interrupted.Intervene(FailFrom(found + 1, kStopSignal));
  Journal told;
  const CampaignResult result = RunCampaign(interrupted, interrupted.CampaignOver(), told).value();
  EXPECT_EQ(result.end, CampaignEnd::kStopped);
  EXPECT_EQ(told.lines().back(), *first);
}

// A failure that does not repeat is no counterexample, and no pass either.
TEST(Campaign, FlakyFailureIsUnsteady) {
  SimulatedTarget target({});
  target.Intervene([](size_t number, const TrialRequest&, Observation observation) {
    if (number == 3) observation.outputs[0].bytes = FileBytes::Of("short");
    return observation;
  });
  Journal journal;
  const CampaignResult result = RunCampaign(target, target.CampaignOver(), journal).value();
  EXPECT_EQ(result.end, CampaignEnd::kUnsteady);
  EXPECT_TRUE(result.counterexamples.empty());
  EXPECT_NE(result.reason.find("corrupted once"), std::string::npos) << result.reason;
  for (const std::string& line : journal.lines()) {
    EXPECT_FALSE(line.starts_with("counterexample")) << line;
  }
}

// A signal before anything was found: stopped, not survived. Also during the controls.
// A sink that fails the target once, and then not again: nothing can be told from it, and nothing
// is swept on the ground of it.
TEST(Campaign, AnUnsteadyControlEndsIt) {
  SimulatedTarget target({});
  int strained = 0;
  target.Intervene([&](size_t, const TrialRequest& request, Observation observation) {
    observation.outputs[0].stream = true;
    if (!request.plain_sink && ++strained == 1) {
      observation.outputs[0].bytes = FileBytes::Of("cut");
      observation.calls.resize(1);
      observation.calls[0].result = 3;
    }
    return observation;
  });
  CampaignSettings settings = target.CampaignOver();
  settings.sink_is_plain = false;
  Journal journal;
  const CampaignResult result = RunCampaign(target, settings, journal).value();
  EXPECT_EQ(result.end, CampaignEnd::kUnsteady) << result.reason;
  EXPECT_NE(result.reason.find("once"), std::string::npos) << result.reason;
  EXPECT_EQ(result.trials, 0u);
}

TEST(Campaign, InterruptedIsStopped) {
  for (const size_t run : {size_t{1}, size_t{2}, size_t{3}, size_t{40}}) {
    SimulatedTarget target({});
    target.Intervene(FailFrom(run, kStopSignal));
    const CampaignResult result = RunOver(target);
    EXPECT_EQ(result.end, CampaignEnd::kStopped) << run;
    EXPECT_NE(result.reason.find("stopped by a signal"), std::string::npos) << result.reason;
    EXPECT_EQ(target.schedules().size(), run) << "no run after the signal";
  }
}

// What was confirmed before the signal is reported in spite of it.
TEST(Campaign, InterruptedAfterACounterexampleReportsIt) {
  SimulatedTarget target({.mistake = Mistake::kIgnoresCount});
  target.Intervene(FailFrom(12, kStopSignal));
  const CampaignResult result = RunOver(target);
  EXPECT_EQ(target.schedules().size(), 12u);
  EXPECT_EQ(result.end, CampaignEnd::kCounterexample);
  ASSERT_EQ(result.counterexamples.size(), 1u);
  EXPECT_EQ(result.counterexamples.front().confirmed, kConfirmations);
}

// The harness's own failure is an error, whatever was found.
TEST(Campaign, HarnessFailureIsAnError) {
  for (const size_t run : {size_t{1}, size_t{3}, size_t{4}, size_t{5}, size_t{12}}) {
    SimulatedTarget target({.mistake = Mistake::kIgnoresCount});
    target.Intervene(FailFrom(run, HarnessError("no more processes")));
    CampaignListener nobody;
    const auto result = RunCampaign(target, target.CampaignOver(), nobody);
    ASSERT_FALSE(result.ok()) << run;
    EXPECT_EQ(result.error().kind, ErrorKind::kHarness);
  }
}

// A trace that lost records cannot be judged.
TEST(Campaign, OverflownTraceIsAnError) {
  SimulatedTarget target({});
  target.Intervene([](size_t number, const TrialRequest&, Observation observation) {
    if (number == 5) observation.trace_dropped = 1;
    return observation;
  });
  CampaignListener nobody;
  const auto result = RunCampaign(target, target.CampaignOver(), nobody);
  ASSERT_FALSE(result.ok());
  EXPECT_NE(result.error().message.find("trace overflowed"), std::string::npos);
}

// Nothing delivered is not a pass, and the reason says what was left out.
TEST(Campaign, NothingDeliveredIsVacuous) {
  SimulatedTarget target({});
  CampaignSettings settings = target.CampaignOver();
  settings.faults = {.shorts = false, .eagain = true, .eintr = true, .terminal = {}};
  const CampaignResult result = RunOver(target, settings);
  EXPECT_EQ(result.end, CampaignEnd::kVacuous);
  EXPECT_NE(result.reason.find("O_NONBLOCK"), std::string::npos) << result.reason;
  EXPECT_NE(result.reason.find("SA_RESTART"), std::string::npos) << result.reason;
}

// Only trials that ended prove anything: if those with faults never do, nothing was shown.
TEST(Campaign, InconclusiveTrialsAreNoPass) {
  for (const bool undelivered_end : {false, true}) {
    SimulatedTarget target({});
    target.Intervene([=](size_t, const TrialRequest& request, Observation observation) {
      if (request.schedule.empty()) return observation;
      if (undelivered_end && observation.faults_delivered == 0) return observation;
      observation.end = {TargetEnd::Kind::kSlow, 0};
      return observation;
    });
    const CampaignResult result = RunOver(target);
    EXPECT_EQ(result.end, CampaignEnd::kVacuous) << undelivered_end;
    EXPECT_NE(result.reason.find("--timeout"), std::string::npos) << result.reason;
    EXPECT_GT(result.inconclusive, 0u);
  }
}

// Time over before the first fault is a stop; later, what was delivered counts, and no more.
TEST(Campaign, TimeIsABudget) {
  SimulatedTarget early({});
  CampaignSettings settings = early.CampaignOver();
  settings.out_of_time = [] { return true; };
  EXPECT_EQ(RunOver(early, settings).end, CampaignEnd::kStopped);
  EXPECT_EQ(early.schedules().size(), 2u);

  SimulatedTarget later({});
  settings.out_of_time = [&later] { return later.schedules().size() >= 7; };
  const CampaignResult result = RunOver(later, settings);
  EXPECT_EQ(result.end, CampaignEnd::kSurvived);
  EXPECT_EQ(result.trials, 5u);
  EXPECT_NE(result.completeness.find("swept 5 of"), std::string::npos) << result.completeness;
}

// Outputs that differ by themselves after a while convict nobody.
TEST(Campaign, ControlThatDiffersAfterAFailureEndsIt) {
  SimulatedTarget target({.mistake = Mistake::kIgnoresCount});
  target.Intervene([](size_t number, const TrialRequest& request, Observation observation) {
    if (number > 2 && request.schedule.empty()) observation.outputs[0].bytes = FileBytes::Of("x");
    return observation;
  });
  const CampaignResult result = RunOver(target);
  EXPECT_EQ(result.end, CampaignEnd::kControlFailed);
  EXPECT_TRUE(result.counterexamples.empty());
  EXPECT_NE(result.reason.find("repeated after a failure"), std::string::npos) << result.reason;
}

// The seed decides the search, and nothing else does.
TEST(Campaign, SameSeedSameSchedules) {
  const auto run = [](uint64_t seed) {
    SimulatedTarget target({.nonblocking = true});
    CampaignSettings settings = target.CampaignOver();
    settings.seed = seed;
    settings.trials_max = 300;
    EXPECT_EQ(RunOver(target, settings).end, CampaignEnd::kSurvived);
    return target.schedules();
  };
  EXPECT_EQ(run(5), run(5));
  EXPECT_NE(run(5), run(6));
}

// Several mistakes at once: the most severe comes first, and each signature once.
TEST(Campaign, WorstComesFirstAndEachSignatureOnce) {
  SimulatedTarget target({.mistake = Mistake::kGivesUp, .nonblocking = true});
  target.Intervene([](size_t, const TrialRequest& request, Observation observation) {
    const std::string text = ToText(request.schedule);
    if (text.find("eagain") != std::string::npos && observation.faults_delivered > 0) {
      observation.end = {TargetEnd::Kind::kExited, 0};
      observation.diagnostics.clear();
      observation.outputs[0].bytes = FileBytes::Of("01");
    }
    return observation;
  });
  const CampaignResult result = RunOver(target);
  ASSERT_GE(result.counterexamples.size(), 2u);
  EXPECT_EQ(result.counterexamples.front().judgement.verdict, Verdict::kCorrupted);
  std::set<std::string> signatures;
  for (size_t i = 0; i < result.counterexamples.size(); ++i) {
    const Judgement& judgement = result.counterexamples[i].judgement;
    if (i > 0) {
      EXPECT_LE(judgement.verdict, result.counterexamples[i - 1].judgement.verdict);
    }
    EXPECT_TRUE(signatures
                    .insert(std::string(VerdictText(judgement.verdict)) + ' ' +
                            Headline(result.counterexamples[i].diagnosis))
                    .second);
  }
}

// The program's own code that made each call, by the call's number.
SimulatedTarget::Intervention CalledFrom(std::function<uint64_t(uint32_t)> address) {
  return [=](size_t, const TrialRequest&, Observation observation) -> Result<Observation> {
    for (TracedCall& call : observation.calls) {
      call.caller_in_program = true;
      call.caller = address(call.number);
    }
    return observation;
  };
}

// The same mistake at one place is one counterexample, however it shows; at three places it is
// three, all with their class.
TEST(Campaign, TellsMistakesApartByClassAndPlace) {
  SimulatedTarget one_place({.mistake = Mistake::kIgnoresCount});
  one_place.Intervene(CalledFrom([](uint32_t) { return uint64_t{16}; }));
  const CampaignResult once = RunOver(one_place);
  ASSERT_EQ(once.counterexamples.size(), 1u);
  EXPECT_EQ(once.counterexamples[0].diagnosis.class_name, "W01");

  SimulatedTarget three_places({.mistake = Mistake::kIgnoresCount});
  three_places.Intervene(CalledFrom([](uint32_t number) { return uint64_t{16} * number; }));
  const CampaignResult thrice = RunOver(three_places);
  ASSERT_EQ(thrice.counterexamples.size(), 3u);
  std::set<uint64_t> places;
  for (const Counterexample& found : thrice.counterexamples) {
    EXPECT_EQ(found.diagnosis.class_name, "W01") << found.diagnosis.sentence;
    ASSERT_TRUE(found.diagnosis.call);
    places.insert(found.observation.calls[*found.diagnosis.call].caller);
  }
  EXPECT_EQ(places, (std::set<uint64_t>{16, 32, 48}));
}

// At depth 0 only random schedules run, and nothing is claimed of a sweep.
TEST(Campaign, MayLeaveTheSweepOut) {
  SimulatedTarget target({});
  CampaignSettings settings = target.CampaignOver();
  settings.depth = 0;
  settings.trials_max = 30;
  const CampaignResult result = RunOver(target, settings);
  EXPECT_EQ(result.end, CampaignEnd::kSurvived) << result.reason;
  EXPECT_EQ(result.completeness, "no sweep was asked for; then 30 random schedules");
}

// Kept counterexamples run before the sweep.
TEST(Campaign, CorpusRunsFirst) {
  SimulatedTarget target({});
  CampaignSettings settings = target.CampaignOver();
  settings.corpus = {{ParseSchedule("2:short=77").value(), {}, "a.sched"},
                     {ParseSchedule("3:short=5").value(), {}, "b.sched"}};
  const CampaignResult result = RunOver(target, settings);
  ASSERT_GE(target.schedules().size(), 4u);
  EXPECT_EQ(target.schedules()[2], "2:short=77");
  EXPECT_EQ(target.schedules()[3], "3:short=5");
  // They did not fail, and stay where they are.
  ASSERT_FALSE(result.notes.empty());
  EXPECT_EQ(result.notes.front(),
            "stale in the corpus, no longer failing: a.sched (2:short=77), b.sched (3:short=5)");
}

// One that fails is not stale.
TEST(Campaign, AFailingCorpusIsNotStale) {
  SimulatedTarget target({.mistake = Mistake::kIgnoresCount});
  CampaignSettings settings = target.CampaignOver();
  settings.corpus = {{ParseSchedule("2:short=77").value(), {}, "a.sched"}};
  const CampaignResult result = RunOver(target, settings);
  ASSERT_FALSE(result.counterexamples.empty());
  EXPECT_EQ(result.counterexamples.front().trials_to_find, 1u);
  for (const std::string& note : result.notes) EXPECT_EQ(note.find("stale"), std::string::npos);
}

}  // namespace
}  // namespace shortwrite
