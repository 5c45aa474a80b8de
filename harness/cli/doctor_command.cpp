#include "harness/cli/doctor_command.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "harness/cli/command_output.h"
#include "harness/oracle/digest.h"
#include "harness/trial/exec_runner.h"
#include "harness/trial/target.h"
#include "harness/trial/workspace.h"

namespace shortwrite {
namespace {

struct Check {
  std::string name;
  bool ok;
  bool needed;
  std::string says;  // what was found, or the remedy
};

Check CheckLibrary() {
  const Result<std::string> library = FindPreloadLibrary();
  return {"preload library", library.ok(), true,
          library.ok() ? library.value() : library.error().message};
}

Check CheckWorkspace() {
  constexpr uint64_t kBytes = uint64_t{64} << 20;
  const std::string place = DescribeWorkspacePlace(kBytes);
  if (place.empty()) {
    return {"workspace", false, true,
            "/dev/shm, TMPDIR and /tmp all lack space, or may not be written to or executed from; "
            "set TMPDIR to a directory that has 64 MiB"};
  }
  if (place == "/dev/shm") return {"workspace", true, true, place + " (in memory)"};
  return {"workspace", true, true,
          place + " (slower than /dev/shm; a container gets one by --shm-size=256m)"};
}

Check CheckMd5() {
  const bool available = IsMd5Available();
  return {"MD5", available, true,
          available ? "available through OpenSSL" : Md5::Create().error().message};
}

// The proof of the pudding: a real trial of a program that every system has.
Check CheckAttaches() {
  const std::string name = "injection";
  Result<Workspace> workspace = Workspace::Create(0);
  if (!workspace.ok()) return {name, false, true, workspace.error().message};
  TrialSettings settings;
  settings.target.command = {"sh", "-c", "cat /proc/self/comm"};
  Result<ExecRunner> runner = ExecRunner::Create(std::move(settings), std::move(workspace).value());
  if (!runner.ok()) return {name, false, true, runner.error().message};
  const Result<Observation> observation = runner.value().Run({});
  if (!observation.ok()) return {name, false, true, observation.error().message};
  if (observation.value().attached > 0) return {name, true, true, "attaches to dynamic programs"};
  return {name, false, true,
          "the loader ignored LD_PRELOAD; it does so for setuid programs, and where a security "
          "module scrubs the environment"};
}

Check CheckSyscallBackend() {
  const std::string why_not = WhyNotTraceable();
  if (why_not.empty()) return {"backend syscall", true, false, "traces any program"};
  return {"backend syscall", false, false,
          why_not + " (static programs and stdio inside libc end with exit 5 without it)"};
}

// Opened as a trial would, so that what is said is so.
Check CheckSink(SinkKind kind) {
  const SinkSettings sink = {.kind = kind, .nonblock = true, .slow = true};
  const std::string name = fmt::format("sink {}", kSinkWords[static_cast<size_t>(kind)]);
  const Result<SinkEnds> ends = OpenSink(sink, "");
  if (ends.ok()) return {name, true, false, "opens"};
  const std::string remedy =
      kind == SinkKind::kPty ? "; mount devpts, with its ptmxmode=666, at /dev/pts" : "";
  return {name, false, false, ends.error().message + remedy};
}

std::string Word(const Check& check) {
  if (check.ok) return "ok";
  return check.needed ? "MISSING" : "absent";
}

}  // namespace

ExitStatus RunDoctor(const DoctorOptions& options) {
  const std::vector<Check> checks = {CheckLibrary(),
                                     CheckWorkspace(),
                                     CheckMd5(),
                                     CheckAttaches(),
                                     CheckSyscallBackend(),
                                     CheckSink(SinkKind::kPipe),
                                     CheckSink(SinkKind::kSocket),
                                     CheckSink(SinkKind::kPty)};
  bool healthy = true;
  for (const Check& check : checks) {
    healthy &= check.ok || !check.needed;
    Status printed = Ok();
    if (options.json) {
      printed = PrintJson({{"schema", "shortwrite/1"},
                           {"type", "check"},
                           {"name", check.name},
                           {"ok", check.ok},
                           {"needed", check.needed},
                           {"says", check.says}});
    } else {
      printed = PrintOutput(fmt::format("{:<8} {:<16} {}\n", Word(check), check.name, check.says));
    }
    if (!printed.ok()) return Fail(printed.error());
  }
  return healthy ? ExitStatus::kSurvived : ExitStatus::kHarnessFailed;
}

}  // namespace shortwrite
