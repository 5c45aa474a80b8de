#include "harness/campaign/trial_worker.h"

#include <fmt/format.h>

#include <cstdio>
#include <memory>
#include <utility>

#include "harness/campaign/control.h"
#include "harness/campaign/outcome.h"
#include "harness/campaign/trials.h"

namespace shortwrite {
namespace {

// What an answer that is no outcome starts with; the reason follows.
constexpr std::string_view kUntrustedMark = "untrusted: ";

struct Asked {
  std::optional<TrialPayload> payload;
  Schedule schedule;
};

// "BYTES TEXT;SCHEDULE", and 0 bytes for the campaign's own payload.
std::optional<Asked> ParseAsked(const std::string& request) {
  unsigned long long bytes = 0;
  unsigned text = 0;
  int end = 0;
  if (sscanf(request.c_str(), "%llu %u;%n", &bytes, &text, &end) != 2 || end == 0 ||
      text >= kPayloadTexts.size()) {
    return std::nullopt;
  }
  Result<Schedule> schedule =
      ParseSchedule(std::string_view(request).substr(static_cast<size_t>(end)));
  if (!schedule.ok()) return std::nullopt;
  Asked asked = {std::nullopt, std::move(schedule).value()};
  if (bytes > 0) asked.payload = {bytes, static_cast<PayloadText>(text)};
  return asked;
}

class TrialWorker {
 public:
  TrialWorker(const CampaignSettings& settings, WorkerSetup setup)
      : settings_(settings),
        runner_(std::move(setup.runner)),
        trials_(*runner_, settings_, counts_) {
    settings_.judge.comparison = std::move(setup.comparison);
    settings_.may_change_backend = false;
  }

  // Its paths are not those of the main process, and a target may print them: so it has a control,
  // and a reference, of its own.
  Status Begin(Backend backend) {
    if (runner_->backend() != backend) {
      if (Status used = runner_->UseBackend(backend); !used.ok()) return used;
    }
    if (settings_.payload) {
      // The one in use when it was forked may be another.
      if (Status own = runner_->UsePayload(MakePayload(*settings_.payload)); !own.ok()) return own;
    }
    Result<ControlOutcome> control = RunControls(*runner_, settings_, 1);
    if (!control.ok()) return control.error();
    if (control.value().end || control.value().fails_alone) {
      return HarnessError("a worker's control failed");
    }
    trials_.reference = std::move(control.value().reference);
    return Ok();
  }

  // Errors that are not ours to report come again where the trial is repeated.
  Result<std::string> Answer(const std::string& request) {
    Result<std::string> answer = Run(request);
    if (answer.ok() || answer.error().kind == ErrorKind::kInterrupted) return answer;
    if (answer.error().kind != ErrorKind::kUntrusted) return std::string();
    return std::string(kUntrustedMark) + answer.error().message;
  }

 private:
  Result<std::string> Run(const std::string& request) {
    const std::optional<Asked> asked = ParseAsked(request);
    if (!asked) return std::string();
    const Result<bool> placed = Place(asked->payload);
    if (!placed.ok()) return placed.error();
    if (!placed.value()) return std::string();
    const Result<Observation> observation = trials_.Run(asked->schedule);
    if (!observation.ok()) return observation.error();
    const Result<Judgement> judgement = trials_.Judge(observation.value(), asked->schedule);
    if (!judgement.ok()) return judgement.error();
    return Encode(OutcomeOf(observation.value(), asked->schedule, judgement.value()));
  }

  Result<bool> Place(const std::optional<TrialPayload>& payload) {
    if (trials_.payloads.in_use() == payload) return true;
    if (payload) return trials_.payloads.Use(*payload);
    if (Status back = trials_.payloads.UseMain(); !back.ok()) return back.error();
    return true;
  }

  CampaignSettings settings_;
  std::unique_ptr<TrialRunner> runner_;
  CampaignResult counts_;  // nobody asks for them: who takes an answer counts it
  Trials trials_;
};

}  // namespace

std::string TrialRequestText(const Schedule& schedule, const std::optional<TrialPayload>& payload) {
  const TrialPayload none;
  const TrialPayload& under = payload ? *payload : none;
  return fmt::format("{} {};{}", under.bytes, static_cast<unsigned>(under.text), ToText(schedule));
}

Result<std::optional<Outcome>> ReadTrialAnswer(const std::string& answer) {
  if (answer.starts_with(kUntrustedMark)) {
    return Error{ErrorKind::kUntrusted, answer.substr(kUntrustedMark.size())};
  }
  return DecodeOutcome(answer);
}

WorkerBegin BeginTrialWorker(const CampaignSettings& settings, Backend backend) {
  return [&settings, backend]() -> Result<WorkerAnswer> {
    Result<WorkerSetup> setup = settings.make_worker();
    if (!setup.ok()) return setup.error();
    auto worker = std::make_shared<TrialWorker>(settings, std::move(setup).value());
    if (Status begun = worker->Begin(backend); !begun.ok()) return begun.error();
    return WorkerAnswer([worker](const std::string& request) { return worker->Answer(request); });
  };
}

}  // namespace shortwrite
