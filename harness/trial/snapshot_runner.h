// Runs trials in clones of a target that is held before its first output (a snapshot), where that
// was shown to be the same as starting it anew; else starts it anew (exec_runner.h).
//
// What is the reference stays with exec: controls, and every trial that asks for its full trace
// (confirmation, replay). Before a snapshot serves, its clone runs under the empty schedule and
// must equal the control. One trial in kTrialsPerCheck, and each trial that ended otherwise than
// the control although its faults are recoverable, is repeated by exec, must agree, and counts as
// it went there. If one ever disagrees, none of the trials before can be trusted: Run fails with
// kUntrusted, and the campaign must be run again, now by exec alone. But where a second new start
// differs from the first one, too, the target does not repeat itself under these faults (who dies
// may leave a temporary file with a random name), and nothing is shown about the clone.
//
// Where the library sees fewer closes than the tracer (that of fclose(3) is inside libc), a
// schedule that is about closes goes to exec.
//
// A clone has a short deadline. Who misses it, or leaves processes behind, is run by exec too: that
// is where hangs are proved.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>

#include "harness/trial/exec_runner.h"
#include "harness/trial/trial_runner.h"

namespace shortwrite {

class TracedChildren;

class SnapshotRunner final : public TrialRunner {
 public:
  static constexpr uint32_t kTrialsPerCheck = 64;

  // wanted: false: everything by exec.
  SnapshotRunner(ExecRunner exec, bool wanted);
  SnapshotRunner(SnapshotRunner&&) noexcept;
  ~SnapshotRunner() override;

  Result<Observation> Run(const TrialRequest& request) override;
  void Calibrate(const Observation& control) override;
  Backend backend() const override { return exec_.backend(); }
  Status UseBackend(Backend backend) override;
  Status UsePayload(std::string_view bytes) override;
  void TellWhileRunning(const WhileRunning& told) override { exec_.TellWhileRunning(told); }

  const std::string& program() const { return exec_.program(); }
  // Why trials that a snapshot could have served were run by exec, in words; empty if none were.
  const std::string& why_not() const { return why_not_; }
  // From now on everything by exec; why: for why_not().
  void GiveUp(const std::string& why);
  // Trials that ran in a clone.
  uint32_t served() const { return served_; }

 private:
  bool MayServe(const TrialRequest& request);
  std::string WhyNeverFor(const Observation& control) const;
  Status Take();
  std::string DifferenceOf(const Observation& clone, bool with_closes) const;
  std::string Hold();
  Result<std::optional<Observation>> RunClone(const TrialRequest& request);
  Result<Observation> RunByExec(const TrialRequest& request);
  bool NeedsCheck(const TrialRequest& request, const Observation& observation) const;
  Result<Observation> Check(const TrialRequest& request, const Observation& observation);
  void AbandonClone();
  void Drop();

  ExecRunner exec_;
  bool wanted_;
  std::string why_not_;
  std::optional<Observation> control_;
  std::unique_ptr<fault_inject::Tracer> tracer_;  // the snapshot's own
  std::unique_ptr<TracedChildren> children_;
  ExecRunner::Streams streams_;  // of the snapshot
  std::chrono::milliseconds deadline_{0};
  bool closes_ = false;  // they stop the clones of the snapshot in hand, and of the next
  bool closes_by_exec_ = false;
  uint32_t served_ = 0;
  uint32_t abandoned_ = 0;  // clones in a row
};

}  // namespace shortwrite
