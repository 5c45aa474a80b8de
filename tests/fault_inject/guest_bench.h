// Runs one guest under a backend and shows everything that can be seen of it from outside.
//
// Deliberately below ExecRunner: region, environment and spawn only, so that a failure here points
// at the backend. One run at a time.
#pragma once

#include <gtest/gtest.h>
#include <sys/types.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "fault_inject/syscall/tracer.h"
#include "harness/trial/shared_region.h"
#include "harness/trial/trial_runner.h"
#include "harness/trial/workspace.h"

namespace shortwrite {

enum class StdoutKind { kFile, kPipe, kStreamSocket, kDatagramSocket };

struct GuestRequest {
  std::string guest;                        // a name below guests/, or an absolute path
  std::vector<std::string> arguments = {};  // {out}, {payload}, {guests} are replaced
  std::string schedule = "";                // text; empty: a control
  std::string payload = "";                 // empty: the letters
  ProfileName profile = ProfileName::kPosix;
  StdoutKind stdout_kind = StdoutKind::kFile;
  bool stderr_is_stdout = false;
  bool full_trace = true;
  bool gives_up = false;                      // ends a guest that does not end by itself
  uint32_t region_version = 0;                // 0: the one that the library knows
  std::vector<std::string> environment = {};  // added to the trial's
};

struct GuestRun {
  int exit_status = -1;  // -1: killed by signal
  int signal = 0;
  std::string out;                  // what arrived at stdout
  std::string error;                // and at stderr
  std::optional<std::string> file;  // {out}, if it is there
  Observation observation;          // touched, calls and counters
};

// Which backend the guests run under, and the libc that they are built for.
struct Bench {
  Backend backend;
  const char* libc;      // "glibc", "musl", "static": glibc without a loader
  bool filtered = true;  // false: a tracer that stops at every system call
};
void PrintTo(const Bench& bench, std::ostream* os);

class GuestTest : public testing::TestWithParam<Bench> {
 protected:
  void SetUp() override;
  GuestRun Run(const GuestRequest& request);
  // Runs, and expects exit status 0 and silence on stderr.
  GuestRun RunClean(const GuestRequest& request);

  bool IsMusl() const { return GetParam().libc[0] == 'm'; }
  bool IsStatic() const { return GetParam().libc[0] == 's'; }
  bool IsTraced() const { return GetParam().backend == Backend::kSyscall; }
  static constexpr char kLetters[] = "abcdefghijklmnopqrstuvwxyz";

 private:
  std::string Replaced(std::string text) const;
  pid_t Spawn(const GuestRequest& request, int out, int error);

  std::optional<Workspace> workspace_;
  std::optional<SharedRegion> region_;
  std::unique_ptr<fault_inject::Tracer> tracer_;
  FileIdentity dir_;
};

inline constexpr Bench kPreloadBenches[] = {{Backend::kPreload, "glibc"},
                                            {Backend::kPreload, "musl"}};
inline constexpr Bench kTracerBenches[] = {{Backend::kSyscall, "glibc"},
                                           {Backend::kSyscall, "musl"},
                                           {Backend::kSyscall, "static"},
                                           {Backend::kSyscall, "glibc", false}};
inline constexpr Bench kAllBenches[] = {kPreloadBenches[0], kPreloadBenches[1], kTracerBenches[0],
                                        kTracerBenches[1],  kTracerBenches[2],  kTracerBenches[3]};
std::string BenchName(const testing::TestParamInfo<Bench>& info);  // "tracer_musl"

#define SHORTWRITE_FOR_BENCHES(suite, benches) \
  INSTANTIATE_TEST_SUITE_P(Guests, suite, testing::ValuesIn(benches), BenchName)
#define SHORTWRITE_FOR_BOTH_LIBCS(suite) SHORTWRITE_FOR_BENCHES(suite, kPreloadBenches)
#define SHORTWRITE_FOR_ALL_BENCHES(suite) SHORTWRITE_FOR_BENCHES(suite, kAllBenches)

}  // namespace shortwrite
