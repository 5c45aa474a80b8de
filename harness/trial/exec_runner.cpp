#include "harness/trial/exec_runner.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>

#include "fault_inject/syscall/tracer.h"
#include "harness/trial/collect_outputs.h"
#include "harness/trial/spawn.h"
#include "harness/trial/traced_children.h"
#include "harness/trial/untraced_children.h"
#include "harness/trial/watch.h"

namespace shortwrite {
namespace {

using std::chrono::duration_cast;
using std::chrono::microseconds;
using std::chrono::milliseconds;

// Before the control has shown what the target needs.
constexpr milliseconds kFirstTimeout{60000};
// A compiler may well compute that long before its first write.
constexpr milliseconds kFirstSpinCpu{20000};
constexpr milliseconds kBaseTimeout{10000};
constexpr milliseconds kBaseSpinCpu{2000};
constexpr int kControlMultiple = 10;
constexpr milliseconds kGrace{100};
// For a target whose control left processes behind that wrote nothing: a daemon.
constexpr milliseconds kDaemonGrace{5};
constexpr uint64_t kFirstOutputBytesMax = uint64_t{1} << 30;
constexpr uint64_t kBaseOutputBytesMax = uint64_t{64} << 20;
constexpr uint64_t kOutputMultiple = 8;

uint64_t FileSize(const std::string& path) {
  struct stat state = {};
  return stat(path.c_str(), &state) == 0 ? static_cast<uint64_t>(state.st_size) : 0;
}

// A runaway target must not fill the file system, which may be everybody's memory.
uint64_t HalfOfFreeSpace(const std::string& path) {
  struct statvfs state = {};
  if (statvfs(path.c_str(), &state) != 0) return kFirstOutputBytesMax;
  return state.f_bavail / 2 * state.f_frsize;
}

UniqueFd OpenStream(const std::string& path, uint64_t last_bytes) {
  // A large stream of the last trial may still be mapped by its observation, and would be cut under
  // its feet: a new file then.
  if (last_bytes > FileBytes::kCopiedBytesMax) unlink(path.c_str());
  return UniqueFd(open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666));
}

}  // namespace

Result<ExecRunner> ExecRunner::Create(TrialSettings settings, Workspace workspace) {
  Result<std::string> program = FindProgram(settings.target.command.front());
  if (!program.ok()) return program.error();
  Result<std::string> preload = PreloadList(program.value(), workspace.base());
  if (!preload.ok()) return preload.error();
  Result<SharedRegion> region = SharedRegion::Create(workspace.region());
  if (!region.ok()) return region.error();

  ExecRunner runner(std::move(settings), std::move(workspace), std::move(region).value());
  runner.program_ = std::move(program).value();
  runner.preload_ = std::move(preload).value();
  if (Status used = runner.UseBackend(Backend::kPreload); !used.ok()) return used.error();
  prctl(PR_SET_CHILD_SUBREAPER, 1);
  // Crashing targets are expected; a core file per trial would fill the user's directory.
  const rlimit no_core = {0, 0};
  setrlimit(RLIMIT_CORE, &no_core);
  return runner;
}

ExecRunner::ExecRunner(TrialSettings settings, Workspace workspace, SharedRegion region)
    : settings_(std::move(settings)),
      workspace_(std::move(workspace)),
      region_(std::move(region)),
      command_(Expand(settings_.target, workspace_.payload(), workspace_.dir() + "/" + kOutName,
                      workspace_.dir())),
      timeout_(settings_.timeout.value_or(kFirstTimeout)),
      spin_cpu_(settings_.timeout ? timeout_ / 2 : kFirstSpinCpu),
      grace_(kGrace),
      output_bytes_max_(
          std::min(kFirstOutputBytesMax + kOutputMultiple * FileSize(workspace_.payload()),
                   HalfOfFreeSpace(workspace_.base()))) {}

