#include "harness/campaign/control.h"

#include <fmt/format.h>

#include <algorithm>

#include "harness/campaign/coverage.h"
#include "harness/diagnosis/busy_retries.h"

namespace shortwrite {
namespace {

bool EndedWell(const Observation& observation) {
  return observation.end == TargetEnd{TargetEnd::Kind::kExited, 0};
}

std::string LastLine(std::string_view text) {
  while (text.ends_with('\n')) text.remove_suffix(1);
  const size_t newline = text.rfind('\n');
  return std::string(newline == std::string_view::npos ? text : text.substr(newline + 1));
}

// The first difference in what was asked, call by call; empty if there is none. Results are left
// out: a pipe's reader may be faster today.
std::string SequenceDifference(const Observation& a, const Observation& b) {
  const size_t common = std::min(a.calls.size(), b.calls.size());
  for (size_t i = 0; i < common; ++i) {
    const TracedCall& first = a.calls[i];
    const TracedCall& second = b.calls[i];
    if (first.call == second.call && first.asked == second.asked && first.output == second.output) {
      continue;
    }
    return fmt::format("call {}: {} of {} bytes, then {} of {}", i + 1, first.call, first.asked,
                       second.call, second.asked);
  }
  if (a.calls.size() == b.calls.size()) return "";
  return fmt::format("{} calls, then {}", a.calls.size(), b.calls.size());
}

class ControlRun {
 public:
  ControlRun(TrialRunner& runner, const CampaignSettings& settings)
      : runner_(runner), settings_(settings) {}

  // After a run that ended the campaign: another backend may see, or bear, more.
  bool blames_backend() const { return blames_backend_; }

  Result<ControlOutcome> Run(uint32_t runs) {
    Result<ControlOutcome> outcome = RunAll(runs);
    if (judge_failure_) return *judge_failure_;
    return outcome;
  }

 private:
  Result<ControlOutcome> RunAll(uint32_t runs) {
    outcome_.notes = settings_.notes;
    outcome_.reference.main_output = settings_.main_output;
    outcome_.reference.existing = settings_.existing.value_or("");
    if (settings_.payload_reference) {
      outcome_.reference.payload_is_reference = true;
      outcome_.reference.payload = *settings_.payload_reference;
    }
    Result<Observation> first = Once(true);
    if (!first.ok()) return first.error();
    outcome_.reference.control = std::move(first).value();
    if (settings_.existing) {
      if (Status compared = CompareWithoutExisting(); !compared.ok()) return compared.error();
      if (outcome_.fails_alone || outcome_.end) return std::move(outcome_);
    }
    if (!settings_.sink_is_plain) {
      if (Status compared = CompareWithPlainSink(); !compared.ok()) return compared.error();
      if (outcome_.fails_alone || outcome_.end) return std::move(outcome_);
    } else if (OnlySpins(outcome_.reference.control)) {
      if (Status confirmed = ConfirmAlone(outcome_.reference.control); !confirmed.ok()) {
        return confirmed.error();
      }
      return std::move(outcome_);
    }
    // Before the bytes are compared: of a program that no backend sees, that is what must be said.
    if (!CheckEnd() || !CheckCoverage() || !CheckBytes()) return std::move(outcome_);
    runner_.Calibrate(outcome_.reference.control);
    for (uint32_t i = 1; i < runs; ++i) {
      Result<Observation> again = Once(true);
      if (!again.ok()) return again.error();
      if (!CheckSame(again.value())) return std::move(outcome_);
    }
    return std::move(outcome_);
  }

  // A control has no faults to be excused for: honest or not, it must be right.
  Judgement JudgeAgainst(const CampaignReference& reference, const Observation& observation) {
    return JudgeBy({Contract::kTransparent, settings_.judge.comparison}, reference, observation);
  }

  // The comparison's failure ends the run, and until then nothing is good.
  Judgement JudgeBy(const JudgeSettings& judge, const CampaignReference& reference,
                    const Observation& observation) {
    Result<Judgement> judgement = JudgeTrial(reference, observation, {}, judge);
    if (judgement.ok()) return std::move(judgement).value();
    judge_failure_ = judgement.error();
    return {};
  }

