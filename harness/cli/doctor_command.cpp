#include "harness/cli/doctor_command.h"

#include <fmt/format.h>
#include <unistd.h>

#include <nlohmann/json.hpp>

#include "harness/cli/command_output.h"
#include "harness/cli/doctor_checks.h"
#include "harness/cli/doctor_facts.h"
#include "harness/cli/terminal.h"
#include "harness/report/plain_text.h"

namespace shortwrite {
namespace {

constexpr int kWordColumns = 8;
constexpr int kNameColumns = 16;

std::string Word(const Check& check, const Style& style) {
  const auto word = [&](Tint tint, std::string_view text) {
    return style.Paint(tint, text) + std::string(kWordColumns - text.size(), ' ');
  };
  if (check.ok) return word(Tint::kGood, "ok");
  return check.needed ? word(Tint::kBad, "MISSING") : word(Tint::kUnsure, "absent");
}

Status Print(const Check& check, bool json, const Style& style) {
  if (!json) {
    constexpr size_t kIndent = kWordColumns + 1 + kNameColumns + 1;
    return PrintOutput(fmt::format("{} {:<{}} {}\n", Word(check, style), check.name, kNameColumns,
                                   style.Wrap(PlainText(check.says), kIndent)));
  }
  return PrintJson({{"schema", "shortwrite/1"},
                    {"type", "check"},
                    {"name", check.name},
                    {"ok", check.ok},
                    {"needed", check.needed},
                    {"says", check.says}});
}

}  // namespace

ExitStatus RunDoctor(const DoctorOptions& options) {
  const Style style = StyleFor(STDOUT_FILENO, options.color);
  std::vector<Check> checks = CheckMachine(LookAtMachine());
  if (!options.command.empty()) {
    for (Check& check : CheckTarget(LookAtTarget(options.command.front()))) {
      checks.push_back(std::move(check));
    }
  }
  bool healthy = true;
  for (const Check& check : checks) {
    healthy &= check.ok || !check.needed;
    const Status printed = Print(check, options.json, style);
    if (!printed.ok()) return Fail(printed.error());
  }
  return healthy ? ExitStatus::kSurvived : ExitStatus::kHarnessFailed;
}

}  // namespace shortwrite