ExecRunner::ExecRunner(ExecRunner&&) noexcept = default;
ExecRunner::~ExecRunner() = default;

std::string WhyNotTraceable() {
  return fault_inject::Tracer::WhyUnavailable();
}

Status ExecRunner::UseBackend(Backend backend) {
  if (backend == Backend::kSyscall) {
    const std::string why_not = WhyNotTraceable();
    if (!why_not.empty()) return Error{ErrorKind::kUnavailable, "--backend syscall: " + why_not};
    if (tracer_ == nullptr) tracer_ = std::make_unique<fault_inject::Tracer>(region_.region());
    children_ = std::make_unique<TracedChildren>(*tracer_);
  } else {
    children_ = std::make_unique<UntracedChildren>();
  }
  backend_ = backend;
  environment_ = TrialEnvironment(backend == Backend::kPreload ? preload_ : std::string(),
                                  workspace_.region(), workspace_.dir());
  return Ok();
}

void ExecRunner::Calibrate(const Observation& control) {
  control_wall_ = std::max(control_wall_, duration_cast<milliseconds>(control.wall));
  control_cpu_ = std::max(control_cpu_, control.cpu);
  spin_cpu_ = kBaseSpinCpu + duration_cast<milliseconds>(kControlMultiple * control_cpu_);
  if (!settings_.timeout) timeout_ = kBaseTimeout + kControlMultiple * control_wall_;
  uint64_t bytes = settings_.existing ? settings_.existing->size() : 0;
  for (const OutputFile& output : control.outputs) {
    bytes += output.bytes.size();
    if (output.written) {
      largest_output_bytes_ = std::max<uint64_t>(largest_output_bytes_, output.bytes.size());
    }
  }
  output_bytes_max_ = std::min(output_bytes_max_, kBaseOutputBytesMax + kOutputMultiple * bytes);
  if (control.processes_left > 0 && !control.progress_after_end) grace_ = kDaemonGrace;
}

Status ExecRunner::PlaceExisting(bool with_existing) const {
  if (!settings_.existing || !with_existing) return Ok();
  return WriteFile(workspace_.dir() + "/" + kOutName, *settings_.existing);
}

