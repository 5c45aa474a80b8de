#include "harness/report/record_text.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <iterator>

#include "harness/base/count_text.h"
#include "harness/base/shell_quote.h"
#include "harness/report/explain.h"
#include "harness/report/plain_text.h"

namespace shortwrite {
namespace {

constexpr size_t kRowsAround = 3;
constexpr size_t kRowsMax = 40;
constexpr size_t kNamedMax = 12;  // of what may come by the thousand: planned steps, findings
constexpr size_t kValueBytesMax = 4096;
constexpr size_t kHexRowBytes = 8;
constexpr size_t kHexColumns = 45;  // of HexRow

class Fields {
 public:
  void Add(std::string_view name, const std::string& value) {
    if (!value.empty()) fields_.push_back({name, Shortened(value, kValueBytesMax)});
  }
  std::vector<Field> Take() { return std::move(fields_); }

 private:
  std::vector<Field> fields_;
};

std::string ClassText(const CounterexampleRecord& found) {
  if (found.class_name.empty()) {
    return found.class_title.empty() ? "" : "none fits; nearest: " + found.class_title;
  }
  return fmt::format("{} {}", found.class_name, found.class_title);
}

// The class stands beside it already.
std::string MechanismText(const CounterexampleRecord& found) {
  const std::string headline = ClassText(found) + ": ";
  const size_t known = found.mechanism.starts_with(headline) ? headline.size() : 0;
  return found.mechanism.substr(known);
}

std::string OutputText(const CounterexampleRecord& found) {
  if (found.output.empty()) return "";
  return fmt::format("{}: {} bytes, {} expected; first wrong byte at offset {}", found.output,
                     found.output_bytes, found.reference_bytes, found.divergence.offset);
}

std::string ScheduleText(const CounterexampleRecord& found) {
  std::string text = found.schedule;
  if (text.empty()) text = fmt::format("(no fault: {})", found.without_fault);
  if (found.raw_schedule != found.schedule && !found.raw_schedule.empty()) {
    text += fmt::format("  (found as {})", found.raw_schedule);
  }
  return text;
}

std::string DeliveredText(const CounterexampleRecord& found) {
  std::vector<std::string> steps;
  for (const PlannedRecord& planned : found.planned) {
    if (steps.size() == kNamedMax) break;
    steps.push_back(planned.delivered == 0 ? planned.step + " not delivered"
                    : planned.delivered == 1
                        ? planned.step + " delivered"
                        : fmt::format("{} delivered {} times", planned.step, planned.delivered));
  }
  std::string text = fmt::format("{}", fmt::join(steps, "; "));
  if (found.planned.size() > steps.size()) {
    text += fmt::format("; {} more steps", found.planned.size() - steps.size());
  }
  return text;
}

std::string PayloadUsed(const CounterexampleRecord& found) {
  if (found.payload_bytes == 0) return "";
  return fmt::format("{} bytes{}{}", found.payload_bytes, found.payload_text.empty() ? "" : " of ",
                     found.payload_text);
}

std::string_view RowOf(std::string_view bytes, size_t row) {
  return row * kHexRowBytes < bytes.size() ? bytes.substr(row * kHexRowBytes, kHexRowBytes)
                                           : std::string_view();
}

std::string HexRow(const std::string& bytes, uint64_t at, size_t row) {
  const std::string_view part = RowOf(bytes, row);
  if (part.empty()) {
    const bool first = row == 0 || !RowOf(bytes, row - 1).empty();
    return first ? fmt::format("{:>8}  {:<35}", "", "(ends here)") : "";
  }
  return fmt::format("{:>8x}  {:<23}  {:<10}", at + row * kHexRowBytes, HexDigits(part),
                     fmt::format("|{}|", HexLetters(part)));
}

// Where bytes stand in what HexRow makes: digits, three columns each, and letters.
constexpr size_t kDigitsAt = 10;
constexpr size_t kLettersAt = kDigitsAt + 3 * kHexRowBytes - 1 + 3;

std::vector<bool> Wrong(std::string_view row, std::string_view other) {
  std::vector<bool> wrong(row.size());
  for (size_t i = 0; i < row.size(); ++i) wrong[i] = i >= other.size() || row[i] != other[i];
  return wrong;
}

// A row of HexRow with its wrong bytes in colour.
std::string PaintWrong(const std::string& row, const std::vector<bool>& wrong, const Style& style) {
  std::string painted;
  size_t next = 0;
  const auto paint = [&](size_t at, size_t width) {
    painted += row.substr(next, at - next) + style.Paint(Tint::kBad, row.substr(at, width));
    next = at + width;
  };
  for (size_t i = 0; i < wrong.size(); ++i) {
    if (wrong[i]) paint(kDigitsAt + 3 * i, 2);
  }
  for (size_t i = 0; i < wrong.size(); ++i) {
    if (wrong[i]) paint(kLettersAt + i, 1);
  }
  return painted + row.substr(next);
}

std::string WithoutTrailingSpaces(std::string line) {
  line.erase(line.find_last_not_of(' ') + 1);
  return line;
}

std::string Mark(const HexPair& row, const Style& style) {
  return row.differs ? style.Paint(Tint::kBad, ">") : " ";
}

std::string Beside(const std::vector<HexPair>& rows, const Style& style) {
  const std::string titles = fmt::format("  {:<{}}  {}", "output", kHexColumns, "reference");
  std::string text = style.Paint(Tint::kHeading, titles) + '\n';
  for (const HexPair& row : rows) {
    text += WithoutTrailingSpaces(
                fmt::format("{} {}  {}", Mark(row, style), row.output, row.reference)) +
            '\n';
  }
  return text;
}

// For terminals that are too narrow for both.
std::string Stacked(const std::vector<HexPair>& rows, const Style& style) {
  std::string text;
  for (const auto& [title, side] :
       {std::pair("  output", &HexPair::output), std::pair("  reference", &HexPair::reference)}) {
    text += style.Paint(Tint::kHeading, title) + '\n';
    for (const HexPair& row : rows) {
      text += WithoutTrailingSpaces(fmt::format("{} {}", Mark(row, style), row.*side)) + '\n';
    }
  }
  return text;
}

}  // namespace

std::vector<Field> FieldsOf(const CounterexampleRecord& found) {
  Fields fields;
  fields.Add("class", ClassText(found));
  fields.Add("mechanism", MechanismText(found));
  fields.Add("ended", found.ended);
  fields.Add("standstill", found.standstill);
  fields.Add("output", OutputText(found));
  fields.Add("MD5", found.md5);
  fields.Add("schedule", ScheduleText(found));
  fields.Add("planned", DeliveredText(found));
  fields.Add("payload", PayloadUsed(found));
  if (found.trials_to_find > 0) {
    fields.Add("found", fmt::format("in trial {}, confirmed {} of {}", found.trials_to_find,
                                    found.confirmed, kConfirmations));
  }
  fields.Add("legal", LegalitySentence({found.legal_under, found.legal_reason}));
  if (!found.recipe.empty()) fields.Add("see it", "without injection: " + found.recipe);
  fields.Add("call site", found.call_site);
  fields.Add("fix", found.fix);
  return fields.Take();
}

std::vector<Field> FieldsOf(const CampaignRecord& record) {
  Fields fields;
  fields.Add("command", CommandText(record));
  fields.Add("options", ShellQuote(record.options));
  if (record.control || record.controls > 0) {
    const std::string runs = record.controls > 0 ? CountText(record.controls, "run") + ", " : "";
    fields.Add("control",
               fmt::format("{}{} of output in {}", runs, CountText(record.output_bytes, "byte"),
                           CountText(record.write_calls, "write call")));
  }
  if (record.trials > 0) {
    fields.Add("trials",
               fmt::format("{}; {} planned, {} delivered", CountText(record.trials, "trial"),
                           CountText(record.faults_planned, "fault"), record.faults_delivered));
  }
  fields.Add("covered", record.completeness);
  fields.Add("backend", record.backend_reason.empty()
                            ? record.backend
                            : fmt::format("{}: {}", record.backend, record.backend_reason));
  fields.Add("profile", record.profile);
  if (record.sink != "file") fields.Add("sink", record.sink);
  if (!record.is_replay) fields.Add("seed", fmt::format("{}", record.seed));
  fields.Add("warnings", fmt::format("{}", fmt::join(record.warnings, "; ")));
  fields.Add("notes", fmt::format("{}", fmt::join(record.notes, "; ")));
  return fields.Take();
}

std::string Title(const CounterexampleRecord& found) {
  const std::string_view meaning = VerdictMeaning(std::string_view(found.verdict));
  return meaning.empty() ? found.verdict : fmt::format("{}: {}", found.verdict, meaning);
}

std::string Title(const CampaignRecord& record) {
  const std::string end = DescribeEnd(record);
  return end.empty() ? record.verdict
                     : fmt::format("{}: {}", record.verdict, Shortened(end, kValueBytesMax));
}

std::string NamedTitle(const CampaignRecord& record) {
  return record.target.empty() ? Title(record)
                               : fmt::format("{}: {}", record.target, Title(record));
}

std::string CommandText(const CampaignRecord& record) {
  return Shortened(ShellQuote(record.command), kValueBytesMax);
}

std::string ResultText(const CallRecord& call) {
  if (!call.returned) return "(never)";
  return call.result < 0 ? ErrorName(call.error) : fmt::format("{}", call.result);
}

std::string RemarkText(const CallRecord& call) {
  std::string text;
  if (!call.fault.empty()) {
    text = "<- " + call.fault;
  } else if (!call.planned_fault.empty()) {
    text = fmt::format("({}: not legal here)", call.planned_fault);
  }
  if (call.then_waited) text += text.empty() ? "then waits" : ", then waits";
  return text;
}

std::set<size_t> RowsToShow(size_t calls, const std::function<bool(size_t)>& has_fault) {
  std::set<size_t> rows;
  const auto around = [&](size_t row) {
    const size_t begin = row < kRowsAround ? 0 : row - kRowsAround;
    for (size_t i = begin; i < std::min(calls, row + kRowsAround + 1); ++i) rows.insert(i);
  };
  for (size_t i = 0; i < calls && rows.size() < kRowsMax; ++i) {
    if (has_fault(i)) around(i);
  }
  if (calls == 0) return rows;
  around(0);
  around(calls - 1);
  return rows;
}

std::string CallTable(const CounterexampleRecord& found) {
  if (found.calls.empty()) return "";
  const bool several = std::any_of(
      found.calls.begin(), found.calls.end(),
      [&](const CallRecord& call) { return call.process != found.calls.front().process; });
  std::string table = fmt::format("{:>6}  {:<15} {:>11} {:>11} {:>11} {:>11}  {}\n", "call", "",
                                  "asked", "granted", "result", "offset", "output");
  size_t next = 0;
  const auto has_fault = [&](size_t i) { return !found.calls[i].fault.empty(); };
  for (const size_t row : RowsToShow(found.calls.size(), has_fault)) {
    const CallRecord& call = found.calls[row];
    if (row > next) table += fmt::format("        ... {} more\n", row - next);
    next = row + 1;
    const std::string process =
        several ? fmt::format("  [{} {}]", call.process, call.process_name) : "";
    const std::string remark = RemarkText(call);
    table +=
        WithoutTrailingSpaces(fmt::format(
            "{:>6}  {:<15} {:>11} {:>11} {:>11} {:>11}  {}{}{}{}",
            call.n == 0 ? "" : fmt::format("{}", call.n), call.call, call.asked, call.granted,
            ResultText(call), call.position < 0 ? "" : fmt::format("{}", call.position),
            Shortened(call.output, kValueBytesMax), process, remark.empty() ? "" : "  ", remark)) +
        '\n';
  }
  return table;
}

std::string SideBySide(const DivergenceRecord& divergence, const Style& style) {
  std::vector<HexPair> rows = HexRows(divergence);
  if (rows.empty()) return "";
  // Two rows after the one that differs first tell as much as all.
  constexpr uint64_t kRowsAfter = 2;
  const uint64_t first = divergence.offset < divergence.at ? 0 : divergence.offset - divergence.at;
  rows.resize(std::min<uint64_t>(rows.size(), first / kHexRowBytes + 1 + kRowsAfter));
  for (size_t i = 0; i < rows.size(); ++i) {
    const std::string_view output = RowOf(divergence.output, i);
    const std::string_view reference = RowOf(divergence.reference, i);
    rows[i].output = PaintWrong(fmt::format("{:<{}}", rows[i].output, kHexColumns),
                                Wrong(output, reference), style);
    rows[i].reference = PaintWrong(rows[i].reference, Wrong(reference, output), style);
  }
  const bool beside = style.columns == 0 || style.columns >= 2 * (2 + kHexColumns);
  return beside ? Beside(rows, style) : Stacked(rows, style);
}

std::vector<HexPair> HexRows(const DivergenceRecord& divergence) {
  std::vector<HexPair> rows;
  const size_t longest = std::max(divergence.output.size(), divergence.reference.size());
  if (divergence.output == divergence.reference) return rows;
  for (size_t row = 0; row * kHexRowBytes < longest; ++row) {
    rows.push_back({RowOf(divergence.output, row) != RowOf(divergence.reference, row),
                    HexRow(divergence.output, divergence.at, row),
                    HexRow(divergence.reference, divergence.at, row)});
  }
  return rows;
}

}  // namespace shortwrite
