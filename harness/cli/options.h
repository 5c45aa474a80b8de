// The command line as values. Parsing alone: nothing is opened, nothing is run.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "harness/base/result.h"
#include "harness/campaign/sweep.h"
#include "harness/cli/doctor_command.h"
#include "harness/cli/explain_command.h"
#include "harness/cli/progress.h"
#include "harness/cli/report_options.h"
#include "harness/cli/settings.h"
#include "harness/cli/verify_command.h"
#include "harness/cli/write_command.h"
#include "harness/oracle/judge.h"
#include "harness/project/project_file.h"
#include "harness/report/style.h"
#include "harness/schedule/schedule.h"
#include "harness/trial/shared_region.h"
#include "harness/trial/sink.h"
#include "harness/trial/trial_runner.h"
#include "harness/writer/trial_payload.h"

namespace shortwrite {

// What check, replay and run have in common.
struct TargetOptions {
  std::vector<std::string> command;
  ProfileName profile = ProfileName::kPosix;
  std::string profile_text = "posix";
  SinkSettings sink;
  std::optional<Backend> backend;  // none: whichever sees every byte
  bool snapshots = false;          // trials of a sweep and search may run in clones
  std::optional<std::string> payload_file;
  TrialPayload payload;                 // unless payload_file is set
  bool payload_size_is_asked = false;   // or is the default
  std::string stdin_text;               // "", "payload", or a file
  std::optional<std::string> existing;  // a size or a file
  std::optional<std::chrono::milliseconds> timeout;
  bool reference_is_control = false;
  Contract contract = Contract::kTransparent;
  std::optional<std::string> judge;  // a shell command, in place of comparing bytes
  bool json = false;
  bool quiet = false;
  ColourWish color = ColourWish::kAuto;
  // The options that a replay of a finding must repeat, as words; those that make the payload
  // apart, for a finding may have another.
  std::vector<std::string> replay_words;
  std::vector<std::string> payload_words;
  std::string directory = {};  // where the command runs, if that is not the caller's
};

// Larger ones are not for trials.
inline constexpr uint64_t kPayloadBytesMax = uint64_t{1} << 30;

// --text and --bytes, as they would have to be typed.
std::vector<std::string> PayloadWords(const TrialPayload& payload);

struct CheckOptions {
  TargetOptions target;
  FaultSet faults;
  bool real_shortage = false;  // --sink full
  uint32_t trials_max = 500;
  std::chrono::milliseconds time{30000};
  uint64_t seed = 1;
  uint32_t depth = 2;
  uint32_t jobs = 1;
  ProgressWish progress = ProgressWish::kAuto;
  std::string corpus;  // empty: none
  std::string name;    // of the target, for its findings; empty: that of the program
  std::vector<Suppression> suppressions;  // those of this target
  std::vector<ReportFile> reports;
  // The options of check alone that change what is tried, as words, for its reports.
  std::vector<std::string> words;
};

// check without a command: targets of the project file, which is looked for when it is run.
struct ProjectCheckOptions {
  LayeredOptions layered;
  std::vector<ReportFile> reports;
};

struct InitOptions {};

// Columns of the matrix: targets of the project file, or commands for a shell.
struct CompareOptions {
  LayeredOptions layered;
  std::vector<std::string> targets;
  std::vector<std::string> commands;
  std::string markdown;  // files; empty: none
  std::string csv;
  std::string html;
};

struct ReplayOptions {
  TargetOptions target;
  std::optional<std::string> schedule_text;  // else schedule_file
  std::string schedule_file;
  std::vector<ReportFile> reports;
};

struct RunOptions {
  TargetOptions target;
  Schedule schedule;
  std::optional<std::string> dir;  // what {dir} is; default: a private one
};

// What is printed without doing anything: help, version.
struct PrintOptions {
  std::string text;
};

using Options = std::variant<PrintOptions, CheckOptions, ProjectCheckOptions, ReplayOptions,
                             RunOptions, WriteOptions, VerifyOptions, ReportOptions, InitOptions,
                             CompareOptions, ExplainOptions, DoctorOptions>;

// What check does with these options, which need not have been typed. Errors begin with the name of
// the option that they are about, where there is one: "--trials: ...".
Result<CheckOptions> ParseCheck(const RawOptions& raw, std::vector<std::string> command);

// Errors: usage (2), or unavailable (77) for a backend or sink that this build lacks.
Result<Options> ParseOptions(int argc, const char* const* argv);

}  // namespace shortwrite