  Result<Observation> Once(bool with_existing, bool plain_sink = false) {
    ++outcome_.controls;
    Result<Observation> observation =
        runner_.Run({.schedule = {}, .with_existing = with_existing, .plain_sink = plain_sink});
    if (observation.ok() && observation.value().trace_dropped > 0) {
      return HarnessError(
          fmt::format("the trace overflowed: {} write calls do not fit; use a smaller --bytes",
                      observation.value().calls.size() + observation.value().trace_dropped));
    }
    return observation;
  }

  bool End(CampaignEnd end, std::string reason) {
    outcome_.end = end;
    outcome_.reason = std::move(reason);
    return false;
  }

  bool IsRight(const Observation& observation) {
    return EndedWell(observation) && JudgeAgainst(outcome_.reference, observation).good;
  }

  // With content in the output beforehand, a difference may be its doing. A control without it
  // tells.
  Status CompareWithoutExisting() {
    const Observation& with = outcome_.reference.control;
    if (settings_.payload_reference && IsRight(with)) return Ok();
    // Still at work at the deadline: proves nothing, and CheckEnd says so.
    if (with.end.kind == TargetEnd::Kind::kSlow) return Ok();
    Result<Observation> clean = Once(false);
    if (!clean.ok()) return clean.error();
    const Observation& without = clean.value();
    // Needs the file to be there (no O_CREAT): the run with it is the control.
    if (!EndedWell(without)) return Ok();
    if (settings_.payload_reference) {
      if (!IsRight(without)) return Ok();
    } else {
      if (EndedWell(with) && AppendsOrEquals(with, without)) return Ok();
    }
    if (RefusesExisting(with)) {
      End(CampaignEnd::kControlFailed,
          fmt::format(
              "the target does not take an output that exists beforehand ({}), and leaves it as "
              "it was: its good right; leave out --existing",
              ToText(with.end)));
      return Ok();
    }
    Observation failed = with;
    outcome_.reference.control = without;
    // An output that differs from run to run differs without what was there, too.
    Result<Observation> again = Once(false);
    if (!again.ok()) return again.error();
    if (CheckSame(again.value())) {
      outcome_.fails_alone = std::move(failed);
      outcome_.fails_alone_under = "the output existed beforehand";
    }
    return Ok();
  }

  // A full buffer, and EAGAIN where the target inherits O_NONBLOCK, are the kernel's own doing on
  // such a sink. Who loses bytes to them loses them without any fault of ours. And what arrived
  // there is no reference: it may be what a lossy target let through.
  Status CompareWithPlainSink() {
    const Observation& strained = outcome_.reference.control;
    if (settings_.payload_reference && IsRight(strained)) return Ok();
    if (strained.end.kind == TargetEnd::Kind::kSlow) return Ok();
    Result<Observation> plain = Once(true, true);
    if (!plain.ok()) return plain.error();
    // Wrong there as well: not the sink's doing, and the usual checks say what is.
    if (!IsRightOnPlainSink(plain.value())) return Ok();
    CampaignReference reference = outcome_.reference;
    reference.control = plain.value();
    if (EndedWell(strained) && JudgeAgainst(reference, strained).good) return Ok();
    Observation failed = strained;
    outcome_.reference.control = std::move(plain).value();
    return ConfirmOnSink(std::move(failed));
  }

  bool IsRightOnPlainSink(const Observation& plain) {
    return settings_.payload_reference ? IsRight(plain) : EndedWell(plain);
  }

  // The reader's pace is never the same twice, so once is not enough.
  Status ConfirmOnSink(Observation failed) {
    Result<Observation> plain = Once(true, true);
    if (!plain.ok()) return plain.error();
    if (!CheckSame(plain.value())) return Ok();
    return ConfirmAlone(std::move(failed));
  }

  // Its bytes are right, or are not the payload's by right: then spinning is no verdict on them.
  bool OnlySpins(const Observation& control) {
    return RetriesWithoutWaiting(FindBusyRetries(control)) && EndedWell(control) &&
           JudgeStrained(control).verdict == Verdict::kSpun;
  }

