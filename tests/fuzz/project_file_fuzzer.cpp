// Whatever a project file holds, reading it ends in targets that have a name and a command, or in a
// usage error that names the file, the line and the column.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "harness/project/project_file.h"

namespace {

bool HasAPlace(std::string_view message) {
  constexpr std::string_view kName = "shortwrite.toml:";
  if (!message.starts_with(kName)) return false;
  message.remove_prefix(kName.size());
  const size_t end = message.find_first_not_of("0123456789");
  return end > 0 && end != std::string_view::npos && message[end] == ':' &&
         message.find_first_not_of("0123456789", end + 1) > end + 1;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* input, size_t input_bytes) {
  const std::string_view text(reinterpret_cast<const char*>(input), input_bytes);
  const auto file = shortwrite::ParseProject(text, shortwrite::kProjectFileName);
  if (!file.ok()) {
    if (file.error().kind != shortwrite::ErrorKind::kUsage) abort();
    if (!HasAPlace(file.error().message)) abort();
    return 0;
  }
  if (file.value().targets.empty()) abort();
  for (const shortwrite::ProjectTarget& target : file.value().targets) {
    if (target.name.empty() || target.name.find('/') != std::string::npos) abort();
    if (target.command.empty() || target.command.front().empty()) abort();
  }
  for (const shortwrite::Suppression& suppression : file.value().suppressions) {
    if (suppression.reason.empty()) abort();
    if (suppression.signature.empty() && suppression.verdict.empty()) abort();
  }
  return 0;
}
