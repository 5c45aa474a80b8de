#include "harness/trial/validate_trace.h"

#include <fcntl.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <optional>

namespace shortwrite {
namespace {

constexpr uint64_t kAtomicPipeBytes = 4096;  // PIPE_BUF, pipe(7)
constexpr uint64_t kPage = 4096;
// harness/docs/schedules.md: so many answers without progress in a row, then the call passes.
constexpr uint32_t kStallsMax = 8;

using Words = std::string_view;

bool HasWord(Words words, Words word) {
  for (size_t at = words.find(word); at != Words::npos; at = words.find(word, at + 1)) {
    const size_t end = at + word.size();
    const bool begins = at == 0 || words[at - 1] == ' ';
    if (begins && (end == words.size() || words[end] == ' ')) return true;
  }
  return false;
}

// What each sink may answer, by profile; each profile also allows what stands left of it.
struct SinkRow {
  Words sink;
  Words on_linux;
  Words on_posix = "";
  Words on_hostile = "";
};
constexpr std::array kSinkRows = {
    SinkRow{"regular file", "short enospc edquot efbig eio", "eagain eintr", "zero"},
    SinkRow{"pipe", "short eagain eintr epipe"},
    SinkRow{"terminal", "short eagain eintr eio"},
    SinkRow{"stream socket", "short eagain eintr epipe"},
    SinkRow{"TCP socket", "short eagain eintr epipe"},
    SinkRow{"seqpacket socket", "eagain eintr epipe"},
    SinkRow{"datagram socket", "eagain eintr"},
    SinkRow{"block device", "eio", "eagain eintr"},
    SinkRow{"eventfd", "eagain eintr"},
    SinkRow{"full device", "enospc"},
    SinkRow{"sealed memory", ""},
    SinkRow{"device", ""},
};

// Calls that have one kind of sink only, and fail by themselves on every other.
struct CallRow {
  Words calls;
  Words sinks;
};
constexpr std::array kCallRows = {
    CallRow{"send sendto sendmsg sendmmsg", "socket"},
    CallRow{"pwrite pwritev", "file device memory"},
    CallRow{"tee vmsplice", "pipe"},
    CallRow{"copy_file_range", "file"},
};
constexpr Words kCopyCalls = "sendfile splice tee vmsplice copy_file_range";
constexpr Words kSyncCalls = "close fsync fdatasync";

struct ErrorRow {
  FaultKind fault;
  int error;
};
constexpr std::array kErrors = {
    ErrorRow{FaultKind::kEagain, EAGAIN}, ErrorRow{FaultKind::kEintr, EINTR},
    ErrorRow{FaultKind::kEnospc, ENOSPC}, ErrorRow{FaultKind::kEdquot, EDQUOT},
    ErrorRow{FaultKind::kEio, EIO},       ErrorRow{FaultKind::kEfbig, EFBIG},
    ErrorRow{FaultKind::kEpipe, EPIPE},   ErrorRow{FaultKind::kZero, 0},
};

bool IsCut(FaultKind fault) {
  return fault == FaultKind::kShort || fault == FaultKind::kCap;
}
bool IsStall(FaultKind fault) {
  return fault == FaultKind::kEagain || fault == FaultKind::kEintr || fault == FaultKind::kZero;
}
bool IsSync(const TracedCall& call) {
  return call.number == 0 && HasWord(kSyncCalls, call.call);
}
bool IsCopyCall(const TracedCall& call) {
  return HasWord(kCopyCalls, call.call);
}
bool IsRegular(const TracedCall& call) {
  return call.sink == "regular file";
}
bool IsAnySocket(const TracedCall& call) {
  return call.sink.ends_with("socket");
}

std::optional<ProfileName> ProfileNamed(Words word) {
  if (word == "linux") return ProfileName::kLinux;
  if (word == "posix") return ProfileName::kPosix;
  if (word == "hostile") return ProfileName::kHostile;
  return std::nullopt;
}

// Each of the following names the broken rule; empty: none is.

Words CheckAgainstSink(const TracedCall& call, ProfileName profile) {
  const auto* const row = std::find_if(kSinkRows.begin(), kSinkRows.end(),
                                       [&](const SinkRow& r) { return r.sink == call.sink; });
  if (row == kSinkRows.end()) return "a fault on a sink that nobody knows";
  if (call.call == "sendmmsg" && IsCut(call.fault)) {
    return IsAnySocket(call) ? "" : "messages go to sockets";
  }
  const Words fault = call.fault == FaultKind::kCap ? "short" : FaultName(call.fault);
  if (HasWord(row->on_linux, fault)) return "";
  // Copies are Linux's own, and interruptible where a write to the same file is not.
  if (IsCopyCall(call) && IsRegular(call) && profile != ProfileName::kHostile) {
    return call.fault == FaultKind::kEintr ? "" : "a copy to a file never gives this";
  }
  const bool no_wait = call.call == "pwritev2" && call.must_not_wait;  // RWF_NOWAIT
  if (IsRegular(call) && no_wait && call.fault == FaultKind::kEagain) return "";
  if (profile != ProfileName::kLinux && HasWord(row->on_posix, fault)) return "";
  if (profile == ProfileName::kHostile && HasWord(row->on_hostile, fault)) return "";
  return "this sink never gives this fault";
}

Words CheckAgainstCall(const TracedCall& call) {
  for (const CallRow& row : kCallRows) {
    if (!HasWord(row.calls, call.call)) continue;
    const Words kind = call.sink.substr(call.sink.rfind(' ') + 1);
    if (!HasWord(row.sinks, kind)) return "the call fails by itself on this sink";
  }
  if (HasWord("sendfile splice copy_file_range", call.call)) {
    const bool appends = (call.status_flags & O_APPEND) != 0;
    if (appends && call.sink != "pipe") return "a copy fails by itself on O_APPEND";
    if (call.sink == "eventfd" || call.sink == "full device") return "no copy goes to this device";
  }
  if (call.sink == "eventfd" && call.movable != 8) return "an eventfd takes 8 bytes and no others";
  return "";
}

Words CheckPipeCount(const TracedCall& call, ProfileName profile) {
  if (call.movable <= kAtomicPipeBytes) return "up to PIPE_BUF bytes go into a pipe whole";
  const uint64_t beyond = call.granted % kPage;
  if ((call.status_flags & O_DIRECT) != 0) {
    return beyond == 0 ? "" : "a packet was cut, of a pipe that takes them whole";
  }
  if (profile != ProfileName::kLinux) return "";
  if (IsCopyCall(call)) return "a copy into a pipe has no known partial count";
  const bool fits = beyond == 0 || beyond == call.movable % kPage;
  return fits ? "" : "a pipe of Linux takes whole pages, or these and the odd rest";
}

Words CheckCut(const TracedCall& call, ProfileName profile) {
  if (call.granted == 0) return "a short write that asks for nothing";
  if (call.granted >= call.movable) return "a short write that is not short";
  if (call.result <= 0 || call.error != 0) return "a short write that accepted nothing";
  if (call.sink == "pipe") return CheckPipeCount(call, profile);
  const bool linux_only = profile == ProfileName::kLinux;
  if (linux_only && call.sink == "stream socket" && call.call != "sendmmsg" &&
      call.movable <= 4096) {
    return "a local socket takes up to 4096 bytes whole";
  }
  if (IsRegular(call) && (call.status_flags & O_DIRECT) != 0 && call.granted % 4096 != 0) {
    return "O_DIRECT moves whole blocks";
  }
  return "";
}

Words CheckStall(const TracedCall& call, ProfileName profile) {
  if (profile == ProfileName::kHostile && IsRegular(call)) return "";
  const bool waits = (call.status_flags & O_NONBLOCK) == 0 && !call.must_not_wait;
  switch (call.fault) {
    case FaultKind::kEagain:
      return waits && !(IsAnySocket(call) && call.send_timeout) ? "EAGAIN from a call that may wait"
                                                                : "";
    case FaultKind::kEintr:
      if (!call.handler_can_interrupt) return "EINTR without a handler that can interrupt";
      return waits || call.sink == "terminal" ? "" : "EINTR from a call that does not wait";
    default:
      return "0 of more than 0 bytes, outside hostile";
  }
}

// The answer itself: errno, and nothing moved.
Words CheckAnswer(const TracedCall& call) {
  const auto* const row = std::find_if(kErrors.begin(), kErrors.end(),
                                       [&](const ErrorRow& r) { return r.fault == call.fault; });
  if (row == kErrors.end()) return "a fault that is no error";
  if (call.error != row->error) return "the errno is not the fault's";
  if (call.result != (row->error == 0 ? 0 : -1)) return "a count, although an error was given";
  if (call.granted != 0 && !IsSync(call)) return "an error, although bytes were asked for";
  return "";
}

Words CheckFault(const TracedCall& call, ProfileName profile) {
  if (const Words broken = CheckAgainstSink(call, profile); !broken.empty()) return broken;
  if (const Words broken = CheckAgainstCall(call); !broken.empty()) return broken;
  if (IsCut(call.fault)) return CheckCut(call, profile);
  if (const Words broken = CheckAnswer(call); !broken.empty()) return broken;
  return IsStall(call.fault) ? CheckStall(call, profile) : "";
}

Words CheckSyncFault(const TracedCall& call, ProfileName profile) {
  const bool late = call.fault == FaultKind::kEnospc || call.fault == FaultKind::kEdquot;
  if (!late && call.fault != FaultKind::kEio) return "not an error of a delayed write";
  if (!IsRegular(call)) return "only files are written later";
  if (late && profile == ProfileName::kLinux) return "local files get their space at the write";
  return CheckAnswer(call);
}

// Of every call, whether or not a fault was delivered.
Words CheckCounts(const TracedCall& call) {
  if (call.granted > call.asked) return "the call was lengthened";
  if (call.movable > call.asked) return "more to move than was asked for";
  const bool idle = call.movable == 0 && !IsSync(call);
  if (idle && call.delivered) return "a fault at a call that has nothing to write";
  if (!call.returned) return "";
  if (call.result > 0 && static_cast<uint64_t>(call.result) > call.granted) {
    return "more was accepted than the kernel was asked for";
  }
  if (call.result < -1 || (call.result < 0) != (call.error != 0)) {
    return "result and errno do not agree";
  }
  if (call.result <= 0 && call.position >= 0) return "a position, although nothing was accepted";
  if (call.delivered || IsSync(call)) return "";
  if (call.asked > 0 && call.granted == 0) return "the kernel was not asked, without a fault";
  const bool planned = call.step != 0 && IsCut(call.fault);
  if (call.granted < call.asked && !planned) return "the call was cut without a fault";
  if (call.granted < call.asked && call.result > 0) return "a cut that was not counted as a fault";
  return "";
}

// The count that the step asks for, of what there is to move.
uint64_t WantedBytes(const Amount& amount, uint64_t movable) {
  uint64_t wanted = amount.value;
  if (amount.unit == Amount::Unit::kAllBut) wanted = movable - std::min(movable, amount.value);
  if (amount.unit == Amount::Unit::kPercent) {
    wanted = movable / 100 * amount.value + movable % 100 * amount.value / 100;
  }
  return std::max<uint64_t>(wanted, 1);
}

class Validation {
 public:
  Validation(const TraceContext& context, const Observation& observation)
      : context_(context), observation_(observation), outputs_(observation.touched.size()) {}