  // What failed without any fault must do so time and again.
  Status ConfirmAlone(Observation failed) {
    const Verdict verdict = JudgeStrained(failed).verdict;
    for (uint32_t i = 1; i < kConfirmations; ++i) {
      Result<Observation> again = Once(true);
      if (!again.ok()) return again.error();
      if (JudgeStrained(again.value()).verdict == verdict) continue;
      End(CampaignEnd::kUnsteady,
          fmt::format("on this sink a control was judged {} once, and not when it was repeated",
                      VerdictText(verdict)));
      return Ok();
    }
    if (!JudgeStrained(failed).good && verdict != Verdict::kInconclusive) {
      outcome_.fails_alone = std::move(failed);
      outcome_.fails_alone_under = "the sink alone does it";
      return Ok();
    }
    End(CampaignEnd::kControlFailed,
        fmt::format("the control ended on this sink without any fault: {}; no fault can be told "
                    "from that, so use a plain sink",
                    ToText(failed.end)));
    return Ok();
  }

  Judgement JudgeStrained(const Observation& observation) {
    return JudgeBy(settings_.judge, outcome_.reference, observation);
  }

  // O_EXCL, or a question before it overwrites.
  bool RefusesExisting(const Observation& with) const {
    if (with.end.kind != TargetEnd::Kind::kExited || with.end.number == 0) return false;
    return std::any_of(with.outputs.begin(), with.outputs.end(), [&](const OutputFile& output) {
      return output.name == settings_.main_output && output.bytes.view() == *settings_.existing;
    });
  }

  // A target that appends keeps what was there by right.
  bool AppendsOrEquals(const Observation& with, const Observation& without) {
    CampaignReference clean = outcome_.reference;
    clean.control = without;
    if (JudgeAgainst(clean, with).good) return true;
    return std::any_of(with.outputs.begin(), with.outputs.end(), [&](const OutputFile& output) {
      return output.name == settings_.main_output &&
             output.bytes.view().starts_with(*settings_.existing);
    });
  }

  bool CheckEnd() {
    const Observation& control = outcome_.reference.control;
    if (EndedWell(control)) return true;
    const std::string last = LastLine(control.diagnostics);
    // A target may refuse a library that it does not know.
    blames_backend_ = control.end.kind == TargetEnd::Kind::kExited ||
                      control.end.kind == TargetEnd::Kind::kSignaled;
    const bool killed_by_us = control.end.kind != TargetEnd::Kind::kExited &&
                              control.end.kind != TargetEnd::Kind::kSignaled;
    return End(CampaignEnd::kControlFailed,
               fmt::format("the control, without any fault, ended: {}{}{}{}", ToText(control.end),
                           killed_by_us ? "; if it only needs longer, use --timeout" : "",
                           last.empty() ? "" : "; its last words: ", last));
  }

  bool CheckBytes() {
    const Judgement judgement = JudgeAgainst(outcome_.reference, outcome_.reference.control);
    if (judgement.good) return true;
    std::string remedy;
    if (settings_.payload_reference) {
      remedy =
          "; if the target is not meant to copy its payload verbatim to this output, name the one "
          "that it copies to as {out}, or use --reference control; if it is, mend it first";
    }
    return End(CampaignEnd::kControlFailed,
               fmt::format("the control, without any fault, is wrong: {}{}",
                           DescribeDifference(judgement), remedy));
  }

  bool CheckSame(const Observation& again) {
    CampaignReference first = outcome_.reference;
    first.payload_is_reference = false;
    if (!EndedWell(again)) {
      return End(CampaignEnd::kControlFailed,
                 fmt::format("two controls differ: the second ended with {}", ToText(again.end)));
    }
    const Judgement judgement = JudgeAgainst(first, again);
    if (!judgement.good) {
      outcome_.outputs_differ = !settings_.judge.comparison;
      return End(CampaignEnd::kControlFailed,
                 fmt::format("two controls differ, so no output could be judged: {}",
                             DescribeDifference(judgement)));
    }
    const std::string sequence = SequenceDifference(first.control, again);
    if (!sequence.empty()) {
      outcome_.notes.push_back(fmt::format(
          "the sequence of calls differs between controls ({}): bytes are judged, and a "
          "replay may meet another call",
          sequence));
    }
    return true;
  }

