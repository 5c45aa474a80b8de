#include "tests/campaign/simulated_target.h"

#include <fcntl.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <string_view>

#include "harness/writer/payload.h"

namespace shortwrite {
namespace {

// More than any schedule makes a correct writer need; a mistake may need them for ever.
constexpr size_t kCallsMax = 20'000;
constexpr uint32_t kStallsMax = 8;  // faults without progress in a row
constexpr uint32_t kOut = 1;        // index into Observation::touched

int ErrorOf(FaultKind fault) {
  switch (fault) {
    case FaultKind::kEagain:
      return EAGAIN;
    case FaultKind::kEintr:
      return EINTR;
    case FaultKind::kEnospc:
      return ENOSPC;
    case FaultKind::kEdquot:
      return EDQUOT;
    case FaultKind::kEio:
      return EIO;
    case FaultKind::kEfbig:
      return EFBIG;
    case FaultKind::kEpipe:
      return EPIPE;
    default:
      return 0;
  }
}

uint64_t Accepted(const Amount& amount, uint64_t asked) {
  switch (amount.unit) {
    case Amount::Unit::kBytes:
      return std::min(amount.value, asked);
    case Amount::Unit::kAllBut:
      return amount.value < asked ? asked - amount.value : asked;
    case Amount::Unit::kPercent:
      return std::max<uint64_t>(1, asked * amount.value / 100);
  }
  return asked;
}

// One trial: kernel and program.
class Simulation {
 public:
  Simulation(const SimulatedTarget::Settings& settings, const std::string& payload,
             const Schedule& schedule)
      : settings_(settings), payload_(payload), schedule_(schedule) {
    observation_.attached = 1;
    observation_.touched = {{"stdout", "stdout"}, {"out", "out"}};
  }

  Observation Run() {
    for (size_t at = 0; at < payload_.size() && !ended_; at += settings_.chunk_bytes) {
      WriteChunk(std::string_view(payload_).substr(at, settings_.chunk_bytes));
    }
    if (!ended_ && Close() != 0 && settings_.mistake != Mistake::kIgnoresClose) Exit(1);
    observation_.outputs.push_back({"out", FileBytes::Of(file_)});
    return std::move(observation_);
  }

 private:
  void End(TargetEnd end) {
    observation_.end = end;
    ended_ = true;
  }
  void Exit(int status) { End({TargetEnd::Kind::kExited, status}); }

  void WriteChunk(std::string_view chunk) {
    size_t done = 0;
    uint32_t shorts = 0;
    while (done < chunk.size() && !ended_) {
      if (observation_.calls.size() >= kCallsMax) return End({TargetEnd::Kind::kSpun, 0});
      const std::string_view asked = chunk.substr(done);
      const int64_t result = Write(asked);
      if (result < 0) {
        const int error = observation_.calls.back().error;
        if (error == EAGAIN && settings_.mistake == Mistake::kDropsAtEagain) return Exit(0);
        if (error == EAGAIN || error == EINTR) continue;
        if (settings_.mistake == Mistake::kIgnoresErrors) return;
        observation_.diagnostics += "write failed\n";
        return Exit(1);
      }
      const auto accepted = static_cast<size_t>(result);
      if (accepted < asked.size() && !GoesOnAfterShort(++shorts)) return;
      const bool is_short = accepted < asked.size();
      const bool restarts = is_short && settings_.mistake == Mistake::kResendsWhole;
      const size_t torn =
          is_short && settings_.mistake == Mistake::kCountsSamples ? accepted % 4 : 0;
      done = restarts ? 0 : done + accepted - torn;
      if (accepted == asked.size()) shorts = 0;
    }
  }

  bool GoesOnAfterShort(uint32_t shorts) {
    switch (settings_.mistake) {
      case Mistake::kIgnoresCount:
        return false;
      case Mistake::kRetriesOnce:
        return shorts < 2;
      case Mistake::kGivesUp:
        observation_.diagnostics += "short write\n";
        Exit(1);
        return false;
      case Mistake::kCrashes:
        End({TargetEnd::Kind::kSignaled, SIGABRT});
        return false;
      default:
        return true;
    }
  }

  TracedCall& Record(std::string_view name, uint64_t asked) {
    TracedCall call;
    call.call = name;
    call.sink = "regular file";
    call.asked = call.movable = call.granted = asked;
    call.output = kOut;
    call.process = call.thread = 1;
    call.descriptor = 3;
    call.status_flags = O_WRONLY | (settings_.nonblocking ? static_cast<uint32_t>(O_NONBLOCK) : 0);
    call.handler_can_interrupt = settings_.interruptible;
    observation_.calls.push_back(call);
    return observation_.calls.back();
  }