  std::vector<std::string> Run() {
    for (const TracedCall& call : observation_.calls) {
      if (call.output >= outputs_.size()) {
        Report(call, "an output that nobody touched");
        continue;
      }
      Report(call, CheckCounts(call));
      Report(call, CheckStep(call));
      if (call.delivered && call.returned) Report(call, CheckDelivered(call));
      Count(call);
    }
    for (size_t i = 0; i < outputs_.size(); ++i) CheckNumbers(i);
    return std::move(violations_);
  }

 private:
  struct OutputState {
    std::vector<bool> seen;  // by number - 1
    uint32_t calls = 0;
    uint32_t progressed = 0;  // calls that accepted something
    uint32_t stalls = 0;
    uint32_t stalls_in_row = 0;
    std::optional<uint32_t> thread;
    bool one_thread = true;
  };

  std::string NameOf(size_t output) const {
    if (output >= observation_.touched.size()) return fmt::format("output {}", output);
    return observation_.touched[output].first_name;
  }

  void Report(const TracedCall& call, Words rule) {
    if (rule.empty() || violations_.size() >= kViolationsMax) return;
    const std::string number = call.number == 0 ? "" : fmt::format(" {}", call.number);
    violations_.push_back(
        fmt::format("{}{} to {}: {}", call.call, number, NameOf(call.output), rule));
  }

