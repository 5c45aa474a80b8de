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
#include "harness/trial/input_file.h"
#include "harness/trial/spawn.h"
#include "harness/trial/traced_children.h"
#include "harness/trial/untraced_children.h"
#include "harness/trial/validate_trace.h"
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
  if (runner.settings_.sink.is_stream()) {
    // What this machine lacks must be said before the first trial.
    if (Result<SinkEnds> tried = OpenSink(runner.settings_.sink, ""); !tried.ok()) {
      return tried.error();
    }
  }
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
      command_(Expand(settings_.target, workspace_.payload(), OutPath(), workspace_.dir())),
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
    if (!output.written) continue;
    uint64_t& most = control_bytes_[output.name];
    most = std::max<uint64_t>(most, output.bytes.size());
  }
  output_bytes_max_ = std::min(output_bytes_max_, kBaseOutputBytesMax + kOutputMultiple * bytes);
  if (control.processes_left > 0 && !control.progress_after_end) grace_ = kDaemonGrace;
}

Status ExecRunner::UsePayload(std::string_view bytes) {
  return WriteInputFile(workspace_.payload(), bytes, kPayloadTime);
}

Result<FileIdentity> ExecRunner::ClearDir(const TrialRequest& request) {
  Result<FileIdentity> dir = workspace_.EmptyDir();
  if (!dir.ok()) return dir;
  workspace_.SetEmptied(false);
  if (!settings_.existing || !request.with_existing) return dir;
  if (Status placed = WriteInputFile(OutPath(), *settings_.existing, kExistingTime); !placed.ok()) {
    return placed.error();
  }
  return dir;
}

