// The work of a worker process: runs the trials that it is asked for, judges them by a control of
// its own, and answers what came of them (outcome.h).
#pragma once

#include <optional>
#include <string>

#include "harness/base/result.h"
#include "harness/campaign/campaign.h"
#include "harness/campaign/outcome.h"
#include "harness/schedule/schedule.h"
#include "harness/trial/trial_runner.h"
#include "harness/trial/worker_process.h"
#include "harness/writer/trial_payload.h"

namespace shortwrite {

std::string TrialRequestText(const Schedule& schedule, const std::optional<TrialPayload>& payload);

// Nothing: the trial has to be run by who asks. kUntrusted: nor is any answer before worth
// anything.
Result<std::optional<Outcome>> ReadTrialAnswer(const std::string& answer);

// Answers are for ReadTrialAnswer.
// settings must live when the worker begins.
WorkerBegin BeginTrialWorker(const CampaignSettings& settings, Backend backend);

}  // namespace shortwrite
