#include "tests/properties/under_shim.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cassert>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <string_view>
#include <vector>

#include "harness/trial/spawn.h"
#include "harness/trial/target.h"
#include "harness/trial/workspace.h"

namespace shortwrite {
namespace {

constexpr char kBaseVariable[] = "SHORTWRITE_TEST_BASE";
UnderShim* shim = nullptr;

int Fail(const std::string& message) {
  fprintf(stderr, "FAILED before any test: %s\n", message.c_str());
  return 1;
}

// gcc's sanitizers refuse to start unless their runtime stands before every other library.
std::string Preload() {
  const std::string runtime = SHORTWRITE_SANITIZER_RUNTIME;
  return (runtime.empty() ? "" : runtime + ":") + SHORTWRITE_PRELOAD_LIBRARY;
}

// The first process: prepares, starts the second one, and cleans up after it.
int Launch(int argc, char** argv) {
  Result<Workspace> workspace = Workspace::Create(64 << 20);
  if (!workspace.ok()) return Fail(workspace.error().message);
  const std::string& base = workspace.value().base();
  const Result<FileIdentity> dir = workspace.value().EmptyDir();
  const Result<SharedRegion> region = SharedRegion::Create(workspace.value().region());
  if (!dir.ok() || !region.ok()) return Fail("cannot prepare " + base);

  std::vector<std::string> environment =
      TrialEnvironment(Preload(), region.value().path(), workspace.value().dir());
  environment.push_back(std::string(kBaseVariable) + "=" + base);
  const std::string self = "/proc/self/exe";
  const std::vector<std::string> command(argv, argv + argc);
  constexpr bool kOwnProcessGroup = false;
  const Result<pid_t> pid = SpawnTarget(
      {self, command, environment, STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO, kOwnProcessGroup});
  if (!pid.ok()) return Fail(pid.error().message);
  int status = 0;
  while (waitpid(pid.value(), &status, 0) < 0 && errno == EINTR) {
  }
  if (WIFEXITED(status)) return WEXITSTATUS(status);
  return Fail("killed by signal " + std::to_string(WTERMSIG(status)));
}

bool IsAttached(const SharedRegion& region) {
  Observation observation;
  region.ReadInto(observation);
  return observation.attached > 0;
}

}  // namespace

UnderShim::UnderShim(std::string base, SharedRegion region)
    : base_(std::move(base)), dir_(base_ + "/dir"), region_(std::move(region)) {
  const UniqueFd fd(open(dir_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  dir_identity_ = Identify(fd.get()).value();
}

void UnderShim::Install(const Schedule& schedule, ProfileName profile, int stream) {
  RegionSettings settings = {.profile = profile,
                             .dir = dir_,
                             .dir_identity = dir_identity_,
                             .stdout_identity = {},
                             .stdout_is_output = stream >= 0};
  if (stream >= 0) settings.stdout_identity = Identify(stream).value();
  const Status prepared = region_.Prepare(settings, schedule);
  assert(prepared.ok());
}

Observation UnderShim::Take() {
  Observation observation;
  region_.ReadInto(observation);
  Install({}, ProfileName::kPosix);
  return observation;
}

UnderShim& Shim() {
  assert(shim != nullptr);
  return *shim;
}

int RunUnderShim(int argc, char** argv) {
  const std::vector<char*> arguments(argv, argv + argc);
  const bool lists = std::any_of(arguments.begin(), arguments.end(), [](const char* argument) {
    return std::string_view(argument).starts_with("--gtest_list_tests");
  });
  const char* const base = getenv(kBaseVariable);
  if (!lists && base == nullptr) return Launch(argc, argv);
  testing::InitGoogleTest(&argc, argv);
  if (lists) return RUN_ALL_TESTS();

  prctl(PR_SET_PDEATHSIG, SIGKILL);  // the first process may be killed at a deadline
  Result<SharedRegion> region = SharedRegion::Open(std::string(base) + "/region");
  if (!region.ok() || !IsAttached(region.value())) {
    return Fail(
        "the preload library is not in this process, so nothing would be tested; build the target "
        "shortwrite_preload, and look for a message of the loader above");
  }
  UnderShim own(base, std::move(region).value());
  shim = &own;
  return RUN_ALL_TESTS();
}

}  // namespace shortwrite
