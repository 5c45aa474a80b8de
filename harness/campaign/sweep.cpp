#include "harness/campaign/sweep.h"

#include <fcntl.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <numeric>
#include <set>

namespace shortwrite {
namespace {

// Odd cuts first: a half-cut of an even chunk lands on element and character boundaries and hides
// the bugs that live between them.
constexpr std::array<Amount, 6> kCuts = {{{Amount::Unit::kBytes, 1},
                                          {Amount::Unit::kAllBut, 1},
                                          {Amount::Unit::kPercent, 50},
                                          {Amount::Unit::kBytes, 4097},
                                          {Amount::Unit::kBytes, 4096},
                                          {Amount::Unit::kBytes, 4095}}};
// A prime, so that it divides no buffer; raised for large outputs, so that a trial stays short.
constexpr uint64_t kSmallestCap = 1021;
constexpr uint64_t kCappedCallsMax = 512;
// Programs that do give up after a number of retries allow themselves five, seldom more.
constexpr uint32_t kRetriesMax = 5;

// What the control showed of one output.
struct OutputCalls {
  std::string name;             // as first written; empty if it is the only output
  std::string_view sink;        // of its last call
  std::vector<uint64_t> sizes;  // what each call had to move, in the order of their numbers
  bool nonblocking = false;
  bool interruptible = false;
  bool closes = false;
  bool syncs = false;
};

std::vector<OutputCalls> Survey(const Observation& control) {
  std::vector<OutputCalls> outputs(control.touched.size());
  for (size_t i = 0; i < outputs.size(); ++i) outputs[i].name = control.touched[i].first_name;
  for (const TracedCall& call : control.calls) {
    if (call.output >= outputs.size()) continue;
    OutputCalls& output = outputs[call.output];
    output.closes |= call.call == "close";
    output.syncs |= call.call == "fsync" || call.call == "fdatasync";
    if (call.number == 0) continue;
    if (output.sizes.size() < call.number) output.sizes.resize(call.number);
    output.sizes[call.number - 1] = call.movable;
    output.sink = call.sink;
    output.nonblocking |=
        (call.status_flags & O_NONBLOCK) != 0 || call.must_not_wait || call.send_timeout;
    output.interruptible |= call.handler_can_interrupt;
  }
  std::erase_if(outputs, [](const OutputCalls& output) { return output.sizes.empty(); });
  if (outputs.size() == 1) outputs.front().name.clear();
  return outputs;
}

bool Cuts(const Amount& cut, uint64_t size) {
  if (size < 2) return false;
  // Same count as a cut that comes before it in the list.
  if (cut.unit == Amount::Unit::kPercent) return size > 3;
  if (cut.unit == Amount::Unit::kAllBut) return size > 2;
  return cut.value < size && (cut.value == 1 || cut.value + 1 < size);
}

// The errors that a write call on such a sink can answer, the most usual one first. A file's come
// from where it is kept (write(2)); a pipe, a socket and a terminal know only the end of the other
// side.
std::vector<FaultKind> ErrorsOf(std::string_view sink) {
  if (sink == "regular file") {
    return {FaultKind::kEnospc, FaultKind::kEio, FaultKind::kEfbig, FaultKind::kEdquot};
  }
  if (sink == "pipe" || sink == "stream socket") return {FaultKind::kEpipe};
  if (sink == "terminal" || sink == "block device") return {FaultKind::kEio};
  return {};
}

// A terminal that was hung up stays so.
bool MayPass(FaultKind fault, const OutputCalls& output) {
  return MayPass(fault) && output.sink != "terminal";
}

Step Lasting(uint32_t call, FaultKind fault) {
  return {StepSite::kCalls, {call, kOpenEnd}, "", fault, {}};
}

Step Delayed(StepSite site, FaultKind fault) {
  return {site, {1, kOpenEnd}, "", fault, {}};
}

class Planner {
 public:
  Planner(const SweepSettings& settings, SweepPlan& plan) : settings_(settings), plan_(plan) {}

