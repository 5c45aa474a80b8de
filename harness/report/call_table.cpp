#include "harness/report/call_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>
#include <vector>

#include "harness/report/explain.h"
#include "harness/report/plain_text.h"
#include "harness/report/record_text.h"

namespace shortwrite {
namespace {

// Call number, its name, asked, granted, result, offset, milliseconds.
constexpr size_t kColumns = 7;
constexpr size_t kNameColumn = 1;
using Cells = std::array<std::string, kColumns>;
using Widths = std::array<size_t, kColumns>;
constexpr Widths kWide = {6, 15, 11, 11, 11, 11, 9};

Cells Titles() {
  return {"call", "", "asked", "granted", "result", "offset", "ms"};
}

Cells CellsOf(const TracedCall& call) {
  std::string result = fmt::format("{}", call.result);
  if (call.result < 0) result = ErrorName(call.error);
  if (!call.returned) result = "(never)";
  return {call.number == 0 ? "" : fmt::format("{}", call.number),
          std::string(call.call),
          fmt::format("{}", call.asked),
          fmt::format("{}", call.granted),
          std::move(result),
          call.position < 0 ? "" : fmt::format("{}", call.position),
          fmt::format("{:.3f}", static_cast<double>(call.time_ns) / 1e6)};
}

std::string Mark(const TracedCall& call, const Observation& observation, const Style& style) {
  std::string mark;
  if (HasSeveralWriters(observation)) {
    mark = fmt::format("  [{} {}]", call.process, PlainText(ProcessName(observation, call)));
  }
  if (call.delivered) {
    mark += "  " + style.Paint(Tint::kFault, fmt::format("<- {}", FaultName(call.fault)));
  } else if (call.step != 0) {
    mark += fmt::format("  ({}: not legal here)", FaultName(call.fault));
  }
  if (call.then_waited) mark += call.step == 0 ? "  then waits" : ", then waits";
  return mark;
}

std::string Line(const Cells& cells, const Widths& widths) {
  std::string line = " ";
  for (size_t i = 0; i < kColumns; ++i) {
    line += i == kNameColumn ? fmt::format("  {:<{}}", cells[i], widths[i])
                             : fmt::format(" {:>{}}", cells[i], widths[i]);
  }
  return line + "  ";
}

std::string Row(const TracedCall& call, const Observation& observation, const Widths& widths,
                const Style& style) {
  const std::string_view output = call.output < observation.touched.size()
                                      ? observation.touched[call.output].first_name
                                      : std::string_view();
  return Line(CellsOf(call), widths) + PlainText(output) + Mark(call, observation, style) + '\n';
}

Widths WidthsOf(const std::vector<TracedCall>& calls, const std::set<size_t>& rows,
                const Style& style) {
  if (style.columns == 0) return kWide;
  Widths widths = {};
  const auto widen = [&](const Cells& cells) {
    for (size_t i = 0; i < kColumns; ++i) widths[i] = std::max(widths[i], cells[i].size());
  };
  widen(Titles());
  for (const size_t row : rows) widen(CellsOf(calls[row]));
  return widths;
}

}  // namespace

std::string CallTable(const Observation& observation, const Style& style) {
  const std::vector<TracedCall>& calls = observation.calls;
  const std::set<size_t> rows =
      RowsToShow(calls.size(), [&](size_t i) { return calls[i].delivered; });
  const Widths widths = WidthsOf(calls, rows, style);
  std::string table = style.Paint(Tint::kHeading, Line(Titles(), widths) + "output") + '\n';
  size_t next = 0;
  for (const size_t row : rows) {
    if (row > next) table += fmt::format("          ... {} more\n", row - next);
    table += Row(calls[row], observation, widths, style);
    next = row + 1;
  }
  return table;
}

}  // namespace shortwrite
