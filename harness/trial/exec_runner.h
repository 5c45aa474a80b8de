// Runs each trial by starting the target anew: the reference way.
//
// Owns the workspace and the shared region. One at a time per process, single-threaded: it reaps
// all children of this process, and makes it a subreaper so that daemonised grandchildren come
// back.
#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "harness/base/file_bytes.h"
#include "harness/trial/children.h"
#include "harness/trial/shared_region.h"
#include "harness/trial/sink.h"
#include "harness/trial/sink_reader.h"
#include "harness/trial/target.h"
#include "harness/trial/trial_runner.h"
#include "harness/trial/watch.h"
#include "harness/trial/workspace.h"

namespace shortwrite::fault_inject {
class Tracer;
}

namespace shortwrite {

struct TrialSettings {
  Target target;
  ProfileName profile = ProfileName::kPosix;
  std::optional<std::chrono::milliseconds> timeout;  // per trial; default: from the control
  std::optional<std::string> existing;               // content of the output before the trial
  SinkSettings sink;  // of {out} where the command names it, else of stdout
};

// Why the syscall backend cannot be used here, with the remedy; empty if it can.
std::string WhyNotTraceable();

class ExecRunner final : public TrialRunner {
 public:
  // The payload must already lie at workspace.payload().
  static Result<ExecRunner> Create(TrialSettings settings, Workspace workspace);

  ExecRunner(ExecRunner&&) noexcept;
  ~ExecRunner() override;

  Result<Observation> Run(const TrialRequest& request) override;
  void Calibrate(const Observation& control) override;
  Backend backend() const override { return backend_; }
  Status UseBackend(Backend backend) override;
  void TellWhileRunning(const WhileRunning& told) override { while_running_ = told; }
  Status UsePayload(std::string_view bytes) override;

  // Names what {out} is below {dir}: the one output that is judged by name.
  static constexpr char kOutName[] = "out";

  const std::string& program() const { return program_; }

 private:
  friend class SnapshotRunner;  // the same trials, but for how the target comes to be

  ExecRunner(TrialSettings settings, Workspace workspace, SharedRegion region);

  // What one trial is started with, and what is judged of it besides files.
  struct Streams {
    UniqueFd in;
    UniqueFd out;  // a file: stdout itself, or what a stream sink is stored in
    UniqueFd error;
    SinkSettings sink_settings;
    SinkEnds sink;  // of a stream
    std::unique_ptr<SinkReader> reader;
  };

  std::string OutPath() const { return workspace_.dir() + "/" + kOutName; }
  std::string JudgedStream() const { return settings_.target.NamesOutput() ? kOutName : "stdout"; }
  Result<FileIdentity> ClearDir(const TrialRequest& request);
  Status OpenStreams(const TrialRequest& request, Streams& streams);
  Status OpenSinkOf(const TrialRequest& request, Streams& streams);
  Status PrepareRegion(const TrialRequest& request, const FileIdentity& dir,
                       const Streams& streams);
  Result<pid_t> Spawn(const Streams& streams, const Schedule& schedule);
  Result<WatchedEnd> Await(pid_t pid, Streams& streams);
  bool FeltSizeLimit(const Observation& observation, uint64_t limit) const;
  Result<FileBytes> ReadStream(int fd, const char* name, uint64_t& bytes) const;
  Status Collect(const Streams& streams, Observation& observation);
  // Nobody of the trial is left.
  Result<Observation> Observe(const TrialRequest& request, const Streams& streams,
                              const WatchedEnd& watched, std::chrono::microseconds wall);

  TrialSettings settings_;
  Workspace workspace_;
  SharedRegion region_;
  Backend backend_ = Backend::kPreload;
  std::unique_ptr<fault_inject::Tracer> tracer_;  // once it was asked for
  std::unique_ptr<Children> children_;            // of the backend
  std::string program_;
  std::vector<std::string> command_;
  std::string preload_;  // what LD_PRELOAD holds for the preload backend
  std::vector<std::string> environment_;
  std::chrono::milliseconds timeout_;
  std::chrono::milliseconds spin_cpu_;
  std::chrono::milliseconds control_wall_{0};
  std::chrono::microseconds control_cpu_{0};
  std::chrono::milliseconds grace_;
  uint64_t output_bytes_max_;
  std::map<std::string, uint64_t> control_bytes_;  // the most of each written output
  uint64_t stdout_bytes_ = 0;                      // of the last trial
  uint64_t diagnostics_bytes_ = 0;                 // likewise
  WhileRunning while_running_;
};

}  // namespace shortwrite