Status ExecRunner::OpenStreams(const TrialRequest& request, Streams& streams) {
  const Target& target = settings_.target;
  std::string in_path = target.stdin_file.empty() ? "/dev/null" : target.stdin_file;
  if (target.stdin_is_payload) in_path = workspace_.payload();
  streams.in = UniqueFd(open(in_path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!streams.in.valid()) return ErrnoError(fmt::format("open '{}'", in_path), errno);
  streams.out = OpenStream(workspace_.base() + "/stdout", stdout_bytes_);
  streams.error = OpenStream(workspace_.base() + "/stderr", diagnostics_bytes_);
  if (!streams.out.valid() || !streams.error.valid()) {
    return ErrnoError("create the target's streams", errno);
  }
  return OpenSinkOf(request, streams);
}

Status ExecRunner::OpenSinkOf(const TrialRequest& request, Streams& streams) {
  streams.sink_settings = settings_.sink;
  if (request.plain_sink) streams.sink_settings = {settings_.sink.kind, false, false};
  const SinkSettings& sink = streams.sink_settings;
  if (!sink.is_stream()) {
    // open(2): on a file it changes nothing in Linux, but POSIX lets EAGAIN follow.
    if (sink.nonblock) (void)fcntl(streams.out.get(), F_SETFL, O_NONBLOCK);
    return Ok();
  }
  const bool named = settings_.target.NamesOutput();
  Result<SinkEnds> ends = OpenSink(sink, named ? OutPath() : "");
  if (!ends.ok()) return ends.error();
  streams.sink = std::move(ends).value();
  if (named) {
    command_ = Expand(settings_.target, workspace_.payload(), streams.sink.path, workspace_.dir());
  }
  Result<std::unique_ptr<SinkReader>> reader = SinkReader::Start(
      sink, streams.sink, streams.out.get(), output_bytes_max_, request.schedule.empty());
  if (!reader.ok()) return reader.error();
  streams.reader = std::move(reader).value();
  return Ok();
}

Status ExecRunner::PrepareRegion(const TrialRequest& request, const FileIdentity& dir,
                                 const Streams& streams) {
  const bool stream = settings_.sink.is_stream();
  Result<FileIdentity> judged = Identify(stream ? streams.sink.target.get() : streams.out.get());
  if (!judged.ok()) return judged.error();
  return region_.Prepare({.profile = settings_.profile,
                          .dir = workspace_.dir(),
                          .dir_identity = dir,
                          .stdout_identity = judged.value(),
                          .stdout_is_output = stream || !settings_.target.NamesOutput(),
                          .stdout_name = stream ? JudgedStream() : "stdout",
                          .full_trace = request.full_trace || request.schedule.full},
                         request.schedule);
}

Result<pid_t> ExecRunner::Spawn(const Streams& streams, const Schedule& schedule) {
  const bool traced = backend_ == Backend::kSyscall;
  // A stream with a name is the target's to open; what it prints besides, nobody judges.
  UniqueFd unjudged;
  int out = streams.out.get();
  if (streams.sink_settings.is_stream()) {
    if (settings_.target.NamesOutput()) {
      unjudged = UniqueFd(open("/dev/null", O_WRONLY | O_CLOEXEC));
      if (!unjudged.valid()) return ErrnoError("open '/dev/null'", errno);
      out = unjudged.get();
    } else {
      out = streams.sink.target.get();
    }
  }
  return SpawnTarget({.program = program_,
                      .command = command_,
                      .environment = environment_,
                      .in = streams.in.get(),
                      .out = out,
                      .error = streams.error.get(),
                      .new_group = true,
                      .file_bytes_max = schedule.full.value_or(UINT64_MAX)},
                     traced ? tracer_.get() : nullptr);
}

// A single write to a stream may take long, and its result grows no counter until it is over: what
// has arrived by then is progress, too.
Result<WatchedEnd> ExecRunner::Await(pid_t pid, Streams& streams) {
  const SinkReader* const reader = streams.reader.get();
  const WatchLimits limits = {.timeout = timeout_,
                              .spin_cpu = spin_cpu_,
                              .output_bytes_max = output_bytes_max_,
                              .grace = grace_};
  const WatchProbes probes = {
      .progress =
          [this, reader] {
            return region_.accepted_bytes() + (reader == nullptr ? 0 : reader->received_bytes());
          },
      .output_bytes =
          [this] { return std::max(region_.accepted_bytes(), DirectoryBytes(workspace_.base())); },
      .running = while_running_};
  Result<WatchedEnd> watched = Watch(pid, *children_, limits, probes);
  if (!watched.ok() || reader == nullptr) return watched;
  if (Status drained = streams.reader->Finish(); !drained.ok()) return drained.error();
  if (streams.reader->overflowed()) watched.value().end = {TargetEnd::Kind::kRunaway, 0};
  return watched;
}

// Either a call was seen to fail, on a temporary file perhaps; or an output that outgrew the limit
// in the control did not this time, by whatever way it is written. One that outgrew it again was
// made without growing a file, as by link(2), and shows nothing.
bool ExecRunner::FeltSizeLimit(const Observation& observation, uint64_t limit) const {
  const auto failed = [](const TracedCall& call) { return call.error == EFBIG; };
  if (std::any_of(observation.calls.begin(), observation.calls.end(), failed)) return true;
  return std::any_of(control_bytes_.begin(), control_bytes_.end(), [&](const auto& in_control) {
    const auto& [name, bytes] = in_control;
    const auto outgrows = [&name = name, limit](const OutputFile& output) {
      return output.name == name && output.bytes.size() > limit;
    };
    return bytes > limit &&
           std::none_of(observation.outputs.begin(), observation.outputs.end(), outgrows);
  });
}

Result<FileBytes> ExecRunner::ReadStream(int fd, const char* name, uint64_t& bytes) const {
  struct stat state = {};
  if (fstat(fd, &state) != 0) return ErrnoError(fmt::format("stat the target's {}", name), errno);
  bytes = static_cast<uint64_t>(state.st_size);
  if (bytes == 0) return FileBytes();
  return FileBytes::Read(fmt::format("{}/{}", workspace_.base(), name));
}

Status ExecRunner::Collect(const Streams& streams, Observation& observation) {
  const bool stream = settings_.sink.is_stream();
  const std::string judged = stream ? JudgedStream() : "stdout";
  if (!observation.touched.empty()) observation.touched[0].final_name = judged;
  Result<FileBytes> standard = ReadStream(streams.out.get(), "stdout", stdout_bytes_);
  if (!standard.ok()) return standard.error();
  if (stream || !settings_.target.NamesOutput()) {
    observation.outputs.push_back({judged, std::move(standard).value(), true, stream});
  } else {
    observation.remarks = standard.value().view().substr(0, kDiagnosticsBytesMax);
  }
  // What the target put in the place of a sink's FIFO is another output.
  const auto name_left = [&](const std::string& name) {
    return stream && name == judged ? name + " (in the place of the sink)" : name;
  };
  const auto name_touched = [&](const FileIdentity& file, const std::string& name) {
    const int slot = region_.SlotOf(file);
    if (slot >= 0 && static_cast<size_t>(slot) < observation.touched.size()) {
      observation.touched[static_cast<size_t>(slot)].final_name = name_left(name);
    }
  };
  std::vector<OutputFile> left;
  if (Status collected = CollectOutputs(workspace_.dir(), name_touched, left); !collected.ok()) {
    return collected;
  }
  for (OutputFile& output : left) {
    // The FIFO itself is no output besides what arrived through it.
    if (stream && output.name == judged && !output.written) continue;
    output.name = name_left(output.name);
    observation.outputs.push_back(std::move(output));
  }
  workspace_.SetEmptied(true);
  Result<FileBytes> diagnostics = ReadStream(streams.error.get(), "stderr", diagnostics_bytes_);
  if (!diagnostics.ok()) return diagnostics.error();
  observation.diagnostics_bytes = diagnostics.value().size();
  observation.diagnostics = diagnostics.value().view().substr(0, kDiagnosticsBytesMax);
  return Ok();
}

Result<Observation> ExecRunner::Observe(const TrialRequest& request, const Streams& streams,
                                        const WatchedEnd& watched, microseconds wall) {
  Observation observation;
  observation.wall = wall;
  observation.end = watched.end;
  observation.processes_left = watched.processes_left;
  observation.progress_after_end = watched.progress_after_end;
  observation.cpu = watched.cpu;
  region_.ReadInto(observation);
  const bool full_trace = request.full_trace || request.schedule.empty();
  if (Status sound = CheckTrace({request.schedule, settings_.profile, full_trace}, observation);
      !sound.ok()) {
    return sound.error();
  }
  if (Status collected = Collect(streams, observation); !collected.ok()) return collected.error();
  const std::optional<uint64_t>& limit = request.schedule.full;
  observation.size_limit_felt = limit && FeltSizeLimit(observation, *limit);
  return observation;
}

Result<Observation> ExecRunner::Run(const TrialRequest& request) {
  Result<FileIdentity> dir = ClearDir(request);
  if (!dir.ok()) return dir.error();
  Streams streams;
  if (Status opened = OpenStreams(request, streams); !opened.ok()) return opened.error();
  if (Status prepared = PrepareRegion(request, dir.value(), streams); !prepared.ok()) {
    return prepared.error();
  }
  const auto started = std::chrono::steady_clock::now();
  Result<pid_t> pid = Spawn(streams, request.schedule);
  if (!pid.ok()) return pid.error();
  Result<WatchedEnd> watched = Await(pid.value(), streams);
  if (!watched.ok()) return watched.error();
  const auto wall = duration_cast<microseconds>(std::chrono::steady_clock::now() - started);
  return Observe(request, streams, watched.value(), wall);
}

}  // namespace shortwrite
