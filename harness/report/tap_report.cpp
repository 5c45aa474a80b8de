#include "harness/report/tap_report.h"

#include <fmt/format.h>

#include <string_view>

#include "harness/report/outcome.h"
#include "harness/report/record_text.h"

namespace shortwrite {
namespace {

// In double quotes, as JSON has it: all readers of YAML know that, and what a target says cannot
// end it.
std::string Quoted(std::string_view text) {
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '\n') {
      quoted += "\\n";
      continue;
    }
    if (c == '"' || c == '\\') quoted += '\\';
    quoted += c;
  }
  return quoted + '"';
}

std::string Key(std::string_view name) {
  std::string key(name);
  for (char& c : key) {
    if (c == ' ') c = '_';
  }
  return key;
}

// Behind a '#' a description would have a directive, which can turn a failure into a pass.
std::string Description(std::string_view text) {
  std::string description;
  for (const char c : text) {
    if (c == '#' || c == '\\') description += '\\';
    description += c == '\n' ? ' ' : c;
  }
  return description;
}

std::string Block(const std::vector<Field>& fields, const std::string& replay) {
  std::string block = "  ---\n";
  for (const Field& field : fields) {
    block += fmt::format("  {}: {}\n", Key(field.name), Quoted(field.value));
  }
  if (!replay.empty()) block += fmt::format("  replay: {}\n", Quoted(replay));
  return block + "  ...\n";
}

std::string CampaignPoint(const CampaignRecord& record, size_t number) {
  const std::string title = Description(NamedTitle(record));
  const std::string target = record.target.empty() ? "" : Description(record.target) + ": ";
  const std::string to_its_end =
      fmt::format("ok {} - {}the campaign came to its end", number, target);
  switch (OutcomeOf(record)) {
    case Outcome::kPassed:
      return fmt::format("ok {} - {}\n", number, title);
    case Outcome::kFailed:
      return to_its_end + '\n';
    case Outcome::kSkipped:
      return to_its_end + " # SKIP " + title + '\n';
    case Outcome::kError:
      break;
  }
  return fmt::format("not ok {} - {}\n", number, title);
}

}  // namespace

std::string RenderTap(const std::vector<CampaignRecord>& records) {
  size_t points = 0;
  std::string text;
  for (const CampaignRecord& record : records) {
    text += CampaignPoint(record, ++points);
    text += Block(FieldsOf(record), record.pending ? record.pending->replay : "");
    const std::string target = record.target.empty() ? "" : Description(record.target) + ": ";
    for (const CounterexampleRecord& found : record.counterexamples) {
      text += fmt::format("not ok {} - {}{}: {}\n", ++points, target, Description(found.verdict),
                          Description(found.schedule));
      text += Block(FieldsOf(found), found.replay);
    }
  }
  return fmt::format("TAP version 13\n1..{}\n", points) + text;
}

}  // namespace shortwrite