  bool IsLegal(const Step& step, uint64_t asked) const {
    switch (step.fault) {
      case FaultKind::kShort:
      case FaultKind::kCap:
        return Accepted(step.amount, asked) < asked;
      case FaultKind::kEagain:
        return settings_.nonblocking && stalls_ < kStallsMax;
      case FaultKind::kEintr:
        return settings_.interruptible && !settings_.nonblocking && stalls_ < kStallsMax;
      case FaultKind::kZero:
        return false;
      default:
        return true;
    }
  }

  // The first step that covers the call applies to it.
  void ApplyStep(TracedCall& call, StepSite site) {
    for (size_t i = 0; i < schedule_.steps.size(); ++i) {
      const Step& step = schedule_.steps[i];
      if (step.site != site || (!step.output.empty() && step.output != "out")) continue;
      if (site == StepSite::kCalls &&
          (call.number < step.calls.first || call.number > step.calls.last)) {
        continue;
      }
      call.step = static_cast<uint32_t>(i) + 1;
      call.fault = step.fault;
      call.delivered = IsLegal(step, call.asked);
      if (!call.delivered) return;
      call.legal_under = "linux";
      call.error = ErrorOf(step.fault);
      if (call.error == 0) call.granted = Accepted(step.amount, call.asked);
      return;
    }
  }

  int64_t Write(std::string_view bytes) {
    TracedCall& call = Record("write", bytes.size());
    call.number = ++number_;
    ApplyStep(call, StepSite::kCalls);
    if (call.error != 0) {
      ++stalls_;
      ++observation_.faults_delivered;
      call.result = -1;
      return -1;
    }
    stalls_ = 0;
    if (call.delivered) ++observation_.faults_delivered;
    call.position = static_cast<int64_t>(file_.size());
    call.result = static_cast<int64_t>(call.granted);
    file_ += bytes.substr(0, call.granted);
    return call.result;
  }

  int Close() {
    TracedCall& call = Record("close", 0);
    ApplyStep(call, StepSite::kClose);
    if (call.error != 0) call.result = -1;
    return call.error;
  }

  const SimulatedTarget::Settings& settings_;
  const std::string& payload_;
  const Schedule& schedule_;
  Observation observation_;
  std::string file_;
  uint32_t number_ = 0;
  uint32_t stalls_ = 0;
  bool ended_ = false;
};

std::string Event(std::string_view what, const Schedule& schedule, Verdict verdict) {
  return std::string(what) + ' ' + ToText(schedule) + ' ' + std::string(VerdictText(verdict));
}

}  // namespace

SimulatedTarget::SimulatedTarget(Settings settings)
    : settings_(std::move(settings)),
      payload_(ReadWhole(Payload::PositionCoded(settings_.payload_bytes)).value()) {}

Result<Observation> SimulatedTarget::Run(const TrialRequest& request) {
  schedules_.push_back(ToText(request.schedule));
  Observation observation = Simulation(settings_, payload_, request.schedule).Run();
  if (settings_.hides_from_preload && backend_ == Backend::kPreload) observation.calls.clear();
  if (!intervention_) return observation;
  return intervention_(schedules_.size(), request, std::move(observation));
}

Status SimulatedTarget::UseBackend(Backend backend) {
  if (backend == Backend::kSyscall && !settings_.no_syscall_backend.empty()) {
    return Error{ErrorKind::kUnavailable, settings_.no_syscall_backend};
  }
  backend_ = backend;
  return Ok();
}

CampaignSettings SimulatedTarget::CampaignOver() const {
  CampaignSettings settings;
  settings.payload_reference = payload_;
  settings.main_output = "out";
  return settings;
}

void Journal::OnFinding(const Schedule& raw, const Judgement& judgement,
                        const std::optional<TrialPayload>&) {
  lines_.push_back(Event("finding", raw, judgement.verdict));
}

void Journal::OnCounterexample(const Counterexample& found) {
  lines_.push_back(Event("counterexample", found.minimal, found.judgement.verdict));
}

void Journal::OnKnownMistake(const Counterexample& known) {
  lines_.push_back(Event("known", known.minimal, known.judgement.verdict));
}

}  // namespace shortwrite
