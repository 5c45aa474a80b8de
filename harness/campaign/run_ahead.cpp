#include "harness/campaign/run_ahead.h"

#include <algorithm>
#include <utility>

#include "harness/campaign/trial_worker.h"

namespace shortwrite {
namespace {

// Most findings come in the first few trials, and workers cost a control each.
constexpr uint32_t kTrialsAlone = 16;
constexpr size_t kWorthIt = 8;
// A round of the search (search.cpp) has no more for them to do.
constexpr uint32_t kWorkersMax = 32;

}  // namespace

void RunAhead::Expect(const std::vector<Schedule>& schedules,
                      const std::optional<TrialPayload>& payload) {
  first_ticket_ += requests_.size();
  answers_.clear();
  requests_.clear();
  next_ = 0;
  for (const Schedule& schedule : schedules)
    requests_.push_back(TrialRequestText(schedule, payload));
}

// A sink with a pace of its own lets the target see how busy the machine is.
bool RunAhead::HasWorkers() {
  if (settings_.jobs < 2 || !settings_.make_worker || !settings_.sink_is_plain || stopped_) {
    return false;
  }
  if (pool_ == nullptr && taken_ >= kTrialsAlone && requests_.size() >= next_ + kWorthIt) {
    pool_ = std::make_unique<WorkerPool>(std::min(settings_.jobs, kWorkersMax),
                                         BeginTrialWorker(settings_, runner_.backend()));
  }
  return pool_ != nullptr && pool_->workers() > 0;
}

void RunAhead::SubmitFrom(size_t at) {
  next_ = std::max(next_, at);
  while (next_ < requests_.size() && pool_->room() > 0 &&
         pool_->Submit(first_ticket_ + next_, requests_[next_])) {
    ++next_;
  }
}

Result<std::optional<Outcome>> RunAhead::Take(size_t at) {
  const std::optional<Outcome> here;
  ++taken_;
  if (!HasWorkers()) {
    next_ = std::max(next_, at + 1);
    return here;
  }
  SubmitFrom(at);
  if (next_ <= at) {  // nobody takes it
    next_ = at + 1;
    return here;
  }
  const uint64_t ticket = first_ticket_ + at;
  while (!answers_.contains(ticket)) {
    if (pool_->in_flight() == 0) return here;
    if (Status awaited = AwaitOne(); !awaited.ok()) return awaited.error();
    SubmitFrom(at);
  }
  std::optional<Outcome> outcome = std::move(answers_.extract(ticket).mapped());
  return outcome;
}

Status RunAhead::AwaitOne() {
  Result<WorkerPool::Answer> answer =
      pool_->Await([this](std::chrono::milliseconds so_far) { listener_.OnLongTrial(so_far); });
  if (!answer.ok()) return answer.error();
  const uint64_t ticket = answer.value().ticket;
  const std::optional<std::string>& bytes = answer.value().bytes;
  Result<std::optional<Outcome>> outcome = std::optional<Outcome>();
  if (bytes) outcome = ReadTrialAnswer(*bytes);
  if (!outcome.ok()) return outcome.error();
  if (ticket < first_ticket_) return Ok();  // nobody asks for it any more
  answers_[ticket] = std::move(outcome).value();
  return Ok();
}

Status RunAhead::Quiesce() {
  while (pool_ != nullptr && pool_->in_flight() > 0) {
    if (Status awaited = AwaitOne(); !awaited.ok()) return awaited;
  }
  return Ok();
}

void RunAhead::Stop() {
  stopped_ = true;
  pool_.reset();
  answers_.clear();
}

Result<Observation> QuietRunner::Run(const TrialRequest& request) {
  if (Status quiet = ahead_.Quiesce(); !quiet.ok()) return quiet.error();
  return runner_.Run(request);
}

}  // namespace shortwrite