  bool Covers(const Step& step, const TracedCall& call) const {
    if (!step.output.empty() && step.output != observation_.touched[call.output].first_name) {
      return false;
    }
    if (IsSync(call))
      return step.site == (call.call == "close" ? StepSite::kClose : StepSite::kFsync);
    return step.site == StepSite::kCalls && step.calls.first <= call.number &&
           call.number <= step.calls.last;
  }

  // From 1; 0: none covers the call.
  uint32_t FirstStep(const TracedCall& call) const {
    if (call.number == 0 && !IsSync(call)) return 0;
    const auto& steps = context_.schedule.steps;
    const auto found = std::find_if(steps.begin(), steps.end(),
                                    [&](const Step& step) { return Covers(step, call); });
    return found == steps.end() ? 0 : static_cast<uint32_t>(found - steps.begin()) + 1;
  }

  // Its process was killed while it wrote the record: step and output may not be in it yet. A call
  // that was let go has no step by right, and is looked at.
  static bool IsCutOff(const TracedCall& call) {
    return call.watched && !call.returned && !call.delivered && call.step == 0;
  }

  Words CheckStep(const TracedCall& call) const {
    if (IsCutOff(call)) return "";
    // A process that was killed at its first touch has left the output without its name.
    const bool named = !observation_.touched[call.output].first_name.empty();
    if (named && call.step != FirstStep(call)) return "not the first step that covers the call";
    if (call.step > context_.schedule.steps.size()) return "a step that is not in the schedule";
    if (call.step == 0) return call.delivered ? "a fault without a step" : "";
    return call.fault == context_.schedule.steps[call.step - 1].fault ? ""
                                                                      : "not the fault of its step";
  }

