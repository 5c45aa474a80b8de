#include "harness/cli/findings.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <sstream>

#include "harness/base/file_bytes.h"
#include "harness/base/size_text.h"
#include "harness/cli/options.h"
#include "harness/oracle/digest.h"

namespace shortwrite {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kFirstLine = "shortwrite-schedule 1";
constexpr char kSuffix[] = ".sched";
constexpr std::string_view kPayloadKey = "# payload: ";

// Comment lines end at the first newline, whatever the command holds.
std::string OneLine(std::string text) {
  std::replace_if(
      text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < ' '; }, ' ');
  return text;
}

// What PayloadWords gave; anything else is no payload.
std::optional<TrialPayload> ParsePayloadWords(const std::string& text) {
  std::istringstream words(text);
  TrialPayload payload;
  for (std::string name, value; words >> name >> value;) {
    if (name == "--bytes") {
      const Result<uint64_t> bytes = ParseSize(value);
      if (!bytes.ok() || bytes.value() == 0 || bytes.value() > kPayloadBytesMax) return {};
      payload.bytes = bytes.value();
    } else if (name == "--text" && value == kPayloadTexts[1]) {
      payload.text = PayloadText::kUtf8;
    } else {
      return {};
    }
  }
  return payload.bytes == 0 ? std::nullopt : std::optional(payload);
}

}  // namespace

std::string FindingText(const Finding& finding) {
  const std::string payload =
      finding.payload
          ? fmt::format("{}{}\n", kPayloadKey, fmt::join(PayloadWords(*finding.payload), " "))
          : "";
  return fmt::format("{}\n# verdict: {}\n# command: {}\n{}{}\n", kFirstLine, finding.verdict,
                     OneLine(finding.command), payload, ToText(finding.schedule));
}

Result<Finding> ParseFinding(std::string_view text, const std::string& path) {
  Finding finding;
  Schedule& schedule = finding.schedule;
  size_t number = 0;
  while (!text.empty()) {
    const size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (++number == 1) {
      if (line == kFirstLine) continue;
      return UsageError(
          fmt::format("{}:1: not a schedule of this version; its first line must be "
                      "'{}'",
                      path, kFirstLine));
    }
    if (line.starts_with(kPayloadKey)) {
      finding.payload = ParsePayloadWords(std::string(line.substr(kPayloadKey.size())));
    }
    if (line.starts_with('#')) continue;
    // Line by line, so that an error can name its line.
    Result<Schedule> steps = ParseSchedule(line);
    if (!steps.ok()) {
      return UsageError(fmt::format("{}:{}: {}", path, number, steps.error().message));
    }
    if (steps.value().full) schedule.full = steps.value().full;
    for (Step& step : steps.value().steps) schedule.steps.push_back(std::move(step));
    if (schedule.steps.size() > kScheduleStepsMax) {
      return UsageError(fmt::format("{}:{}: more than {} steps; use ranges such as 3-7", path,
                                    number, kScheduleStepsMax));
    }
  }
  if (number == 0)
    return UsageError(fmt::format("{}: empty; it must start with '{}'", path, kFirstLine));
  return finding;
}

Result<Finding> ReadFinding(const std::string& path) {
  Result<FileBytes> bytes = FileBytes::Read(path);
  if (!bytes.ok()) return UsageError(bytes.error().message);
  return ParseFinding(bytes.value().view(), path);
}

Result<std::string> SaveFinding(const std::string& directory, const Finding& finding) {
  const std::string text = FindingText(finding);
  Result<Digest> digest = DigestBytes(text);
  if (!digest.ok()) return digest.error();
  std::error_code error;
  fs::create_directories(directory, error);
  if (error) return HarnessError(fmt::format("create '{}': {}", directory, error.message()));
  constexpr size_t kNameDigits = 16;
  const std::string path =
      fmt::format("{}/{}{}", directory, digest.value().md5.substr(0, kNameDigits), kSuffix);
  const std::string temporary = fmt::format("{}.{}", path, getpid());
  if (Status written = WriteFile(temporary, text); !written.ok()) return written.error();
  if (rename(temporary.c_str(), path.c_str()) != 0) {
    return ErrnoError(fmt::format("rename '{}'", temporary), errno);
  }
  return path;
}

Result<std::vector<KeptSchedule>> ReadFindings(const std::string& directory) {
  std::vector<std::string> paths;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(directory, error)) {
    if (entry.path().extension() == kSuffix) paths.push_back(entry.path().string());
  }
  std::sort(paths.begin(), paths.end());
  std::vector<KeptSchedule> kept;
  for (const std::string& path : paths) {
    Result<Finding> finding = ReadFinding(path);
    if (!finding.ok()) return finding.error();
    if (finding.value().schedule.empty()) continue;
    kept.push_back({std::move(finding.value().schedule), finding.value().payload,
                    fs::path(path).filename().string()});
  }
  return kept;
}

}  // namespace shortwrite