  void Plan(const OutputCalls& output) {
    output_ = &output;
    last_ = static_cast<uint32_t>(output.sizes.size());
    stalls_.clear();
    if (settings_.faults.eagain && (output.nonblocking || settings_.everywhere)) {
      stalls_.push_back(FaultKind::kEagain);
    }
    if (settings_.faults.eintr && (output.interruptible || settings_.everywhere)) {
      stalls_.push_back(FaultKind::kEintr);
    }
    errors_ = ErrorsOf(output.sink);
    std::erase_if(errors_, [&](FaultKind fault) { return !Has(settings_.faults.terminal, fault); });
    // Only what is kept somewhere can be lost after it was accepted (close(2), fsync(2)).
    kept_ = output.sink == "regular file" || output.sink == "block device";
    const std::vector<uint32_t> calls = ChooseCalls();
    plan_.calls_total += last_;
    plan_.calls_swept += static_cast<uint32_t>(calls.size());
    PlanHeadlines();
    PlanErrorHeadlines();
    for (const uint32_t call : calls) PlanSingles(call);
    // A program seldom tells one error from another: the first kind at all calls, then the others.
    for (size_t i = 0; i < errors_.size(); ++i) {
      for (const uint32_t call : calls) PlanErrors(call, errors_[i], i == 0);
    }
    for (const uint32_t call : calls) PlanRows(call);
    PlanDelayed(FaultKind::kEnospc);
    PlanDelayed(FaultKind::kEdquot);
  }

 private:
  // First and last first; then the rest in order, or a spread of it if all would be too many.
  std::vector<uint32_t> ChooseCalls() const {
    const uint32_t per_call =
        (settings_.faults.shorts ? static_cast<uint32_t>(kCuts.size()) : 0) +
        static_cast<uint32_t>(stalls_.size() + (errors_.empty() ? 0 : 2 * errors_.size() + 2)) + 1;
    const uint32_t room = std::max<uint32_t>(4, settings_.trials_max * 2 / 3 / per_call);
    std::vector<uint32_t> calls = {1};
    if (last_ > 1) calls.push_back(last_);
    const uint32_t middle = last_ > 2 ? last_ - 2 : 0;
    const uint32_t chosen = std::min(middle, room - 2);
    for (uint32_t i = 0; i < chosen; ++i) {
      calls.push_back(2 + static_cast<uint32_t>(uint64_t{i} * middle / chosen));
    }
    return calls;
  }

  uint64_t SizeOf(uint32_t call) const { return output_->sizes[call - 1]; }

  void Add(std::vector<Step> steps) {
    for (Step& step : steps) step.output = output_->name;
    Schedule schedule{std::move(steps)};
    if (seen_.insert(ToText(schedule)).second) plan_.schedules.push_back(std::move(schedule));
  }

  // The few schedules that expose most classes of bugs.
  void PlanHeadlines() {
    const bool shorts = settings_.faults.shorts;
    if (shorts && SizeOf(1) > 1) Add({ShortAt(1, Bytes(1))});
    if (shorts && SizeOf(last_) > 1) Add({ShortAt(last_, Bytes(1))});
    for (const FaultKind stall : stalls_) Add({FaultAt(1, stall)});
    if (settings_.depth < 2) return;
    if (!shorts) return PlanStallsInARow();
    if (SizeOf(last_) > 2) Add({ShortAt(last_, Percent(50)), ShortAt(last_ + 1, Percent(50))});
    for (const FaultKind stall : stalls_) Add({ShortAt(1, Percent(50)), FaultAt(2, stall)});
    PlanStallsInARow();
    const uint64_t total =
        std::accumulate(output_->sizes.begin(), output_->sizes.end(), uint64_t{0});
    const uint64_t cap = std::max(kSmallestCap, total / kCappedCallsMax | 1);
    Add({{StepSite::kCalls, {1, kOpenEnd}, "", FaultKind::kCap, Bytes(cap)}});
    if (SizeOf(1) > kRetriesMax) {
      Add({{StepSite::kCalls, {1, kRetriesMax + 1}, "", FaultKind::kShort, Bytes(1)}});
    }
  }

