#include "harness/trial/passthrough.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/prctl.h>
#include <unistd.h>

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

namespace fs = std::filesystem;

struct Place {
  std::string dir;
  FileIdentity identity;
};

Result<Place> PrepareDir(Workspace& workspace, const std::optional<std::string>& dir) {
  if (!dir) {
    Result<FileIdentity> identity = workspace.EmptyDir();
    if (!identity.ok()) return identity.error();
    return Place{workspace.dir(), identity.value()};
  }
  std::error_code error;
  fs::create_directories(*dir, error);
  const fs::path canonical = fs::canonical(*dir, error);
  if (error) return UsageError(fmt::format("--dir '{}': {}", *dir, error.message()));
  const UniqueFd fd(open(canonical.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!fd.valid()) return ErrnoError(fmt::format("open '{}'", canonical.string()), errno);
  Result<FileIdentity> identity = Identify(fd.get());
  if (!identity.ok()) return identity.error();
  return Place{canonical.string(), identity.value()};
}

Result<UniqueFd> OpenInput(const TrialSettings& settings, const Workspace& workspace) {
  const Target& target = settings.target;
  std::string path = target.stdin_is_payload ? workspace.payload() : target.stdin_file;
  UniqueFd in(path.empty() ? fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3)
                           : open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!in.valid() && path.empty()) in = UniqueFd(open("/dev/null", O_RDONLY | O_CLOEXEC));
  if (!in.valid()) return ErrnoError(fmt::format("open '{}'", path), errno);
  return in;
}

Result<pid_t> Start(const TrialSettings& settings, const Workspace& workspace, const Place& place,
                    fault_inject::Tracer* tracer) {
  Result<std::string> program = FindProgram(settings.target.command.front());
  if (!program.ok()) return program.error();
  Result<std::string> preload =
      tracer == nullptr ? PreloadList(program.value(), workspace.base()) : std::string();
  if (!preload.ok()) return preload.error();
  Result<UniqueFd> in = OpenInput(settings, workspace);
  if (!in.ok()) return in.error();
  return SpawnTarget(
      {.program = program.value(),
       .command = Expand(settings.target, workspace.payload(),
                         place.dir + "/" + ExecRunner::kOutName, place.dir),
       .environment = TrialEnvironment(preload.value(), workspace.region(), place.dir),
       .in = in.value().get(),
       .out = STDOUT_FILENO,
       .error = STDERR_FILENO,
       .new_group = false},
      tracer);
}

}  // namespace

Result<PassthroughRun> RunPassthrough(const TrialSettings& settings, const Schedule& schedule,
                                      Workspace workspace, const std::optional<std::string>& dir,
                                      Backend backend) {
  Result<SharedRegion> region = SharedRegion::Create(workspace.region());
  if (!region.ok()) return region.error();
  Result<Place> place = PrepareDir(workspace, dir);
  if (!place.ok()) return place.error();
  Result<FileIdentity> standard = Identify(STDOUT_FILENO);
  if (!standard.ok()) return standard.error();
  const Result<FileIdentity> error = Identify(STDERR_FILENO);
  const RegionSettings region_settings = {
      .profile = settings.profile,
      .dir = place.value().dir,
      .dir_identity = place.value().identity,
      .stdout_identity = standard.value(),
      .stdout_is_output = !settings.target.NamesOutput(),
      .stderr_shares_stdout = error.ok() && error.value() == standard.value()};
  if (Status prepared = region.value().Prepare(region_settings, schedule); !prepared.ok()) {
    return prepared.error();
  }
  if (settings.existing) {
    const std::string out = place.value().dir + "/" + ExecRunner::kOutName;
    if (Status placed = WriteInputFile(out, *settings.existing, kExistingTime); !placed.ok()) {
      return placed.error();
    }
  }
  prctl(PR_SET_CHILD_SUBREAPER, 1);
  const bool traced = backend == Backend::kSyscall;
  fault_inject::Tracer tracer(region.value().region());
  TracedChildren traced_children(tracer);
  UntracedChildren untraced_children;
  Result<pid_t> pid = Start(settings, workspace, place.value(), traced ? &tracer : nullptr);
  if (!pid.ok()) return pid.error();
  const SharedRegion& seen = region.value();
  Children& children = traced ? static_cast<Children&>(traced_children) : untraced_children;
  Result<WatchedEnd> watched =
      Watch(pid.value(), children, WatchLimits::Unlimited(settings.timeout),
            {.progress = [&seen] { return seen.accepted_bytes(); },
             .output_bytes = [] { return uint64_t{0}; }});
  if (!watched.ok()) return watched.error();

  PassthroughRun run;
  run.observation.end = watched.value().end;
  seen.ReadInto(run.observation);
  if (Status sound = CheckTrace({schedule, settings.profile}, run.observation); !sound.ok()) {
    return sound.error();
  }
  std::error_code gone;  // a target may have removed its directory
  if (!dir && fs::exists(workspace.dir(), gone) && !fs::is_empty(workspace.dir(), gone)) {
    Result<std::string> kept = workspace.KeepDir();
    if (!kept.ok()) return kept.error();
    run.kept_dir = std::move(kept).value();
  }
  return run;
}

}  // namespace shortwrite
