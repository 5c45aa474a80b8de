#include "harness/cli/settings.h"

#include <fmt/format.h>

#include <array>
#include <cassert>
#include <cctype>
#include <cstdlib>

namespace shortwrite {
namespace {

constexpr std::array<std::string_view, 6> kFromEnvironment = {"trials", "time",    "seed",
                                                              "jobs",   "backend", "profile"};

// Every option that a project file can set.
void Set(RawOptions& raw, std::string_view name, const std::string& value) {
  RawTarget& target = raw.target;
  const std::map<std::string_view, std::optional<std::string>*> optional = {
      {"payload", &target.payload},
      {"bytes", &target.bytes},
      {"text", &target.text},
      {"stdin", &target.standard_input},
      {"existing", &target.existing},
      {"timeout", &target.timeout},
      {"reference", &target.reference},
      {"judge", &target.judge},
      {"trials", &raw.trials},
      {"time", &raw.time},
      {"depth", &raw.depth},
      {"jobs", &raw.jobs}};
  const std::map<std::string_view, std::string*> plain = {
      {"profile", &target.profile}, {"backend", &target.backend},   {"sink", &target.sink},
      {"seed", &raw.seed},          {"contract", &target.contract}, {"faults", &raw.faults},
      {"snapshot", &raw.snapshot},  {"corpus", &raw.corpus}};
  if (const auto found = optional.find(name); found != optional.end()) {
    *found->second = value;
  } else {
    const auto known = plain.find(name);
    assert(known != plain.end());
    *known->second = value;
  }
}

}  // namespace

void ApplySetting(LayeredOptions& options, const std::string& name, const std::string& value,
                  const std::string& origin) {
  if (!options.given.insert(name).second) return;
  Set(options.raw, name, value);
  options.origins[name] = origin;
}

void ApplyEnvironment(LayeredOptions& options) {
  for (const std::string_view name : kFromEnvironment) {
    std::string variable = "SHORTWRITE_";
    for (const char c : name) variable += static_cast<char>(toupper(c));
    const char* const value = getenv(variable.c_str());
    if (value == nullptr || *value == '\0') continue;
    ApplySetting(options, std::string(name), value, variable);
  }
}

Error AtOrigin(Error error, const Origins& origins) {
  if (!error.message.starts_with("--")) return error;
  const size_t end = error.message.find_first_of(": ", 2);
  if (end == std::string::npos) return error;
  const std::string name = error.message.substr(2, end - 2);
  const auto origin = origins.find(name);
  if (origin == origins.end()) return error;
  error.message = fmt::format("{}: {}", origin->second, error.message.substr(2));
  return error;
}

}  // namespace shortwrite