  // One stall is what a program retries; what it does about the next one, and whether it still
  // looks at the count of the call that it repeats, is other code.
  void PlanStallsInARow() {
    for (const FaultKind stall : stalls_) {
      PlanShortAfterStall(1, stall);
      for (const uint32_t call : {1u, last_}) {
        Add({{StepSite::kCalls, {call, call + kRetriesMax}, "", stall, {}}});
      }
    }
  }

  void PlanShortAfterStall(uint32_t call, FaultKind stall) {
    if (settings_.faults.shorts && SizeOf(call) > 1) {
      Add({FaultAt(call, stall), ShortAt(call + 1, Bytes(1))});
    }
  }

  void PlanSingles(uint32_t call) {
    const size_t before = plan_.schedules.size();
    if (settings_.faults.shorts) {
      for (const Amount& cut : kCuts) {
        if (Cuts(cut, SizeOf(call))) Add({ShortAt(call, cut)});
      }
    }
    for (const FaultKind stall : stalls_) Add({FaultAt(call, stall)});
    if (settings_.faults.zero && settings_.everywhere) Add({FaultAt(call, FaultKind::kZero)});
    plan_.single_count += static_cast<uint32_t>(plan_.schedules.size() - before);
  }

  // What programs fail to look at: the final flush, and what comes after it.
  void PlanErrorHeadlines() {
    for (const FaultKind fault : errors_) {
      Add({Lasting(1, fault)});
      Add({Lasting(last_, fault)});
      if (fault == errors_.front()) PlanDelayed(FaultKind::kEio);
    }
    if (errors_.empty()) return PlanDelayed(FaultKind::kEio);
    for (const uint32_t call : {last_, 1u}) {
      if (MayPass(errors_.front(), *output_)) Add({FaultAt(call, errors_.front())});
      PlanErrorAfterShort(call, errors_.front());
    }
  }

  // A lasting error is a full disk; a transient one, of which the next call knows nothing any more,
  // is what programs that report the first kind often lose a block to.
  void PlanErrors(uint32_t call, FaultKind fault, bool first_kind) {
    const size_t before = plan_.schedules.size();
    Add({Lasting(call, fault)});
    if (MayPass(fault, *output_)) Add({FaultAt(call, fault)});
    if (first_kind || fault == FaultKind::kEfbig) PlanErrorAfterShort(call, fault);
    plan_.single_count += static_cast<uint32_t>(plan_.schedules.size() - before);
  }

  // How space and limits really end: inside a request, and the error comes with the next one.
  void PlanErrorAfterShort(uint32_t call, FaultKind fault) {
    if (SizeOf(call) < 2) return;
    Add({ShortAt(call, Percent(50)), Lasting(call + 1, fault)});
    if (MayPass(fault, *output_)) Add({ShortAt(call, Percent(50)), FaultAt(call + 1, fault)});
  }

  void PlanDelayed(FaultKind fault) {
    if (!kept_) return;
    const TerminalFaults& faults = settings_.faults.terminal;
    if (faults.close && output_->closes) Add({Delayed(StepSite::kClose, fault)});
    if (faults.fsync && output_->syncs) Add({Delayed(StepSite::kFsync, fault)});
  }

