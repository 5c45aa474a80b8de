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

std::string CampaignPoint(const CampaignRecord& record) {
  const std::string title = Description(Title(record));
  switch (OutcomeOf(record)) {
    case Outcome::kPassed:
      return "ok 1 - " + title + '\n';
    case Outcome::kFailed:
      return "ok 1 - the campaign came to its end\n";
    case Outcome::kSkipped:
      return "ok 1 - the campaign came to its end # SKIP " + title + '\n';
    case Outcome::kError:
      break;
  }
  return "not ok 1 - " + title + '\n';
}

}  // namespace

std::string RenderTap(const CampaignRecord& record) {
  std::string text = fmt::format("TAP version 13\n1..{}\n", record.counterexamples.size() + 1);
  text += CampaignPoint(record);
  text += Block(FieldsOf(record), record.pending ? record.pending->replay : "");
  for (size_t i = 0; i < record.counterexamples.size(); ++i) {
    const CounterexampleRecord& found = record.counterexamples[i];
    text += fmt::format("not ok {} - {}: {}\n", i + 2, Description(found.verdict),
                        Description(found.schedule));
    text += Block(FieldsOf(found), found.replay);
  }
  return text;
}

}  // namespace shortwrite
