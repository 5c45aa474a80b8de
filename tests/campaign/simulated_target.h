// A target that is a few lines of this process: it writes its payload in chunks to one output, with
// a mistake of choice, under the faults of a schedule. Campaigns over it need no processes, and
// what they must find is known.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "harness/campaign/campaign.h"
#include "harness/trial/trial_runner.h"

namespace shortwrite {

// What it does wrong.
enum class Mistake {
  kNone,           // loops; reports errors; exits with 0 only if everything was accepted
  kIgnoresCount,   // takes any count for all of it
  kResendsWhole,   // answers a short write by the whole chunk again
  kCountsSamples,  // counts in samples of 4 bytes, and so begins a torn one anew
  kRetriesOnce,    // a second short write in a row ends the chunk
  kGivesUp,        // exits with 1 at a short write
  kCrashes,        // is killed by SIGABRT at a short write
  kDropsAtEagain,  // takes EAGAIN for the end of the work
  kIgnoresErrors,  // takes an error for a success
  kIgnoresClose,   // does not look at what close() returns
};

class SimulatedTarget : public TrialRunner {
 public:
  struct Settings {
    uint64_t payload_bytes = 10'007;
    uint64_t chunk_bytes = 4'096;
    Mistake mistake = Mistake::kNone;
    bool nonblocking = false;
    bool interruptible = false;
    bool hides_from_preload = false;      // then only the syscall backend sees its calls
    std::string no_syscall_backend = "";  // why that cannot be used here
  };

  explicit SimulatedTarget(Settings settings);

  Result<Observation> Run(const TrialRequest& request) override;
  void Calibrate(const Observation&) override { ++calibrations_; }
  Backend backend() const override { return backend_; }
  Status UseBackend(Backend backend) override;
  Status UsePayload(std::string_view bytes) override {
    payload_ = bytes;
    return Ok();
  }
  void TellWhileRunning(const WhileRunning& told) override { told_ = told; }
  // Who is told now; none: nobody.
  const WhileRunning& told() const { return told_; }

  // Asked about each run before it is returned; number counts from 1, controls too. May change it
  // or put an error in its place.
  using Intervention =
      std::function<Result<Observation>(size_t number, const TrialRequest&, Observation)>;
  void Intervene(Intervention intervention) { intervention_ = std::move(intervention); }

  const std::string& payload() const { return payload_; }
  // The texts of all schedules that were run, in order; empty ones are controls.
  const std::vector<std::string>& schedules() const { return schedules_; }
  size_t calibrations() const { return calibrations_; }

  // A campaign over it: the payload is the reference, and no clock stops it.
  CampaignSettings CampaignOver() const;

 private:
  Settings settings_;
  std::string payload_;
  std::vector<std::string> schedules_;
  size_t calibrations_ = 0;
  Backend backend_ = Backend::kPreload;
  Intervention intervention_;
  WhileRunning told_;
};

// What a campaign tells, one line per event: "control", "trial", "finding 1:short=1 corrupted",
// "counterexample 1:short=1 corrupted", "known 1:short=1 corrupted".
class Journal final : public CampaignListener {
 public:
  void OnControl(const Observation&) override { lines_.emplace_back("control"); }
  void OnTrial(uint32_t, uint32_t) override { lines_.emplace_back("trial"); }
  void OnLongTrial(std::chrono::milliseconds) override { lines_.emplace_back("long"); }
  void OnFinding(const Schedule& raw, const Judgement& judgement,
                 const std::optional<TrialPayload>& payload) override;
  void OnCounterexample(const Counterexample& found) override;
  void OnKnownMistake(const Counterexample& known) override;

  const std::vector<std::string>& lines() const { return lines_; }

 private:
  std::vector<std::string> lines_;
};

}  // namespace shortwrite
