#include "harness/cli/check_command.h"

#include <fmt/format.h>
#include <unistd.h>

#include <chrono>

#include "harness/base/shell_quote.h"
#include "harness/campaign/campaign.h"
#include "harness/cli/command_output.h"
#include "harness/cli/finding_keeper.h"
#include "harness/cli/findings.h"
#include "harness/cli/progress.h"
#include "harness/cli/report_command.h"
#include "harness/cli/suppressions.h"
#include "harness/cli/target_setup.h"
#include "harness/cli/terminal.h"
#include "harness/report/explain.h"
#include "harness/report/json_report.h"
#include "harness/report/text_report.h"

namespace shortwrite {

ExitStatus StatusOf(CampaignEnd end) {
  switch (end) {
    case CampaignEnd::kSurvived:
      return ExitStatus::kSurvived;
    case CampaignEnd::kCounterexample:
      return ExitStatus::kCounterexample;
    case CampaignEnd::kControlFailed:
    case CampaignEnd::kUnsteady:
      return ExitStatus::kControlFailed;
    case CampaignEnd::kVacuous:
      return ExitStatus::kVacuous;
    case CampaignEnd::kStopped:
      return ExitStatus::kStopped;
  }
  return ExitStatus::kHarnessFailed;
}

namespace {

// Saves what was found as soon as it is found, and says so, to people and in the stream.
class Keeper final : public CampaignListener {
 public:
  Keeper(const CheckOptions& options, const ReportContext& context, StreamWriter& stream)
      : options_(options),
        kept_(options.name.empty() ? context.program : options.name, options.corpus,
              ShellQuote(options.target.command), context),
        context_(context),
        stream_(stream) {}

  void OnControl(const Observation& control) override {
    if (stream_.wanted()) stream_.Add(ControlLine(control));
  }

  void OnFinding(const Schedule& raw, const Judgement& judgement,
                 const std::optional<TrialPayload>& payload) override {
    const std::string verdict(VerdictText(judgement.verdict));
    Say(fmt::format("found: {} under '{}'; making it smaller\n", verdict, ToText(raw)));
    if (stream_.wanted()) stream_.Add(FindingLine(raw, judgement, payload, context_));
    Say(kept_.KeepRaw(raw, judgement, payload));
  }

  void OnCounterexample(const Counterexample& found) override {
    if (stream_.wanted()) stream_.Add(CounterexampleLine(found, context_));
    Say(kept_.KeepExamined(found));
  }

  void OnKnownMistake(const Counterexample& known) override { Say(kept_.DropRaw(known)); }

 private:
  void Say(const std::string& text) const {
    if (!options_.target.quiet) PrintMessage(text);
  }

