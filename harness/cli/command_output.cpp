#include "harness/cli/command_output.h"

#include <fmt/format.h>
#include <unistd.h>

#include <nlohmann/json.hpp>

#include "harness/writer/write_all.h"

namespace shortwrite {

Status PrintOutput(std::string_view text) {
  const WriteAllResult result = WriteAll(STDOUT_FILENO, text.data(), text.size());
  if (result.complete()) return Ok();
  return ErrnoError("write to standard output", result.error_number);
}

Status PrintJson(const nlohmann::ordered_json& object) {
  // File names need not be UTF-8; the default error handler would throw.
  return PrintOutput(object.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n");
}

void PrintMessage(std::string_view text) {
  (void)WriteAll(STDERR_FILENO, text.data(), text.size());
}

ExitStatus Fail(const Error& error) {
  PrintMessage(fmt::format("shortwrite: {}\n", error.message));
  switch (error.kind) {
    case ErrorKind::kUsage:
      return ExitStatus::kUsage;
    case ErrorKind::kUnavailable:
      return ExitStatus::kUnavailable;
    case ErrorKind::kInterrupted:
      return ExitStatus::kStopped;
    case ErrorKind::kHarness:
    case ErrorKind::kUntrusted:
      break;
  }
  return ExitStatus::kHarnessFailed;
}

}  // namespace shortwrite
