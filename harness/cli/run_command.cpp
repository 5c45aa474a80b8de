#include "harness/cli/run_command.h"

#include <fmt/format.h>

#include "harness/campaign/evaluate.h"
#include "harness/cli/command_output.h"
#include "harness/cli/target_setup.h"
#include "harness/report/text_report.h"
#include "harness/trial/passthrough.h"

namespace shortwrite {
namespace {

constexpr int kSignalBase = 128;

int StatusOf(const TargetEnd& end) {
  switch (end.kind) {
    case TargetEnd::Kind::kExited:
      return end.number;
    case TargetEnd::Kind::kSignaled:
      return kSignalBase + end.number;
    default:
      PrintMessage("shortwrite: killed at its --timeout\n");
      return static_cast<int>(ExitStatus::kStopped);
  }
}

// There is no control by which to choose: the tracer sees every system call.
Result<Backend> ChooseBackend(const TargetOptions& options) {
  if (options.backend == Backend::kPreload) return Backend::kPreload;
  const std::string why_not = WhyNotTraceable();
  if (why_not.empty()) return Backend::kSyscall;
  if (!options.backend) return Backend::kPreload;
  return Error{ErrorKind::kUnavailable, "--backend syscall: " + why_not};
}

std::string WhyNothing(const TargetOptions& options, Backend backend,
                       const Observation& observation) {
  if (backend == Backend::kSyscall) {
    return observation.calls.empty()
               ? "no write call to stdout, or to a file below {dir}, was made"
               : "its steps name calls that were not made, or faults that are not legal there";
  }
  const Result<std::string> program = FindProgram(options.command.front());
  std::string known = program.ok() ? WhyNotPreloadable(program.value()) : "";
  if (!known.empty()) return known;
  if (observation.attached == 0) return "the preload library was not loaded into the target";
  if (observation.calls.empty()) {
    return "no write call to stdout, or to a file below {dir}, was seen (it writes by stdio inside "
           "libc, by raw system calls, or elsewhere)";
  }
  return "its steps name calls that were not made, or faults that are not legal there";
}

}  // namespace

int RunRun(const RunOptions& options) {
  Result<TrialSetup> setup = SetUpTrial(options.target);
  if (!setup.ok()) return static_cast<int>(Fail(setup.error()));
  const Result<Backend> backend = ChooseBackend(options.target);
  if (!backend.ok()) return static_cast<int>(Fail(backend.error()));
  Result<PassthroughRun> run =
      RunPassthrough(setup.value().settings, options.schedule, std::move(setup.value().workspace),
                     options.dir, backend.value());
  if (!run.ok()) return static_cast<int>(Fail(run.error()));
  const PassthroughRun& done = run.value();
  if (!done.kept_dir.empty()) {
    PrintMessage(fmt::format("shortwrite: the target's files are kept in {}\n", done.kept_dir));
  }
  const int status = StatusOf(done.observation.end);
  const uint32_t delivered = CountDeliveredSteps(done.observation, options.schedule);
  if (status != 0 || options.schedule.empty() || delivered > 0) return status;
  PrintMessage(fmt::format("shortwrite: no fault was delivered: {}\n",
                           WhyNothing(options.target, backend.value(), done.observation)));
  return static_cast<int>(ExitStatus::kVacuous);
}

}  // namespace shortwrite
