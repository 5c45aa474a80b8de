#include "tests/report/report_values.h"

#include <cerrno>
#include <csignal>

#include "harness/base/shell_quote.h"
#include "harness/report/json_report.h"
#include "harness/report/stream_lines.h"

namespace shortwrite {
namespace {

constexpr std::string_view kReference = "0123456789abcdefghijklmnopqrstuv";

TracedCall WriteCall(uint32_t number, uint64_t asked, int64_t position) {
  TracedCall call;
  call.time_ns = number * 250'000ull;
  call.asked = call.movable = call.granted = asked;
  call.result = static_cast<int64_t>(asked);
  call.position = position;
  call.caller = 0x11f2;
  call.caller_in_program = true;
  call.number = number;
  call.process = call.thread = 1;
  call.descriptor = 3;
  call.status_flags = 1;
  call.output = 1;
  call.call = "write";
  call.sink = "regular file";
  return call;
}

void Shorten(TracedCall& call, uint64_t accepted) {
  call.granted = accepted;
  call.result = static_cast<int64_t>(accepted);
  call.delivered = true;
  call.step = 1;
  call.fault = FaultKind::kShort;
  call.legal_under = "linux";
  call.legal_reason = "write(2): space, quota or RLIMIT_FSIZE ended inside the request";
}

// Three calls of which the second accepted one byte only, after which it waited, and a close that
// is no write call.
Observation ShortObservation(const std::string& output) {
  Observation observation;
  observation.attached = 1;
  observation.touched = {{"stdout", "stdout"}, {output, output}};
  for (uint32_t i = 0; i < 3; ++i) {
    observation.calls.push_back(WriteCall(i + 1, 12, 12 * int64_t{i}));
  }
  Shorten(observation.calls[1], 1);
  observation.calls[1].then_waited = true;
  observation.calls[2].position = 13;
  observation.calls[2].asked = observation.calls[2].movable = 8;
  observation.calls[2].result = 8;
  observation.calls[2].step = 2;  // planned, but not legal there
  observation.calls[2].fault = FaultKind::kEagain;
  TracedCall close = WriteCall(4, 0, -1);
  close.number = 0;
  close.call = "close";
  close.result = -1;
  close.error = EIO;
  observation.calls.push_back(close);
  observation.faults_delivered = 1;
  observation.outputs = {{output, FileBytes::Of(std::string(kReference.substr(0, 13)) +
                                                std::string(kReference.substr(24)))}};
  return observation;
}

Counterexample CounterexampleIn(const std::string& output, Verdict verdict) {
  Counterexample found;
  found.raw = ParseSchedule("2:short=50% 3:eagain").value();
  found.minimal = ParseSchedule("2:short=1 3:eagain").value();
  found.observation = ShortObservation(output);
  found.judgement.verdict = verdict;
  found.judgement.output = output;
  found.judgement.output_bytes = 21;
  found.judgement.reference_bytes = kReference.size();
  found.judgement.excerpt = {0, std::string(found.observation.outputs[0].bytes.view()),
                             std::string(kReference)};
  found.judgement.provenance =
      TraceProvenance(found.observation.outputs[0].bytes.view(), kReference, "");
  found.diagnosis = {.class_name = "W01",
                     .title = "single call, count ignored",
                     .candidates = {"W01", "W12"},
                     .sentence =
                         "after call 2 accepted 1 of 12, call 3 (asked 8) went on with "
                         "payload byte 24; from outside, W12 (progress counted by the "
                         "bytes asked for) looks the same",
                     .certain = false,
                     .call = 1};
  found.trials_to_find = 3;
  found.confirmed = 3;
  return found;
}

BackendChoice ExampleBackend() {
  return {Backend::kPreload, "in the control, every byte of every output arrived by a call it saw"};
}

}  // namespace

ReportContext ExampleContext() {
  return {.profile = "posix",
          .program = "writer",
          .source_place = {},
          .seed = 7,
          .payload_bytes = kReference.size(),
          .replay_line = [](const Schedule& schedule, const std::optional<TrialPayload>&) {
            return ShellQuote({"shortwrite", "replay", "--schedule", ToText(schedule), "--",
                               "./writer", "{payload}", "{out}"});
          }};
}

CampaignResult SurvivedCampaign() {
  CampaignResult result;
  result.end = CampaignEnd::kSurvived;
  result.backend = ExampleBackend();
  result.notes = {"EAGAIN left out: no output is O_NONBLOCK"};
  result.controls = 2;
  result.trials = 500;
  result.faults_planned = 720;
  result.faults_delivered = 611;
  result.write_calls = 37;
  result.output_bytes = 270'001;
  result.completeness = "every single fault at every one of 37 write calls: exhausted";
  return result;
}

CampaignResult FailedCampaign() {
  CampaignResult result = SurvivedCampaign();
  result.end = CampaignEnd::kCounterexample;
  result.counterexamples = {CounterexampleIn("out", Verdict::kCorrupted)};
  return result;
}

CampaignResult CampaignWithOddNames() {
  CampaignResult result = FailedCampaign();
  result.counterexamples = {CounterexampleIn("a\n\"b\"\x1b[31m'\xff", Verdict::kMisreported),
                            CounterexampleIn("out", Verdict::kRefused)};
  result.counterexamples[0].judgement.message = "cannot\twrite \xfe \x1b[2J";
  result.counterexamples[1].observation.end = {TargetEnd::Kind::kExited, 1};
  result.counterexamples[1].diagnosis = {.class_name = "",
                                         .title = "count not believed",
                                         .candidates = {},
                                         .sentence = "no class of mistake fits",
                                         .certain = false,
                                         .call = 1};
  return result;
}

CampaignResult EndedCampaign(CampaignEnd end) {
  CampaignResult result;
  result.end = end;
  result.reason = "two controls differ, so no output could be judged";
  result.controls = 2;
  result.write_calls = 3;
  result.output_bytes = 32;
  return result;
}

ReplayResult FailedReplay() {
  const Counterexample found = CounterexampleIn("out", Verdict::kCorrupted);
  ReplayResult result;
  result.end = CampaignEnd::kCounterexample;
  result.backend = ExampleBackend();
  result.judgement = found.judgement;
  result.diagnosis = found.diagnosis;
  result.observation = found.observation;
  result.faults_delivered = 1;
  result.write_calls = 3;
  return result;
}

std::string StreamOf(const CampaignResult& result, int exit_status) {
  const ReportContext context = ExampleContext();
  std::vector<std::string> lines = {CampaignLine({.version = "0.0.0",
                                                  .command = {"./writer", "{payload}", "{out}"},
                                                  .options = {"--trials", "500"},
                                                  .profile = "posix",
                                                  .sink = "file",
                                                  .backend = "auto",
                                                  .seed = 7})};
  Observation control = LongObservation(3, {});
  control.outputs = {{"out", FileBytes::Of(std::string(kReference))}};
  if (result.end != CampaignEnd::kControlFailed) lines.push_back(ControlLine(control));
  for (const Counterexample& found : result.counterexamples) {
    lines.push_back(FindingLine(found.raw, found.judgement, std::nullopt, context));
    lines.push_back(CounterexampleLine(found, context));
  }
  lines.push_back(CampaignJson(result, exit_status, context));
  std::string stream;
  for (const std::string& line : lines) stream += line + '\n';
  return stream;
}

CampaignResult CampaignOfManyCalls(uint32_t calls) {
  CampaignResult result = FailedCampaign();
  Counterexample& found = result.counterexamples[0];
  const uint32_t fault = calls / 2;
  found.observation = LongObservation(calls, {fault});
  found.judgement.output_bytes = calls * 100 - 99;
  found.judgement.reference_bytes = calls * 100;
  found.judgement.provenance.first_divergence = fault * 100 - 99;
  // The lines after the fault stand 99 bytes earlier than they should.
  found.judgement.provenance.runs = {
      {0, fault * 100 - 99, Origin::kReference, 0},
      {fault * 100 - 99, (calls - fault) * 100, Origin::kReference, fault * 100}};
  found.judgement.provenance.missing = {{fault * 100 - 99, 99}};
  for (uint32_t i = fault; i < calls; ++i) found.observation.calls[i].position -= 99;
  found.diagnosis.call = fault - 1;
  return result;
}

Observation LongObservation(uint32_t calls, const std::vector<uint32_t>& faults_at) {
  Observation observation;
  observation.touched = {{"stdout", "stdout"}, {"out", "out"}};
  for (uint32_t i = 0; i < calls; ++i) {
    observation.calls.push_back(WriteCall(i + 1, 100, 100 * int64_t{i}));
  }
  for (const uint32_t number : faults_at) Shorten(observation.calls[number - 1], 1);
  return observation;
}

}  // namespace shortwrite