  const CheckOptions& options_;
  FindingKeeper kept_;
  const ReportContext& context_;
  StreamWriter& stream_;
};

CampaignAsked AskedBy(const CheckOptions& options) {
  const TargetOptions& target = options.target;
  CampaignAsked asked;
  asked.version = SHORTWRITE_VERSION;
  asked.command = target.command;
  asked.options = options.words;
  asked.options.insert(asked.options.end(), target.replay_words.begin(), target.replay_words.end());
  asked.options.insert(asked.options.end(), target.payload_words.begin(),
                       target.payload_words.end());
  asked.profile = target.profile_text;
  asked.sink = ToText(target.sink);
  if (options.real_shortage) asked.sink = "full";
  asked.backend = "auto";
  if (target.backend) asked.backend = BackendName(*target.backend);
  asked.seed = options.seed;
  return asked;
}

ProgressShower::Settings ProgressOn(const CheckOptions& options,
                                    std::chrono::steady_clock::time_point begin) {
  return {.wish = ChooseProgress(options.progress, options.target.quiet,
                                 IsCapableTerminal(STDERR_FILENO)),
          .time = options.time,
          .elapsed =
              [begin] {
                return std::chrono::duration_cast<std::chrono::milliseconds>(
                    std::chrono::steady_clock::now() - begin);
              },
          .columns = [] { return TerminalColumns(STDERR_FILENO); },
          .print = PrintMessage};
}

CheckOutcome Report(const CheckOptions& options, const CampaignResult& result,
                    const ReportContext& context, StreamWriter& stream) {
  CheckOutcome outcome;
  outcome.status = StatusOf(result.end);
  outcome.verdict = VerdictWord(result);
  outcome.trials = result.trials;
  if (result.end == CampaignEnd::kSurvived && !result.tolerated.empty()) {
    outcome.verdict += fmt::format(", but {} suppressed", result.tolerated.size());
  }
  if (!result.counterexamples.empty()) {
    outcome.schedule = ToText(result.counterexamples.front().minimal);
  }
  if (stream.wanted()) {
    stream.Add(CampaignJson(result, static_cast<int>(outcome.status), context));
  }
  outcome.text = CampaignText(result, context, StyleFor(STDERR_FILENO, options.target.color));
  return outcome;
}

// A campaign that could not be carried out has a result that says so.
CheckOutcome FailedCheck(StreamWriter& stream, const Error& error) {
  CheckOutcome outcome;
  outcome.status = Fail(error);
  outcome.verdict = VerdictText(Verdict::kInconclusive);
  if (stream.wanted()) stream.Add(FailureJson(error.message, static_cast<int>(outcome.status)));
  return outcome;
}

// What a snapshot once got wrong, it may have got wrong before: then nothing of the campaign
// stands, and it is run again by exec. What was found and kept was confirmed by exec in any case.
Result<CampaignResult> RunTrusted(TargetSetup& setup, CampaignListener& listener) {
  SnapshotRunner& runner = setup.runner;
  Result<CampaignResult> result = RunCampaign(runner, setup.campaign, listener);
  const bool again = !result.ok() && result.error().kind == ErrorKind::kUntrusted;
  if (again) {
    runner.GiveUp(result.error().message);  // it may have been a worker's
    *setup.snapshots_in_workers = false;
    result = RunCampaign(runner, setup.campaign, listener);
  }
  if (!result.ok() || runner.why_not().empty()) return result;
  result.value().notes.push_back(fmt::format(
      "{}: {}", again ? "run once more without a snapshot" : "no snapshot", runner.why_not()));
  return result;
}

}  // namespace

CheckOutcome CheckTarget(const CheckOptions& options, const std::string& program,
                         StreamWriter& stream) {
  if (stream.wanted()) stream.Add(CampaignLine(AskedBy(options)));
  Result<TargetSetup> setup = SetUpTarget(options.target, program);
  if (!setup.ok()) return FailedCheck(stream, setup.error());
  CampaignSettings& settings = setup.value().campaign;
  settings.faults = options.faults;
  settings.depth = options.depth;
  settings.real_shortage = options.real_shortage;
  settings.trials_max = options.trials_max;
  settings.seed = options.seed;
  settings.jobs = options.jobs;
  if (!options.corpus.empty()) {
    Result<std::vector<KeptSchedule>> corpus = ReadFindings(options.corpus);
    if (!corpus.ok()) return FailedCheck(stream, corpus.error());
    settings.corpus = std::move(corpus).value();
  }
  const auto begin = std::chrono::steady_clock::now();
  const auto is_over = [begin](std::chrono::milliseconds time) {
    return std::chrono::steady_clock::now() - begin >= time;
  };
  settings.out_of_time = [is_over, time = options.time] { return is_over(time); };
  settings.sweep_is_out_of_time = [is_over, time = options.time * 3 / 4] { return is_over(time); };

  ReportContext& context = setup.value().report;
  context.seed = options.seed;
  Keeper keeper(options, context, stream);
  Suppressions suppressions(options.suppressions, Today(), context);
  settings.tolerance = [&](const Counterexample& found) { return suppressions.ReasonFor(found); };
  settings.call_site = [&](const Counterexample& found) {
    return CallSite(found.diagnosis, found.observation, context);
  };
  ProgressShower progress(keeper, ProgressOn(options, begin));
  Result<CampaignResult> result = RunTrusted(setup.value(), progress);
  progress.Erase();
  if (!result.ok()) return FailedCheck(stream, result.error());
  for (std::string& note : suppressions.ExpiredNotes()) {
    result.value().notes.push_back(std::move(note));
  }
  CheckOutcome outcome = Report(options, result.value(), context, stream);
  outcome.used_suppressions = suppressions.used_lines();
  return outcome;
}

ExitStatus Finish(const std::vector<ReportFile>& reports, const StreamWriter& stream,
                  ExitStatus status) {
  const Status written = WriteReports(stream.text(), "the stream", reports);
  if (!written.ok()) status = Fail(written.error());
  if (!stream.printed().ok()) status = Fail(stream.printed().error());
  return status;
}

ExitStatus RunCheck(const CheckOptions& options, const std::string& program) {
  StreamWriter stream(options.target.json, !options.reports.empty());
  const CheckOutcome outcome = CheckTarget(options, program, stream);
  const ExitStatus finished = Finish(options.reports, stream, outcome.status);
  PrintMessage(outcome.text);
  return finished;
}

}  // namespace shortwrite
