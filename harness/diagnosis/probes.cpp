#include "harness/diagnosis/probes.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <optional>
#include <span>
#include <string_view>

#include "harness/diagnosis/facts.h"

namespace shortwrite {
namespace {

// What is known of a class's behaviour under a probe. A class is ruled out by doing otherwise, so
// where it could do either, its prediction fits both.
struct Prediction {
  std::string_view class_name;
  bool (*fits)(const Facts& probed);
};

struct Probe {
  std::optional<Schedule> (*schedule)(const Facts& minimal);  // none: cannot be tried here
  std::array<Prediction, 5> predictions;                      // those without a class are none
};

bool IsAtOneCall(const Step& step) {
  return step.site == StepSite::kCalls && step.calls.first == step.calls.last;
}

// Where the minimal schedule cuts one byte off, or half, much agrees by chance. No unit of 2 to 16
// bytes ends there, and hardly any vector does.
std::optional<Schedule> OtherCut(const Facts& minimal) {
  constexpr uint64_t kBytes = 17;
  Schedule schedule = minimal.evidence.schedule;
  for (Step& step : schedule.steps) {
    if (step.fault != FaultKind::kShort || !IsAtOneCall(step)) continue;
    if (step.amount == Bytes(kBytes)) return std::nullopt;
    step.amount = Bytes(kBytes);
    return schedule;
  }
  return std::nullopt;
}

std::optional<Schedule> Instead(const Facts& minimal, FaultKind fault) {
  const uint32_t index = minimal.setback().call->step;
  Schedule schedule = minimal.evidence.schedule;
  if (index == 0 || index > schedule.steps.size()) return std::nullopt;
  Step& step = schedule.steps[index - 1];
  if (!IsAtOneCall(step)) return std::nullopt;
  step.fault = fault;
  step.amount = {};
  return schedule;
}

// An error that nobody asks to repeat. Of a pipe or a socket it is EPIPE, which kills by SIGPIPE
// before anything can be told.
std::optional<Schedule> FullDiskInstead(const Facts& minimal) {
  if (minimal.setback().call->sink != "regular file") return std::nullopt;
  return Instead(minimal, FaultKind::kEnospc);
}

std::optional<Schedule> EintrInstead(const Facts& minimal) {
  return Instead(minimal, FaultKind::kEintr);
}

// Where the very first call was refused, the next one is in its place.
std::optional<Schedule> AtNextCall(const Facts& minimal) {
  Schedule schedule = minimal.evidence.schedule;
  if (schedule.steps.size() != 1 || !IsAtOneCall(schedule.steps[0])) return std::nullopt;
  if (schedule.steps[0].calls.first != 1) return std::nullopt;
  schedule.steps[0].calls = {2, 2};
  return schedule;
}

// What was refused behind a short write is refused in its place.
std::optional<Schedule> WithoutShorts(const Facts& minimal) {
  const std::vector<Step>& steps = minimal.evidence.schedule.steps;
  if (steps.size() != 2 || !IsAtOneCall(steps[0]) || !IsAtOneCall(steps[1])) return std::nullopt;
  if (steps[0].fault != FaultKind::kShort || steps[1].fault == FaultKind::kShort) {
    return std::nullopt;
  }
  Schedule schedule = {{steps[1]}};
  schedule.steps[0].calls = steps[0].calls;
  return schedule;
}

bool GoesOnRightly(const Facts& f) {
  return f.story.goes_on && !f.story.stray;
}
bool GoesOnWrongly(const Facts& f) {
  return !GoesOnRightly(f);
}
bool AnyEnd(const Facts&) {
  return true;
}
bool EndsAsIfDone(const Facts& f) {
  return f.Stopped() && f.Silent();
}

constexpr Probe kProbes[] = {
    // Behind 17 bytes, a unit begins within the last 16 of them, and the whole buffer before them.
    {OtherCut,
     {{{"W10", [](const Facts& f) { return f.WentBackToHead() && f.AskedForAll(); }},
       {"W17", [](const Facts& f) { return f.WentBackToUnit() && !f.WentBackToHead(); }}}}},
    // Of a rest that is longer than what was accepted, a wrong move leaves the head in two places.
    {OtherCut,
     {{{"W08",
        [](const Facts& f) {
          return f.WentBackToHead() && f.AskedForRest() && f.reply().straight == f.reply().accepted;
        }},
       {"W16", [](const Facts& f) { return f.MovedTheWrongWay() || f.WentTo(f.story.next); }}}}},
    // Whoever counts vectors goes on behind all of them, wherever the cut is. One that goes wrong
    // only at the end of a vector goes on well; with a single vector it cannot be told.
    {OtherCut,
     {{{"W22", [](const Facts& f) { return f.Skipped() || (f.Stopped() && f.Silent()); }},
       {"W24", AnyEnd}}}},
    // What was sent begins anew, or what was split is left out.
    {OtherCut,
     {{{"W23", [](const Facts& f) { return f.KeptSentPartOfVector() && !f.LeftOutPartOfVector(); }},
       {"W24", [](const Facts& f) { return f.LeftOutPartOfVector(); }}}}},
    // What begins again begins at its head, and -1 is one byte back.
    {OtherCut,
     {{{"W08", [](const Facts& f) { return f.WentBackToHead(); }},
       {"W29", [](const Facts& f) { return f.WentBackToHead(); }},
       {"W47", [](const Facts& f) { return f.WentBackToHead(); }},
       {"W19", [](const Facts& f) { return f.WentTo(f.story.next - 1); }}}}},
    // A test that no error passes lets every error through.
    {FullDiskInstead, {{{"W20", EndsAsIfDone}, {"W27", AnyEnd}, {"W34", AnyEnd}}}},
    // Behind a call that was accepted, -1 is one byte back.
    {AtNextCall,
     {{{"W19", [](const Facts& f) { return f.WentTo(f.story.next - 1); }},
       {"W20", EndsAsIfDone},
       {"W27", EndsAsIfDone},
       {"W34", [](const Facts& f) { return !f.WentTo(f.story.next - 1); }}}}},
    // A call that is repeated after EINTR, or one that is made once, whatever it returns.
    {EintrInstead, {{{"W28", GoesOnRightly}, {"W01", GoesOnWrongly}}}},
    // Whoever gives up what was refused does so without a short write before it; whoever forgets a
    // count needs one.
    {WithoutShorts,
     {{{"W01", GoesOnRightly},
       {"W20", GoesOnWrongly},
       {"W34", GoesOnWrongly},
       {"W36", GoesOnWrongly},
       {"W42", GoesOnWrongly}}}},
};

// Of classes that are still in question.
std::vector<Prediction> PredictionsOf(const Probe& probe, const Diagnosis& diagnosis) {
  std::vector<Prediction> predictions;
  const std::vector<std::string>& candidates = diagnosis.candidates;
  std::copy_if(probe.predictions.begin(), probe.predictions.end(), std::back_inserter(predictions),
               [&](const Prediction& prediction) {
                 return std::find(candidates.begin(), candidates.end(), prediction.class_name) !=
                        candidates.end();
               });
  return predictions;
}

// Each step of the schedule took effect, and the target came to an end that says something.
bool IsTelling(const Evidence& evidence) {
  const Verdict verdict = evidence.judgement.verdict;
  if (verdict == Verdict::kInconclusive || verdict == Verdict::kHung || verdict == Verdict::kSpun) {
    return false;
  }
  const std::vector<TracedCall>& calls = evidence.observation.calls;
  for (uint32_t step = 1; step <= evidence.schedule.steps.size(); ++step) {
    if (std::none_of(calls.begin(), calls.end(),
                     [&](const TracedCall& call) { return call.delivered && call.step == step; })) {
      return false;
    }
  }
  return true;
}

}  // namespace

std::vector<PlannedProbe> PlanProbes(const Evidence& evidence, const Diagnosis& diagnosis) {
  std::vector<PlannedProbe> planned;
  const Story story = TellStory(evidence);
  // A reference that repeats cannot show which of its repetitions a call sent.
  const bool repeats = story.repeats || evidence.judgement.provenance.period_bytes > 0;
  if (!story.setback || repeats) return planned;
  const std::span<const Probe> probes = kProbes;
  for (size_t row = 0; row < probes.size(); ++row) {
    if (PredictionsOf(probes[row], diagnosis).size() < 2) continue;
    if (std::optional<Schedule> schedule = probes[row].schedule({evidence, story})) {
      planned.push_back({row, std::move(*schedule)});
    }
  }
  return planned;
}

Ruling ConcludeProbe(const PlannedProbe& probe, const Evidence& evidence,
                     const Diagnosis& diagnosis) {
  Ruling ruling = {probe.schedule, {}};
  const Story story = TellStory(evidence);
  if (!story.setback || story.repeats || !IsTelling(evidence)) return ruling;
  const Facts facts = {evidence, story};
  size_t fitting = 0;
  for (const Prediction& prediction : PredictionsOf(kProbes[probe.row], diagnosis)) {
    if (prediction.fits(facts)) {
      ++fitting;
    } else {
      ruling.ruled_out.emplace_back(prediction.class_name);
    }
  }
  if (fitting == 0) ruling.ruled_out.clear();
  return ruling;
}

}  // namespace shortwrite
