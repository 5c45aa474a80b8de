// A campaign: controls, sweep, search; each failure shrunk, confirmed and kept.
//
// Talks to the target only through TrialRunner, and to people only through CampaignListener.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "harness/base/result.h"
#include "harness/campaign/evaluate.h"
#include "harness/campaign/sweep.h"
#include "harness/oracle/judge.h"
#include "harness/trial/trial_runner.h"
#include "harness/writer/trial_payload.h"

namespace shortwrite {

// A counterexample of an earlier campaign.
struct KeptSchedule {
  Schedule schedule;
  std::optional<TrialPayload> payload;  // that it was found with, unless the campaign's own
  std::string name;                     // for people
};

// What a worker process runs its trials with: its own workspace, and what belongs to it.
struct WorkerSetup {
  std::unique_ptr<TrialRunner> runner;
  Comparison comparison;  // as JudgeSettings has it
};

// Then the time alone bounds a campaign.
inline constexpr uint32_t kNoTrialsMax = 100'000'000;

struct Counterexample {
  Schedule raw;
  Schedule minimal;
  std::optional<TrialPayload> payload;  // unless the campaign's own
  std::string without_fault;            // what made it fail if the schedule is empty
  Judgement judgement;
  Diagnosis diagnosis;
  Observation observation;  // of the minimal schedule
  std::string call_site;    // in words, by the settings' CallSiteOf; empty: unknown
  uint32_t trials_to_find = 0;
  uint32_t confirmed = 0;  // of kConfirmations
};
inline constexpr uint32_t kConfirmations = 3;

// Why a counterexample is put up with, in words; nothing if it is not.
using Tolerance = std::function<std::optional<std::string>(const Counterexample&)>;

// Where the source of a target made the call that a counterexample is about; "": unknown.
using CallSiteOf = std::function<std::string(const Counterexample&)>;

struct CampaignSettings {
  FaultSet faults;
  uint32_t depth = 2;  // faults per swept schedule; 0: no sweep, random schedules alone
  uint32_t trials_max = 500;
  uint64_t seed = 1;
  bool everywhere = false;  // hostile profile
  // A real shortage in the place of injected faults: it reaches any way to write, seen or not.
  bool real_shortage = false;
  JudgeSettings judge;
  std::optional<std::string> payload_reference;  // the main output must equal it; else the control
  std::string main_output;                       // "out", or "stdout"
  std::optional<std::string> existing;
  bool sink_is_plain = true;  // false: non-blocking or slow, so that it may fail a target alone
  // How the payload is made, if it is by rule; then others may be tried: these, and smaller ones.
  std::optional<TrialPayload> payload;
  std::vector<TrialPayload> other_payloads;
  bool may_resize = false;           // nobody asked for the payload's size
  bool feedback = true;              // the search varies what did something new
  std::vector<KeptSchedule> corpus;  // run first
  std::vector<std::string> notes;    // handed on to the result
  std::string why_unseen;            // what is known of a program that preload cannot see
  bool may_change_backend = true;    // when the one in use does not see every byte
  std::function<bool()> out_of_time = [] { return false; };
  std::function<bool()> sweep_is_out_of_time = [] { return false; };  // the rest is the search's
  uint32_t jobs = 1;  // trials beside each other; then make_worker must be there
  std::function<Result<WorkerSetup>()> make_worker;  // called in the worker
  // What it puts up with does not end the campaign, and hides nothing of another signature.
  Tolerance tolerance = [](const Counterexample&) { return std::nullopt; };
  CallSiteOf call_site = [](const Counterexample&) { return std::string(); };
};

struct Tolerated {
  Counterexample found;
  std::string reason;
};

enum class CampaignEnd {
  kSurvived,
  kCounterexample,
  kControlFailed,
  kUnsteady,  // failed once but not again: says nothing certain, like controls that differ
  kVacuous,
  kStopped,
};

// What injected, and why that.
struct BackendChoice {
  Backend backend = Backend::kPreload;
  std::string reason;
};

// What of the sweep was run; of one in passes (explore_sweep.cpp), the last.
struct SweepExtent {
  uint64_t schedules_planned = 0;
  uint64_t schedules_run = 0;
  uint64_t calls_total = 0;    // that the control made
  uint64_t calls_planned = 0;  // of these, calls that the plan gives every single fault
};

struct CampaignResult {
  CampaignEnd end = CampaignEnd::kVacuous;
  std::string reason;  // in words, unless survived or counterexample
  std::vector<std::string> notes;
  BackendChoice backend;
  std::vector<Counterexample> counterexamples;  // most severe first, one per signature
  std::vector<Tolerated> tolerated;             // as they were found, one per signature
  uint32_t controls = 0;
  uint32_t trials = 0;  // all with faults: search, shrinking and confirmation too
  uint32_t inconclusive = 0;
  uint32_t faults_planned = 0;    // steps of all trials
  uint32_t faults_delivered = 0;  // of these, those that took effect
  uint64_t write_calls = 0;       // of the control, on all outputs
  uint64_t output_bytes = 0;      // of the control
  std::string completeness;
  // What people are advised by (report/warnings.h).
  SweepExtent sweep;
  bool outputs_differ = false;  // from one control to the next, and nobody said how to compare
  uint64_t unjudged_bytes = 0;  // that the control wrote to a stdout which is no output
  uint64_t output_repeats_at =
      0;  // the main output's period, if it is a short one (short_period.h)
};

// What a campaign is at. Corpus, sweep and search follow each other; a failure interrupts them to
// be made smaller and confirmed.
enum class Phase { kControl, kCorpus, kSweep, kSearch, kShrink, kConfirm };

// What a campaign tells while it runs. Calls come in this order, from one thread; OnPhase whenever
// another phase begins, before its first trial.
class CampaignListener {
 public:
  virtual ~CampaignListener() = default;
  virtual void OnPhase(Phase) {}
  virtual void OnControl(const Observation&) {}
  virtual void OnTrial(uint32_t /*done*/, uint32_t /*planned*/) {}
  // Several times a second, while no trial ends; at any time after the first OnPhase.
  virtual void OnLongTrial(std::chrono::milliseconds /*so_far*/) {}
  // Before shrinking: whatever happens later, this is not lost.
  // payload: unless it is the campaign's own.
  virtual void OnFinding(const Schedule& /*raw*/, const Judgement&,
                         const std::optional<TrialPayload>& /*payload*/) {}
  virtual void OnCounterexample(const Counterexample&) {}
  // Instead, where what was found turned out to be another way to provoke one that was told.
  virtual void OnKnownMistake(const Counterexample& /*known*/) {}
};

// An Error is the harness's own failure; every judgement of the target is in the result.
Result<CampaignResult> RunCampaign(TrialRunner& runner, const CampaignSettings& settings,
                                   CampaignListener& listener);

// One judged trial under a given schedule, after a control.
struct ReplayResult {
  CampaignEnd end = CampaignEnd::kVacuous;
  std::string reason;
  BackendChoice backend;
  Judgement judgement;
  Diagnosis diagnosis;  // of a bad judgement
  Observation observation;
  uint32_t faults_delivered = 0;
  uint64_t write_calls = 0;
};
Result<ReplayResult> RunReplay(TrialRunner& runner, const CampaignSettings& settings,
                               const Schedule& schedule);

}  // namespace shortwrite
