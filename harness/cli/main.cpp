// The program's table of contents.
#include <exception>
#include <variant>

#include "harness/cli/check_command.h"
#include "harness/cli/command_output.h"
#include "harness/cli/compare_command.h"
#include "harness/cli/doctor_command.h"
#include "harness/cli/explain_command.h"
#include "harness/cli/init_command.h"
#include "harness/cli/options.h"
#include "harness/cli/project_command.h"
#include "harness/cli/replay_command.h"
#include "harness/cli/report_command.h"
#include "harness/cli/run_command.h"
#include "harness/cli/verify_command.h"
#include "harness/cli/write_command.h"
#include "harness/trial/supervisor.h"

namespace shortwrite {
namespace {

struct Execute {
  const char* program;

  int operator()(const PrintOptions& options) const {
    const Status printed = PrintOutput(options.text);
    return printed.ok() ? 0 : static_cast<int>(Fail(printed.error()));
  }
  int operator()(const CheckOptions& options) const {
    return RunSupervised(Session::kOwn,
                         [&] { return static_cast<int>(RunCheck(options, program)); });
  }
  int operator()(const ProjectCheckOptions& options) const {
    return RunSupervised(Session::kOwn,
                         [&] { return static_cast<int>(RunProjectCheck(options, program)); });
  }
  int operator()(const CompareOptions& options) const {
    return RunSupervised(Session::kOwn,
                         [&] { return static_cast<int>(RunCompare(options, program)); });
  }
  int operator()(const InitOptions&) const { return static_cast<int>(RunInit()); }
  int operator()(const ReplayOptions& options) const {
    return RunSupervised(Session::kOwn,
                         [&] { return static_cast<int>(RunReplayCommand(options, program)); });
  }
  int operator()(const RunOptions& options) const {
    return RunSupervised(Session::kCaller, [&] { return RunRun(options); });
  }
  int operator()(const ExplainOptions& options) const {
    return static_cast<int>(RunExplain(options));
  }
  int operator()(const DoctorOptions& options) const {
    return RunSupervised(Session::kOwn, [&] { return static_cast<int>(RunDoctor(options)); });
  }
  int operator()(const WriteOptions& options) const { return static_cast<int>(RunWrite(options)); }
  int operator()(const ReportOptions& options) const {
    return static_cast<int>(RunReport(options));
  }
  int operator()(const VerifyOptions& options) const {
    return static_cast<int>(RunVerify(options));
  }
};

}  // namespace
}  // namespace shortwrite

// Expected errors are values; what is thrown nevertheless (no memory) is our failure, not a
// verdict.
int main(int argc, char** argv) {
  using namespace shortwrite;  // NOLINT(google-build-using-namespace)
  try {
    const Result<Options> options = ParseOptions(argc, argv);
    if (!options.ok()) return static_cast<int>(Fail(options.error()));
    return std::visit(Execute{argc > 0 ? argv[0] : "shortwrite"}, options.value());
  } catch (const std::exception& error) {
    return static_cast<int>(Fail(HarnessError(error.what())));
  }
}
