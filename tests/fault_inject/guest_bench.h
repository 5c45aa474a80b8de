// Runs one guest under the library and shows everything that can be seen of it from outside.
//
// Deliberately below ExecRunner: region, environment and spawn only, so that a failure here points
// at the library. One run at a time.
#pragma once

#include <gtest/gtest.h>
#include <sys/types.h>

#include <optional>
#include <string>
#include <vector>

#include "harness/trial/shared_region.h"
#include "harness/trial/workspace.h"

namespace shortwrite {

enum class StdoutKind { kFile, kPipe, kStreamSocket, kDatagramSocket };

struct GuestRequest {
  std::string guest;                        // a name below guests/, or an absolute path
  std::vector<std::string> arguments = {};  // {out}, {payload}, {guests} are replaced
  std::string schedule = "";                // text; empty: a control
  ProfileName profile = ProfileName::kPosix;
  StdoutKind stdout_kind = StdoutKind::kFile;
  bool stderr_is_stdout = false;
  bool full_trace = true;
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

// The parameter is the libc that the guests are built for: "glibc" or "musl".
class GuestTest : public testing::TestWithParam<const char*> {
 protected:
  void SetUp() override;
  GuestRun Run(const GuestRequest& request);
  // Runs, and expects exit status 0 and silence on stderr.
  GuestRun RunClean(const GuestRequest& request);

  bool IsMusl() const { return GetParam()[0] == 'm'; }
  static constexpr char kLetters[] = "abcdefghijklmnopqrstuvwxyz";

 private:
  std::string Replaced(std::string text) const;
  pid_t Spawn(const GuestRequest& request, int out, int error);

  std::optional<Workspace> workspace_;
  std::optional<SharedRegion> region_;
  FileIdentity dir_;
};

#define SHORTWRITE_FOR_BOTH_LIBCS(suite)                                  \
  INSTANTIATE_TEST_SUITE_P(Libc, suite, testing::Values("glibc", "musl"), \
                           [](const auto& libc) { return std::string(libc.param); })

}  // namespace shortwrite
