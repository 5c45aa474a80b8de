// Runs the trials that a campaign will ask for next in worker processes, before it asks.
//
// What it takes, it takes in the order of its schedules; what has run too far ahead when it ends is
// as if it had never been. So the number of workers shows in nothing but the time.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "harness/base/result.h"
#include "harness/campaign/campaign.h"
#include "harness/campaign/outcome.h"
#include "harness/trial/trial_runner.h"
#include "harness/trial/worker_pool.h"

namespace shortwrite {

class RunAhead {
 public:
  // All must outlive this. Workers use the backend that runner uses then. The listener hears of
  // long waits for them.
  RunAhead(const TrialRunner& runner, const CampaignSettings& settings, CampaignListener& listener)
      : runner_(runner), settings_(settings), listener_(listener) {}

  // What will be asked for from now on, in this order, under this payload.
  void Expect(const std::vector<Schedule>& schedules, const std::optional<TrialPayload>& payload);
  // What came of the expected schedule at this place; places ascend. None: run it yourself. An
  // Error when a signal asks us to stop.
  Result<std::optional<Outcome>> Take(size_t at);
  // Until no trial runs elsewhere.
  Status Quiesce();
  // From now on none does.
  void Stop();

 private:
  bool HasWorkers();
  void SubmitFrom(size_t at);
  Status AwaitOne();

  const TrialRunner& runner_;
  const CampaignSettings& settings_;
  CampaignListener& listener_;
  std::unique_ptr<WorkerPool> pool_;
  bool stopped_ = false;
  uint32_t taken_ = 0;
  std::vector<std::string> requests_;
  uint64_t first_ticket_ = 0;  // of the requests
  size_t next_ = 0;            // of them, the first that was not handed out
  std::map<uint64_t, std::optional<Outcome>> answers_;
};

// A runner whose trials have the machine to themselves: their faults, their times and whatever the
// target shares with the rest of the world are nobody else's.
class QuietRunner final : public TrialRunner {
 public:
  QuietRunner(TrialRunner& runner, RunAhead& ahead) : runner_(runner), ahead_(ahead) {}

  Backend backend() const override { return runner_.backend(); }
  Status UseBackend(Backend backend) override { return runner_.UseBackend(backend); }
  Status UsePayload(std::string_view bytes) override { return runner_.UsePayload(bytes); }
  Result<Observation> Run(const TrialRequest& request) override;
  void TellWhileRunning(const WhileRunning& told) override { runner_.TellWhileRunning(told); }
  void Calibrate(const Observation& control) override { runner_.Calibrate(control); }

 private:
  TrialRunner& runner_;
  RunAhead& ahead_;
};

}  // namespace shortwrite
