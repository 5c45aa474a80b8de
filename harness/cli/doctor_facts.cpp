#include "harness/cli/doctor_facts.h"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "harness/oracle/digest.h"
#include "harness/trial/elf_file.h"
#include "harness/trial/exec_runner.h"
#include "harness/trial/target.h"
#include "harness/trial/workspace.h"

namespace shortwrite {
namespace {

namespace fs = std::filesystem;

TriedPart TryLibrary() {
  const Result<std::string> library = FindPreloadLibrary();
  return {library.ok(), library.ok() ? library.value() : library.error().message};
}

TriedPart TryMd5() {
  const bool available = IsMd5Available();
  return {available, available ? "" : Md5::Create().error().message};
}

// The proof of the pudding: a real trial of a program that every system has.
TriedPart TryInjection() {
  Result<Workspace> workspace = Workspace::Create(0);
  if (!workspace.ok()) return {false, workspace.error().message};
  TrialSettings settings;
  settings.target.command = {"sh", "-c", "cat /proc/self/comm"};
  Result<ExecRunner> runner = ExecRunner::Create(std::move(settings), std::move(workspace).value());
  if (!runner.ok()) return {false, runner.error().message};
  const Result<Observation> observation = runner.value().Run({});
  if (!observation.ok()) return {false, observation.error().message};
  if (observation.value().attached > 0) return {true, "attaches to dynamic programs"};
  return {false,
          "the loader ignored LD_PRELOAD; it does so for setuid programs, and where a security "
          "module scrubs the environment"};
}

// Opened as a trial would, so that what is said is so.
TriedPart TrySink(SinkKind kind) {
  const SinkSettings sink = {.kind = kind, .nonblock = true, .slow = true};
  const Result<SinkEnds> ends = OpenSink(sink, "");
  return {ends.ok(), ends.ok() ? "opens" : ends.error().message};
}

PlaceFacts LookAtPlace(const std::string& path) {
  std::error_code error;
  const fs::space_info space = fs::space(path, error);
  if (error) return {};
  return {path, space.available};
}

std::string Disk() {
  const char* const asked = getenv("TMPDIR");
  return asked == nullptr || *asked == '\0' ? "/tmp" : asked;
}

// -1 where it cannot be read.
int NumberIn(const std::string& path) {
  std::ifstream file(path);
  int number = -1;
  return file >> number ? number : -1;
}

// "Seccomp: 2" in /proc/self/status.
bool IsUnderSeccomp() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("Seccomp:")) return line.find('2') != std::string::npos;
  }
  return false;
}

std::string FirstBytes(const std::string& path) {
  std::string bytes(256, '\0');  // as much as the kernel reads (BINPRM_BUF_SIZE)
  std::ifstream file(path, std::ios::binary);
  file.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  bytes.resize(static_cast<size_t>(file.gcount()));
  return bytes;
}

ProgramFacts LookAtProgram(const std::string& path) {
  ProgramFacts facts;
  facts.path = path;
  struct stat state = {};
  if (stat(path.c_str(), &state) != 0) return facts;
  facts.directory = S_ISDIR(state.st_mode);
  facts.executable = !facts.directory && access(path.c_str(), X_OK) == 0;
  facts.privileged = (state.st_mode & (S_ISUID | S_ISGID)) != 0 && geteuid() != 0;
  if (facts.directory) return facts;
  const std::optional<ElfFile> elf = ReadElfFile(path);
  facts.elf = elf.has_value();
  if (!elf) {
    facts.shebang = InterpreterOf(FirstBytes(path));
    return facts;
  }
  facts.native = elf->native;
  facts.narrow = elf->narrow;
  facts.interpreted = elf->interpreted;
  facts.loader = elf->loader;
  facts.loader_there = access(elf->loader.c_str(), X_OK) == 0;
  facts.go = elf->go;
  facts.sanitizer = SanitizerRuntime(path);
  return facts;
}

}  // namespace

MachineFacts LookAtMachine() {
  MachineFacts facts;
  facts.library = TryLibrary();
  facts.workspace = DescribeWorkspacePlace(kRoomBytes);
  facts.memory = LookAtPlace("/dev/shm");
  facts.disk = LookAtPlace(Disk());
  facts.md5 = TryMd5();
  facts.fips = NumberIn("/proc/sys/crypto/fips_enabled") == 1;
  facts.injection = TryInjection();
  facts.why_no_trace = WhyNotTraceable();
  facts.yama_scope = NumberIn("/proc/sys/kernel/yama/ptrace_scope");
  facts.has_seccomp = IsUnderSeccomp();
  for (const SinkKind kind : {SinkKind::kPipe, SinkKind::kSocket, SinkKind::kPty}) {
    facts.sinks.emplace_back(kSinkWords[static_cast<size_t>(kind)], TrySink(kind));
  }
  return facts;
}

TargetFacts LookAtTarget(const std::string& name) {
  TargetFacts facts;
  facts.name = name;
  facts.why_no_trace = WhyNotTraceable();
  const Result<std::string> found = FindProgram(name);
  if (!found.ok() && (name.find('/') == std::string::npos || access(name.c_str(), F_OK) != 0)) {
    facts.not_found = found.error().message;
    return facts;
  }
  facts.program = LookAtProgram(found.ok() ? found.value() : name);
  facts.is_script = !facts.program.elf && facts.program.executable;
  if (facts.program.shebang.empty()) return facts;
  const Result<std::string> interpreter = FindProgram(facts.program.shebang);
  if (interpreter.ok()) {
    facts.interpreter = LookAtProgram(interpreter.value());
  } else {
    facts.interpreter_missing = interpreter.error().message;
  }
  return facts;
}

std::string InterpreterOf(std::string_view first_bytes) {
  if (!first_bytes.starts_with("#!")) return "";
  std::istringstream line(std::string(first_bytes.substr(2, first_bytes.find('\n') - 2)));
  std::string interpreter;
  line >> interpreter;
  if (fs::path(interpreter).filename() != "env") return interpreter;
  // Its options, and variables that it sets, stand before the name.
  for (std::string word; line >> word;) {
    if (!word.starts_with('-') && word.find('=') == std::string::npos) return word;
  }
  return interpreter;
}

}  // namespace shortwrite
