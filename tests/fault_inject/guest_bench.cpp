#include "tests/fault_inject/guest_bench.h"

#include <fcntl.h>
#include <linux/close_range.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstddef>
#include <ostream>

#include "fault_inject/protocol.h"
#include "harness/base/file_bytes.h"
#include "harness/schedule/schedule.h"
#include "harness/trial/process_tree.h"
#include "harness/trial/spawn.h"
#include "harness/trial/target.h"
#include "harness/trial/traced_children.h"
#include "harness/trial/validate_trace.h"

namespace shortwrite {
namespace {

// Far beyond what any guest needs; it only keeps a guest that hangs from outliving its test.
constexpr int kWatchdogMs = 60000;
// After this a guest that does not end by itself is given up.
constexpr std::chrono::milliseconds kEnough{50};

struct StreamEnds {
  UniqueFd reader;  // of our side; none for files
  UniqueFd writer;  // of the guest's side
};

StreamEnds OpenStdout(StdoutKind kind, const std::string& path) {
  int ends[2] = {-1, -1};
  switch (kind) {
    case StdoutKind::kFile:
      ends[1] = open(path.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
      break;
    case StdoutKind::kPipe:
      EXPECT_EQ(pipe2(ends, O_CLOEXEC), 0);
      break;
    case StdoutKind::kStreamSocket:
      EXPECT_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
      break;
    case StdoutKind::kDatagramSocket:
      EXPECT_EQ(socketpair(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0, ends), 0);
      break;
  }
  return {UniqueFd(ends[0]), UniqueFd(ends[1])};
}

// What lies in a pipe or socket whose writer has ended.
std::string Drain(int fd) {
  std::string bytes;
  fcntl(fd, F_SETFL, O_NONBLOCK);
  char block[65536];
  for (ssize_t n; (n = read(fd, block, sizeof(block))) > 0;) {
    bytes.append(block, static_cast<size_t>(n));
  }
  return bytes;
}

void RecordEnd(int status, GuestRun& run) {
  if (WIFEXITED(status)) run.exit_status = WEXITSTATUS(status);
  if (WIFSIGNALED(status)) run.signal = WTERMSIG(status);
}

void AwaitUntraced(pid_t pid, GuestRun& run) {
  const UniqueFd pidfd(static_cast<int>(syscall(SYS_pidfd_open, pid, 0)));
  pollfd waiting = {pidfd.get(), POLLIN, 0};
  if (poll(&waiting, 1, kWatchdogMs) != 1) {
    ADD_FAILURE() << "the guest hangs";
    kill(-pid, SIGKILL);
  }
  int status = 0;
  EXPECT_EQ(waitpid(pid, &status, 0), pid);
  RecordEnd(status, run);
}

// Also for those that the guest leaves behind: nobody else would work on their calls.
void AwaitTraced(fault_inject::Tracer& tracer, pid_t pid, bool gives_up, GuestRun& run) {
  const std::chrono::milliseconds watchdog(kWatchdogMs);
  TracedChildren children(tracer);
  TargetEnd end;
  if (gives_up) {
    EXPECT_FALSE(children.WaitFor(pid, kEnough, end));
    EXPECT_EQ(kill(pid, SIGKILL), 0);
  }
  if (!children.WaitFor(pid, watchdog, end)) {
    ADD_FAILURE() << "the guest hangs";
    KillDescendants();
    return;
  }
  if (end.kind == TargetEnd::Kind::kExited) run.exit_status = end.number;
  if (end.kind == TargetEnd::Kind::kSignaled) run.signal = end.number;
  if (children.Linger(watchdog)) {
    ADD_FAILURE() << "the guest left somebody who hangs";
    KillDescendants();
  }
}

// As a harness of another version would have written it.
void WriteVersion(const std::string& path, uint32_t version) {
  const UniqueFd fd(open(path.c_str(), O_RDWR | O_CLOEXEC));
  EXPECT_EQ(
      pwrite(fd.get(), &version, sizeof(version), offsetof(fault_inject::RegionHeader, version)),
      static_cast<ssize_t>(sizeof(version)));
}

std::string Content(const std::string& path) {
  const Result<FileBytes> bytes = FileBytes::Read(path);
  return bytes.ok() ? std::string(bytes.value().view()) : "";
}

}  // namespace

std::string BenchName(const testing::TestParamInfo<Bench>& info) {
  std::string name = info.param.backend == Backend::kPreload ? "preload_" : "tracer_";
  if (!info.param.filtered) name += "unfiltered_";
  return name + info.param.libc;
}

void PrintTo(const Bench& bench, std::ostream* os) {
  *os << BenchName({bench, 0});
}

void GuestTest::SetUp() {
  if (IsMusl() && !SHORTWRITE_HAS_MUSL) {
    GTEST_SKIP() << "musl-gcc is missing: install musl-tools and configure again";
  }
  if (IsTraced()) {
    const std::string why_not = fault_inject::Tracer::WhyUnavailable();
    if (!why_not.empty()) GTEST_SKIP() << why_not;
    // Those that a guest leaves behind come to us.
    ASSERT_EQ(prctl(PR_SET_CHILD_SUBREAPER, 1), 0);
  }
  // Whoever started the tests may have left descriptors open; guests count theirs.
  ASSERT_EQ(close_range(3, ~0u, CLOSE_RANGE_CLOEXEC), 0);
  Result<Workspace> workspace = Workspace::Create(1 << 20);
  ASSERT_TRUE(workspace.ok()) << workspace.error().message;
  workspace_.emplace(std::move(workspace).value());
  Result<SharedRegion> region = SharedRegion::Create(workspace_->region());
  ASSERT_TRUE(region.ok()) << region.error().message;
  region_.emplace(std::move(region).value());
  using fault_inject::Tracer;
  const auto stops =
      GetParam().filtered ? Tracer::Stops::kFiltered : Tracer::Stops::kEverySystemCall;
  if (IsTraced()) tracer_ = std::make_unique<Tracer>(region_->region(), stops);
}

std::string GuestTest::Replaced(std::string text) const {
  const std::pair<std::string, std::string> replacements[] = {
      {"{out}", workspace_->dir() + "/out"},
      {"{payload}", workspace_->payload()},
      {"{guests}", std::string(SHORTWRITE_GUEST_DIR "/") + GetParam().libc}};
  for (const auto& [placeholder, value] : replacements) {
    const size_t at = text.find(placeholder);
    if (at != std::string::npos) text.replace(at, placeholder.size(), value);
  }
  return text;
}

pid_t GuestTest::Spawn(const GuestRequest& request, int out, int error) {
  const std::string program =
      request.guest.starts_with('/') ? request.guest : Replaced("{guests}/" + request.guest);
  std::vector<std::string> command = {program};
  for (const std::string& argument : request.arguments) command.push_back(Replaced(argument));
  std::vector<std::string> environment = TrialEnvironment(
      IsTraced() ? "" : SHORTWRITE_PRELOAD_LIBRARY, region_->path(), workspace_->dir());
  for (const std::string& entry : request.environment) environment.push_back(entry);
  const UniqueFd in(open("/dev/null", O_RDONLY | O_CLOEXEC));
  constexpr bool kOwnProcessGroup = true;
  const Result<pid_t> pid = SpawnTarget({program, command, environment, in.get(), out,
                                         request.stderr_is_stdout ? out : error, kOwnProcessGroup},
                                        tracer_.get());
  EXPECT_TRUE(pid.ok()) << pid.error().message;
  return pid.ok() ? pid.value() : -1;
}

GuestRun GuestTest::Run(const GuestRequest& request) {
  GuestRun run;
  const std::string out_path = workspace_->base() + "/stdout";
  const std::string error_path = workspace_->base() + "/stderr";
  StreamEnds out = OpenStdout(request.stdout_kind, out_path);
  StreamEnds error = OpenStdout(StdoutKind::kFile, error_path);
  const RegionSettings settings = {.profile = request.profile,
                                   .dir = workspace_->dir(),
                                   .dir_identity = workspace_->EmptyDir().value(),
                                   .stdout_identity = Identify(out.writer.get()).value(),
                                   .stderr_shares_stdout = request.stderr_is_stdout,
                                   .full_trace = request.full_trace};
  const Result<Schedule> schedule = ParseSchedule(request.schedule);
  EXPECT_TRUE(schedule.ok()) << schedule.error().message;
  EXPECT_TRUE(region_->Prepare(settings, schedule.value()).ok());
  const std::string payload = request.payload.empty() ? kLetters : request.payload;
  EXPECT_TRUE(WriteFile(workspace_->payload(), payload).ok());
  if (request.region_version != 0) WriteVersion(region_->path(), request.region_version);
  const pid_t pid = Spawn(request, out.writer.get(), error.writer.get());
  if (pid < 0) return run;
  if (IsTraced()) {
    AwaitTraced(*tracer_, pid, request.gives_up, run);
  } else {
    AwaitUntraced(pid, run);
  }
  region_->ReadInto(run.observation);
  const TraceContext context = {schedule.value(), request.profile,
                                request.full_trace || schedule.value().empty()};
  for (const std::string& broken : ValidateTrace(context, run.observation)) ADD_FAILURE() << broken;
  run.out = out.reader.valid() ? Drain(out.reader.get()) : Content(out_path);
  run.error = Content(error_path);
  const std::string file = workspace_->dir() + "/out";
  if (access(file.c_str(), F_OK) == 0) run.file = Content(file);
  return run;
}

GuestRun GuestTest::RunClean(const GuestRequest& request) {
  GuestRun run = Run(request);
  EXPECT_EQ(run.exit_status, 0) << "signal " << run.signal;
  EXPECT_EQ(run.error, "");
  EXPECT_GE(run.observation.attached, 1u) << "the backend was not at work";
  EXPECT_EQ(run.observation.trace_dropped, 0u);
  return run;
}

}  // namespace shortwrite