  bool CheckCoverage() {
    const Observation& control = outcome_.reference.control;
    std::string unseen;
    std::string unused_sink;
    for (const OutputCoverage& output :
         MeasureCoverage(control, settings_.main_output, outcome_.reference.existing)) {
      outcome_.output_bytes += output.bytes;
      if (output.stream && output.write_calls == 0 && output.bytes == 0) unused_sink = output.name;
      if (output.unseen_bytes == 0 || !unseen.empty()) continue;
      unseen = fmt::format("{} of {} bytes of {}", output.unseen_bytes, output.bytes, output.name);
    }
    outcome_.write_calls = static_cast<uint64_t>(
        std::count_if(control.calls.begin(), control.calls.end(),
                      [](const TracedCall& call) { return call.number != 0; }));
    if (settings_.real_shortage) return true;
    blames_backend_ = !unseen.empty() || control.attached == 0;
    if (control.outputs_dropped > 0) unseen = "some outputs, too many to follow,";
    std::string reason = WhyVacuous(control, unseen);
    // What else it wrote is no stream, and says nothing about one.
    if (reason.empty() && !unused_sink.empty()) {
      reason = fmt::format("the target wrote nothing to the sink, which is its {}", unused_sink);
    }
    return reason.empty() || End(CampaignEnd::kVacuous, reason);
  }

  // Empty when every byte was seen to arrive.
  std::string WhyVacuous(const Observation& control, const std::string& unseen) const {
    if (control.version_mismatches > 0) {
      return "the preload library is of another version than this program";
    }
    const bool traced = runner_.backend() == Backend::kSyscall;
    const bool blind = control.attached == 0 || !unseen.empty();
    if (blind && !traced && !settings_.why_unseen.empty()) {
      return "no write call could be seen: " + settings_.why_unseen;
    }
    if (control.attached == 0) return "the preload library was not loaded into the target";
    if (!unseen.empty()) return unseen + (traced ? UntracedWay(control) : UnloadedWay());
    if (outcome_.write_calls > 0) return "";
    return "no write call was seen: the target wrote nothing to its outputs";
  }

  static std::string UnloadedWay() {
    return " arrived by a way that the preload library cannot see: stdio inside libc, a raw system "
           "call, a static program or a mapping";
  }

  static std::string UntracedWay(const Observation& control) {
    return " arrived by no system call that the tracer saw: " +
           (control.unseen_ways.empty()
                ? "a mapping, io_uring, or a process that was there before the trial"
                : control.unseen_ways);
  }

  TrialRunner& runner_;
  const CampaignSettings& settings_;
  ControlOutcome outcome_;
  bool blames_backend_ = false;
  std::optional<Error> judge_failure_;
};

}  // namespace

std::string DescribeDifference(const Judgement& judgement) {
  if (judgement.output.empty()) return "";
  return fmt::format("{} ({} bytes, {} expected) differs at offset {}: {}", judgement.output,
                     judgement.output_bytes, judgement.reference_bytes,
                     judgement.provenance.first_divergence, judgement.provenance.sentence);
}

Result<ControlOutcome> RunControls(TrialRunner& runner, const CampaignSettings& settings,
                                   uint32_t runs) {
  ControlRun first(runner, settings);
  Result<ControlOutcome> outcome = first.Run(runs);
  if (!outcome.ok()) return outcome;
  ControlOutcome& seen = outcome.value();
  seen.backend = {runner.backend(), ""};
  if (!seen.end) {
    seen.backend.reason = settings.real_shortage
                              ? "it injects nothing here: a size limit reaches every way to write"
                              : "in the control, it saw every byte of every output arrive";
  }
  const bool retries = seen.end && first.blames_backend() && settings.may_change_backend &&
                       runner.backend() == Backend::kPreload;
  if (!retries) {
    if (seen.end) seen.backend.reason = "the control ended the campaign";
    return outcome;
  }
  if (const Status used = runner.UseBackend(Backend::kSyscall); !used.ok()) {
    seen.reason += "; " + used.error().message;
    return outcome;
  }
  const std::string shortcoming = std::move(seen.reason);
  const uint32_t controls = seen.controls;
  outcome = ControlRun(runner, settings).Run(runs);
  if (!outcome.ok()) return outcome;
  outcome.value().controls += controls;
  outcome.value().backend = {runner.backend(), "preload fell short: " + shortcoming};
  return outcome;
}

}  // namespace shortwrite