  Words CheckDelivered(const TracedCall& call) const {
    const std::optional<ProfileName> legal_under = ProfileNamed(call.legal_under);
    if (!legal_under || *legal_under > context_.profile)
      return "a fault that no rule of the profile allows";
    if (IsSync(call)) return CheckSyncFault(call, *legal_under);
    if (const Words broken = CheckFault(call, *legal_under); !broken.empty()) return broken;
    const bool snaps = call.sink == "pipe" || (call.status_flags & O_DIRECT) != 0;
    const bool planned = call.step != 0 && call.step <= context_.schedule.steps.size();
    if (!IsCut(call.fault) || snaps || !planned) return "";
    const Amount& amount = context_.schedule.steps[call.step - 1].amount;
    return call.granted == WantedBytes(amount, call.movable) ? "" : "not the count of its step";
  }

  void Count(const TracedCall& call) {
    if (call.number == 0 || IsCutOff(call)) return;
    OutputState& output = outputs_[call.output];
    ++output.calls;
    output.one_thread &= output.thread.value_or(call.thread) == call.thread;
    output.thread = call.thread;
    const size_t room = observation_.calls.size() + observation_.trace_dropped + 1024;
    if (call.number > room) return Report(call, "a number beyond all calls");
    if (output.seen.size() < call.number) output.seen.resize(call.number);
    if (output.seen[call.number - 1]) Report(call, "a number that was given twice");
    output.seen[call.number - 1] = true;
    CountStalls(call, output);
  }

  // A call that got somewhere may return late, and its progress count for stalls after it; so among
  // several threads only the sum is bounded.
  void CountStalls(const TracedCall& call, OutputState& output) {
    if (call.result > 0) {
      ++output.progressed;
      output.stalls_in_row = 0;
    }
    if (!call.delivered || !IsStall(call.fault)) return;
    ++output.stalls;
    ++output.stalls_in_row;
    const bool in_order = context_.full_trace && output.one_thread;
    const bool too_many = output.stalls > kStallsMax * (output.progressed + 1) ||
                          (in_order && output.stalls_in_row > kStallsMax);
    if (too_many) Report(call, "too many answers without progress in a row");
  }

  // A thread that is killed between number and record leaves a gap; a single one leaves none.
  void CheckNumbers(size_t index) {
    const OutputState& output = outputs_[index];
    if (!context_.full_trace || !output.one_thread || observation_.trace_dropped > 0) return;
    if (output.calls == output.seen.size() || violations_.size() >= kViolationsMax) return;
    violations_.push_back(fmt::format("{}: the numbers of its {} calls go up to {}", NameOf(index),
                                      output.calls, output.seen.size()));
  }

  const TraceContext& context_;
  const Observation& observation_;
  std::vector<OutputState> outputs_;
  std::vector<std::string> violations_;
};

}  // namespace

std::vector<std::string> ValidateTrace(const TraceContext& context,
                                       const Observation& observation) {
  return Validation(context, observation).Run();
}

Status CheckTrace(const TraceContext& context, const Observation& observation) {
  const std::vector<std::string> violations = ValidateTrace(context, observation);
  if (violations.empty()) return Ok();
  std::string text = fmt::format("the trace under '{}' shows what must not happen: {}",
                                 ToText(context.schedule), violations.front());
  if (violations.size() > 1) text += fmt::format(" (and {} more)", violations.size() - 1);
  return HarnessError(text + "; this is a mistake of shortwrite, not of the target");
}

}  // namespace shortwrite
