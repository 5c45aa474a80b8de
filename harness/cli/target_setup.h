// From options to what a trial needs: payload in place, runner, reference, words for the report.
#pragma once

#include <memory>
#include <string>

#include "harness/base/result.h"
#include "harness/campaign/campaign.h"
#include "harness/cli/options.h"
#include "harness/report/report_context.h"
#include "harness/trial/exec_runner.h"
#include "harness/trial/snapshot_runner.h"

namespace shortwrite {

struct TargetSetup {
  SnapshotRunner runner;
  std::shared_ptr<bool> snapshots_in_workers;  // of those that start from now on
  CampaignSettings campaign;
  ReportContext report;
};

// program: how the user called us, for the replay line. Creates the workspace; everything in it
// goes with the runner.
Result<TargetSetup> SetUpTarget(const TargetOptions& options, const std::string& program);

// The part that `run` shares: settings of a trial, and a workspace with the payload in it.
struct TrialSetup {
  TrialSettings settings;
  Workspace workspace;
  std::string payload;  // its bytes; empty if the command gets none
};
Result<TrialSetup> SetUpTrial(const TargetOptions& options);

}  // namespace shortwrite