  // Shorts in a row from this call on, the last of them also as EAGAIN or EINTR; and these before a
  // short.
  void PlanRows(uint32_t call) {
    if (!settings_.faults.shorts || SizeOf(call) < 3) return;
    if (settings_.depth > 1) {
      for (const FaultKind stall : stalls_) PlanShortAfterStall(call, stall);
    }
    for (uint32_t length = 2; length <= settings_.depth; ++length) {
      for (const Amount& cut : {Percent(50), Bytes(1)}) {
        std::vector<Step> row;
        for (uint32_t i = 0; i + 1 < length; ++i) row.push_back(ShortAt(call + i, cut));
        const auto ended_by = [&](Step last) {
          std::vector<Step> steps = row;
          steps.push_back(std::move(last));
          Add(std::move(steps));
        };
        ended_by(ShortAt(call + length - 1, cut));
        for (const FaultKind stall : stalls_) ended_by(FaultAt(call + length - 1, stall));
      }
    }
  }

  const SweepSettings& settings_;
  SweepPlan& plan_;
  const OutputCalls* output_ = nullptr;
  uint32_t last_ = 0;
  std::vector<FaultKind> stalls_;  // those of EAGAIN and EINTR that can be delivered there
  bool kept_ = false;
  std::vector<FaultKind> errors_;  // that may be planned on this output
  std::set<std::string> seen_;
};

std::string LeftOut(const std::vector<OutputCalls>& outputs, const SweepSettings& settings) {
  const auto any = [&](auto holds) { return std::any_of(outputs.begin(), outputs.end(), holds); };
  const auto answers = [&](FaultKind fault) {
    return any([&](const OutputCalls& output) {
      const std::vector<FaultKind> errors = ErrorsOf(output.sink);
      return std::find(errors.begin(), errors.end(), fault) != errors.end();
    });
  };
  const auto nonblocking = [](const OutputCalls& output) { return output.nonblocking; };
  const auto interruptible = [](const OutputCalls& output) { return output.interruptible; };
  const auto closes = [](const OutputCalls& output) { return output.closes; };
  const auto syncs = [](const OutputCalls& output) { return output.syncs; };
  std::vector<std::string_view> left_out;
  const auto leave_out = [&](bool asked_for, bool possible, std::string_view words) {
    if (asked_for && !possible) left_out.push_back(words);
  };
  const FaultSet& faults = settings.faults;
  const bool everywhere = settings.everywhere;
  leave_out(faults.eagain, everywhere || any(nonblocking),
            "EAGAIN left out: no output is O_NONBLOCK");
  leave_out(faults.eintr, everywhere || any(interruptible),
            "EINTR left out: no handler without SA_RESTART that may return");
  leave_out(faults.terminal.enospc || faults.terminal.edquot || faults.terminal.efbig,
            answers(FaultKind::kEnospc),
            "ENOSPC, EDQUOT and EFBIG left out: no output is a regular file");
  leave_out(faults.terminal.eio, answers(FaultKind::kEio),
            "EIO left out: no output is a file or a terminal");
  leave_out(faults.terminal.epipe, answers(FaultKind::kEpipe),
            "EPIPE left out: no output is a pipe or a stream socket");
  leave_out(faults.terminal.close, any(closes), "errors at close left out: no output is closed");
  leave_out(faults.terminal.fsync, any(syncs), "errors at fsync left out: it is not called");
  return fmt::format("{}", fmt::join(left_out, "; "));
}

}  // namespace

bool IsAffordable(const Schedule& schedule, uint64_t output_bytes) {
  return std::all_of(schedule.steps.begin(), schedule.steps.end(), [&](const Step& step) {
    const bool endless = step.site == StepSite::kCalls && step.calls.last == kOpenEnd;
    if (!endless || step.amount.unit != Amount::Unit::kBytes || step.amount.value == 0) return true;
    return output_bytes / step.amount.value <= kCappedCallsMax;
  });
}

SweepPlan PlanSweep(const Observation& control, const SweepSettings& settings) {
  SweepPlan plan;
  plan.cut_points = settings.faults.shorts ? static_cast<uint32_t>(kCuts.size()) : 0;
  const std::vector<OutputCalls> outputs = Survey(control);
  Planner planner(settings, plan);
  for (const OutputCalls& output : outputs) planner.Plan(output);
  plan.left_out = LeftOut(outputs, settings);
  return plan;
}

}  // namespace shortwrite
