#include "harness/trial/judge_command.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <vector>

#include "harness/base/file_bytes.h"
#include "harness/base/unique_fd.h"
#include "harness/trial/observation.h"
#include "harness/trial/spawn.h"
#include "harness/trial/untraced_children.h"
#include "harness/trial/watch.h"

namespace shortwrite {
namespace {

namespace fs = std::filesystem;

constexpr char kShell[] = "/bin/sh";
constexpr char kNameVariable[] = "SHORTWRITE_OUTPUT=";
constexpr size_t kLastWordsMax = 200;

// Ours, less what belongs to targets: a library that changes writes would change the answer.
std::vector<std::string> JudgeEnvironment(const std::string& name) {
  std::vector<std::string> environment;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view text = *entry;
    if (text.starts_with("LD_PRELOAD=") || text.starts_with("SHORTWRITE_")) continue;
    environment.emplace_back(text);
  }
  environment.push_back(kNameVariable + name);
  return environment;
}

// The file keeps its own name, by whose end many programs tell what it holds.
Result<std::string> Place(const std::string& directory, const std::string& name,
                          std::string_view bytes) {
  std::error_code error;
  fs::create_directories(directory, error);
  if (error) return ErrnoError(fmt::format("create '{}'", directory), error.value());
  std::string path = directory + '/' + fs::path(name).filename().string();
  if (Status written = WriteFile(path, bytes); !written.ok()) return written.error();
  return path;
}

std::string LastWords(const std::string& path) {
  const Result<FileBytes> words = FileBytes::Read(path);
  if (!words.ok()) return "";
  std::string_view text = words.value().view();
  while (text.ends_with('\n')) text.remove_suffix(1);
  const size_t newline = text.rfind('\n');
  if (newline != std::string_view::npos) text.remove_prefix(newline + 1);
  return std::string(text.substr(0, kLastWordsMax));
}

}  // namespace

struct JudgeCommand::End {
  TargetEnd end;
  std::string words;
};

JudgeCommand::JudgeCommand(std::string command, std::string directory,
                           std::chrono::milliseconds timeout)
    : command_(std::move(command)), directory_(std::move(directory)), timeout_(timeout) {}

Result<JudgeCommand::End> JudgeCommand::Run(const std::string& name, const std::string& output,
                                            const std::string& reference) const {
  const std::string words = directory_ + "/words";
  const UniqueFd in(open("/dev/null", O_RDONLY | O_CLOEXEC));
  const UniqueFd out(
      open(words.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0600));
  if (!in.valid() || !out.valid()) return ErrnoError("--judge: open its streams", errno);
  const std::string shell = kShell;
  const std::vector<std::string> arguments = {shell, "-c", command_, "judge", output, reference};
  Result<pid_t> pid = SpawnTarget({.program = shell,
                                   .command = arguments,
                                   .environment = JudgeEnvironment(name),
                                   .in = in.get(),
                                   .out = out.get(),
                                   .error = out.get(),
                                   .new_group = true});
  if (!pid.ok()) return pid.error();
  UntracedChildren children;
  const auto nothing = [] { return uint64_t{0}; };
  Result<WatchedEnd> watched = Watch(pid.value(), children, WatchLimits::Unlimited(timeout_),
                                     {.progress = nothing, .output_bytes = nothing});
  if (!watched.ok()) return watched.error();
  return End{watched.value().end, LastWords(words)};
}

Result<bool> JudgeCommand::MeansTheSame(const std::string& name, std::string_view output,
                                        std::string_view reference) const {
  Result<std::string> output_path = Place(directory_ + "/output", name, output);
  if (!output_path.ok()) return output_path.error();
  Result<std::string> reference_path = Place(directory_ + "/reference", name, reference);
  if (!reference_path.ok()) return reference_path.error();
  Result<End> ran = Run(name, output_path.value(), reference_path.value());
  std::error_code gone;  // the command may have removed them itself
  fs::remove(output_path.value(), gone);
  fs::remove(reference_path.value(), gone);
  if (!ran.ok()) return ran.error();
  const TargetEnd& end = ran.value().end;
  if (end == TargetEnd{TargetEnd::Kind::kExited, 0}) return true;
  if (end == TargetEnd{TargetEnd::Kind::kExited, 1}) return false;
  return HarnessError(fmt::format(
      "--judge '{}' must exit with 0 or 1, but over {} it ended: {}{}{}", command_, name,
      ToText(end), ran.value().words.empty() ? "" : "; its last words: ", ran.value().words));
}

}  // namespace shortwrite
