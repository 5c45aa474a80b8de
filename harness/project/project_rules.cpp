#include "harness/project/project_rules.h"

#include <fmt/format.h>

#include <algorithm>

namespace shortwrite {

bool IsTargetName(std::string_view name) {
  constexpr size_t kNameBytesMax = 100;
  const auto is_plain = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-' || c == '.';
  };
  return !name.empty() && name.size() <= kNameBytesMax && name.front() != '.' &&
         name.front() != '-' && std::all_of(name.begin(), name.end(), is_plain);
}

// A file has its own size and content, so one of them sets the other aside.
void AddDefaults(const std::map<std::string, ProjectValue>& defaults,
                 std::map<std::string, ProjectValue>& values) {
  const bool has_file = values.contains("payload");
  const bool is_made = values.contains("bytes") || values.contains("text");
  for (const auto& [name, value] : defaults) {
    if (has_file && (name == "bytes" || name == "text")) continue;
    if (is_made && name == "payload") continue;
    values.emplace(name, value);
  }
}

Status HasOnlyText(std::string_view text, const std::string& name) {
  Place place = {1, 1};
  for (const char c : text) {
    const bool is_control =
        (static_cast<unsigned char>(c) < ' ' || c == '\x7f') && c != '\t' && c != '\n' && c != '\r';
    if (is_control) {
      return UsageError(fmt::format("{}: not TOML: a control character (0x{:02x})",
                                    PlaceText(name, place), static_cast<unsigned>(c)));
    }
    ++place.column;
    if (c == '\n') place = {place.line + 1, 1};
  }
  return Ok();
}

std::string PlaceText(const std::string& name, const Place& place) {
  return fmt::format("{}:{}:{}", name, place.line, place.column);
}

}  // namespace shortwrite