Result<FileIdentity> ExecRunner::OpenStreams(UniqueFd& in, UniqueFd& out, UniqueFd& error) {
  const Target& target = settings_.target;
  std::string in_path = target.stdin_file.empty() ? "/dev/null" : target.stdin_file;
  if (target.stdin_is_payload) in_path = workspace_.payload();
  in = UniqueFd(open(in_path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!in.valid()) return ErrnoError(fmt::format("open '{}'", in_path), errno);
  out = OpenStream(workspace_.base() + "/stdout", stdout_bytes_);
  error = OpenStream(workspace_.base() + "/stderr", diagnostics_bytes_);
  if (!out.valid() || !error.valid()) return ErrnoError("create the target's streams", errno);
  return Identify(out.get());
}

Result<pid_t> ExecRunner::Spawn(int in, int out, int error, const Schedule& schedule) {
  const bool traced = backend_ == Backend::kSyscall;
  return SpawnTarget({.program = program_,
                      .command = command_,
                      .environment = environment_,
                      .in = in,
                      .out = out,
                      .error = error,
                      .new_group = true,
                      .file_bytes_max = schedule.full.value_or(UINT64_MAX)},
                     traced ? tracer_.get() : nullptr);
}

// Either an output could not become what it was in the control, by whatever way it is written; or a
// call was seen to fail, on a temporary file perhaps.
bool ExecRunner::FeltSizeLimit(const Observation& observation, const Schedule& schedule) const {
  if (!schedule.full) return false;
  if (*schedule.full < largest_output_bytes_) return true;
  return std::any_of(observation.calls.begin(), observation.calls.end(),
                     [](const TracedCall& call) { return call.error == EFBIG; });
}

Result<FileBytes> ExecRunner::ReadStream(int fd, const char* name, uint64_t& bytes) const {
  struct stat state = {};
  if (fstat(fd, &state) != 0) return ErrnoError(fmt::format("stat the target's {}", name), errno);
  bytes = static_cast<uint64_t>(state.st_size);
  if (bytes == 0) return FileBytes();
  return FileBytes::Read(fmt::format("{}/{}", workspace_.base(), name));
}

Status ExecRunner::Collect(int out, int error, Observation& observation) {
  if (!observation.touched.empty()) observation.touched[0].final_name = "stdout";
  Result<FileBytes> standard = ReadStream(out, "stdout", stdout_bytes_);
  if (!standard.ok()) return standard.error();
  if (!settings_.target.NamesOutput()) {
    observation.outputs.push_back({"stdout", std::move(standard).value()});
  }
  const auto name_touched = [&](const FileIdentity& file, const std::string& name) {
    const int slot = region_.SlotOf(file);
    if (slot >= 0 && static_cast<size_t>(slot) < observation.touched.size()) {
      observation.touched[static_cast<size_t>(slot)].final_name = name;
    }
  };
  if (Status left = CollectOutputs(workspace_.dir(), name_touched, observation.outputs);
      !left.ok()) {
    return left;
  }
  workspace_.SetEmptied(true);
  Result<FileBytes> diagnostics = ReadStream(error, "stderr", diagnostics_bytes_);
  if (!diagnostics.ok()) return diagnostics.error();
  observation.diagnostics_bytes = diagnostics.value().size();
  observation.diagnostics = diagnostics.value().view().substr(0, kDiagnosticsBytesMax);
  return Ok();
}

Result<Observation> ExecRunner::Run(const TrialRequest& request) {
  Result<FileIdentity> dir = workspace_.EmptyDir();
  if (!dir.ok()) return dir.error();
  workspace_.SetEmptied(false);
  if (Status placed = PlaceExisting(request.with_existing); !placed.ok()) return placed.error();
  UniqueFd in;
  UniqueFd out;
  UniqueFd error;
  Result<FileIdentity> standard = OpenStreams(in, out, error);
  if (!standard.ok()) return standard.error();
  const RegionSettings region_settings = {
      .profile = settings_.profile,
      .dir = workspace_.dir(),
      .dir_identity = dir.value(),
      .stdout_identity = standard.value(),
      .stdout_is_output = !settings_.target.NamesOutput(),
      .full_trace = request.full_trace || request.schedule.full};
  if (Status prepared = region_.Prepare(region_settings, request.schedule); !prepared.ok()) {
    return prepared.error();
  }

  const auto started = std::chrono::steady_clock::now();
  Result<pid_t> pid = Spawn(in.get(), out.get(), error.get(), request.schedule);
  if (!pid.ok()) return pid.error();
  const WatchLimits limits = {.timeout = timeout_,
                              .spin_cpu = spin_cpu_,
                              .output_bytes_max = output_bytes_max_,
                              .grace = grace_};
  const WatchProbes probes = {
      .progress = [this] { return region_.accepted_bytes(); },
      .output_bytes =
          [this] { return std::max(region_.accepted_bytes(), DirectoryBytes(workspace_.base())); }};
  Result<WatchedEnd> watched = Watch(pid.value(), *children_, limits, probes);
  if (!watched.ok()) return watched.error();

  Observation observation;
  observation.wall = duration_cast<microseconds>(std::chrono::steady_clock::now() - started);
  observation.end = watched.value().end;
  observation.processes_left = watched.value().processes_left;
  observation.progress_after_end = watched.value().progress_after_end;
  observation.cpu = watched.value().cpu;
  region_.ReadInto(observation);
  observation.size_limit_felt = FeltSizeLimit(observation, request.schedule);
  if (Status collected = Collect(out.get(), error.get(), observation); !collected.ok()) {
    return collected.error();
  }
  return observation;
}

}  // namespace shortwrite
