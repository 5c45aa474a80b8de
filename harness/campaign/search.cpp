#include "harness/campaign/search.h"

#include <fcntl.h>
#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <string>

#include "harness/campaign/fault_set.h"
#include "harness/campaign/payload_sizes.h"
#include "harness/campaign/sweep.h"
#include "harness/schedule/draw.h"
#include "harness/schedule/variations.h"

namespace shortwrite {
namespace {

// Not a multiple of the workers: their number must not show.
constexpr uint32_t kRoundSchedules = 32;
// A switch costs a control, and one more in each worker.
constexpr uint32_t kRoundsPerOtherPayload = 3;
// The size that RapidCheck gives generators: how far calls, and how large counts go.
constexpr int kSize = 20;
// The last few that were kept lead further than the rest, which programs of few states exhaust.
constexpr size_t kFrontier = 8;

bool IsWriteCall(const TracedCall& call) {
  return call.number > 0;
}

// What the control shows of where steps can apply, and which of them could never be delivered.
ScheduleBounds BoundsOf(const Observation& control, const CampaignSettings& settings) {
  const auto any = [&](auto holds) {
    return std::any_of(control.calls.begin(), control.calls.end(), holds);
  };
  ScheduleBounds bounds;
  bounds.calls_max = 1 + static_cast<uint32_t>(std::count_if(control.calls.begin(),
                                                             control.calls.end(), IsWriteCall));
  bounds.terminal = static_cast<bool>(settings.faults.terminal);
  bounds.hostile = settings.everywhere;
  bounds.eagain = settings.faults.eagain && (settings.everywhere || any([](const TracedCall& call) {
                                               return (call.status_flags & O_NONBLOCK) != 0 ||
                                                      call.must_not_wait || call.send_timeout;
                                             }));
  bounds.eintr = settings.faults.eintr && (settings.everywhere || any([](const TracedCall& call) {
                                             return call.handler_can_interrupt;
                                           }));
  return bounds;
}

}  // namespace

Search::Search(Explorer& explorer) : explorer_(explorer), random_(explorer.settings().seed) {
  others_ = PlanPayloads(explorer.trials().reference.control, explorer.settings());
}

void Search::Learn(const Schedule& schedule, const Outcome& outcome) {
  IsNew(schedule);
  if (!novelty_.Learn(outcome.traits) || outcome.delivered == 0) return;
  if (explorer_.settings().feedback && !schedule.steps.empty()) kept_.push_back(schedule);
}

bool Search::IsNew(const Schedule& schedule) {
  const std::optional<TrialPayload>& payload = explorer_.trials().payloads.in_use();
  const std::string under =
      payload ? fmt::format("{} {} ", payload->bytes, static_cast<int>(payload->text)) : "";
  return tried_.Add(std::hash<std::string>()(under + ToText(schedule)));
}

Status Search::ChoosePayload(uint32_t round) {
  PayloadSwitch& payloads = explorer_.trials().payloads;
  const bool other = round % kRoundsPerOtherPayload == kRoundsPerOtherPayload - 1;
  if (Status back = payloads.UseMain(); !back.ok()) return back;
  while (other && !others_.empty()) {
    const size_t next = round / kRoundsPerOtherPayload % others_.size();
    const Result<bool> used = payloads.Use(others_[next]);
    if (!used.ok()) return explorer_.trials().Remember(used.error());
    if (used.value()) break;
    others_.erase(others_.begin() + static_cast<std::ptrdiff_t>(next));
  }
  bounds_ = BoundsOf(explorer_.trials().reference.control, explorer_.settings());
  return Ok();
}

Schedule Search::DrawSchedule(bool varied) {
  const rc::Random random = random_.split();
  if (!varied) return ArbitrarySchedule(bounds_)(random, kSize).value();
  Draw draw(random_.split());
  const size_t reach = draw.OneIn(2) ? std::min(kFrontier, kept_.size()) : kept_.size();
  return Vary(kept_[kept_.size() - 1 - draw.Below(reach)], bounds_, random);
}

std::optional<Schedule> Search::MakeOne(bool varied) {
  constexpr int kAttempts = 40;
  for (int i = 0; i < kAttempts; ++i) {
    Schedule schedule = Restrict(explorer_.settings().faults, DrawSchedule(varied));
    if (!schedule.empty() && IsAffordable(schedule, explorer_.result().output_bytes) &&
        IsNew(schedule)) {
      return schedule;
    }
  }
  return std::nullopt;
}

std::vector<Schedule> Search::MakeRound() {
  std::vector<Schedule> schedules;
  for (uint32_t i = 0; i < kRoundSchedules; ++i) {
    const bool varied = !kept_.empty() && i % 2 == 1;
    if (std::optional<Schedule> schedule = MakeOne(varied)) {
      varied_ += varied ? 1 : 0;
      schedules.push_back(*std::move(schedule));
    }
  }
  return schedules;
}

Status Search::RunRound() {
  const std::vector<Schedule> schedules = MakeRound();
  const Result<size_t> tried = explorer_.TryAll(
      schedules,
      [this](const Schedule& schedule, const Outcome& outcome) { Learn(schedule, outcome); },
      [this] { return explorer_.found_any(); });
  if (!tried.ok()) return tried.error();
  searched_ += static_cast<uint32_t>(tried.value());
  if (explorer_.trials().payloads.in_use()) over_others_ += static_cast<uint32_t>(tried.value());
  return Ok();
}

Status Search::Run() {
  const CampaignSettings& settings = explorer_.settings();
  if (explorer_.result().write_calls == 0) return Ok();
  explorer_.Enter(Phase::kSearch);
  explorer_.Plan(settings.trials_max);
  constexpr uint32_t kBarrenMax = 2 * kRoundsPerOtherPayload;
  uint32_t barren = 0;  // rounds in which nothing was left to try
  for (uint32_t round = 0; barren < kBarrenMax; ++round) {
    if (explorer_.Exhausted() || explorer_.found_any()) break;
    if (Status chosen = ChoosePayload(round); !chosen.ok()) return chosen;
    const uint32_t before = searched_;
    if (Status ran = RunRound(); !ran.ok()) return ran;
    barren = searched_ == before ? barren + 1 : 0;
  }
  Describe();
  return explorer_.trials().payloads.UseMain();
}

void Search::Describe() const {
  if (searched_ == 0) return;
  std::string text = fmt::format("; then {} random schedules", searched_);
  if (varied_ > 0) text += fmt::format(", {} of them near one that did something new", varied_);
  if (over_others_ > 0) text += fmt::format(", {} over other payloads", over_others_);
  explorer_.result().completeness += text;
}

}  // namespace shortwrite
