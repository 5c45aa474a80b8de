#include "harness/report/compare_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <nlohmann/json.hpp>

#include "harness/base/count_text.h"
#include "harness/report/html/svg.h"
#include "harness/report/json_parts.h"
#include "harness/report/markdown_report.h"
#include "harness/report/plain_text.h"

namespace shortwrite {
namespace {

using Kind = ComparedCell::Kind;
using Row = std::vector<std::string>;

constexpr char kFaultTitle[] = "fault";
constexpr char kLegend[] =
    "-: not legal here, or not all of it; no such call: too few write calls, or the same as "
    "another row; not run: the reason stands below";

// One that did not get so far has no cells.
std::string TextAt(const ComparedColumn& column, size_t fault) {
  return fault < column.result.cells.size() ? CellText(column.result.cells[fault]) : "not run";
}

// Of all formats: the names, then a row per fault.
std::vector<Row> RowsOf(const Matrix& matrix) {
  std::vector<Row> rows = {{kFaultTitle}};
  for (const ComparedColumn& column : matrix.columns) rows[0].push_back(PlainText(column.name));
  for (size_t fault = 0; fault < ComparedFaults().size(); ++fault) {
    Row row = {ComparedFaults()[fault].Name()};
    for (const ComparedColumn& column : matrix.columns) row.push_back(TextAt(column, fault));
    rows.push_back(std::move(row));
  }
  return rows;
}

// "survived 12 of 16": of the faults that could be tried.
std::string Tally(const ComparedColumn& column) {
  size_t survived = 0;
  size_t tried = 0;
  for (const ComparedCell& cell : column.result.cells) {
    survived += cell.kind == Kind::kSurvived;
    tried += cell.kind != Kind::kNotLegal && cell.kind != Kind::kNoSuchCall;
  }
  return tried == 0 ? "not compared" : fmt::format("survived {} of {}", survived, tried);
}

// What a column has besides its cells, as a line.
std::string NoteOn(const ComparedColumn& column) {
  const std::string backend(BackendName(column.result.backend.backend));
  std::string note =
      fmt::format("{}: {}; {}; sink {}, backend {}, {}", column.name, Tally(column), column.command,
                  column.sink, backend, CountText(column.result.write_calls, "write call"));
  if (!column.result.reason.empty()) note += "; " + column.result.reason;
  return PlainText(note);
}

// A spreadsheet takes what begins so for a formula.
std::string CsvCell(std::string text) {
  constexpr std::string_view kFormula = "=+@\t";
  if (!text.empty() && kFormula.find(text.front()) != std::string_view::npos) text.insert(0, "'");
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"') quoted += '"';
    quoted += c;
  }
  return quoted + '"';
}

std::string_view StyleOf(const std::string& cell) {
  if (cell == "survived") return "good";
  return cell == "not run" || cell == "-" || cell == "no such call" ? "none" : "bad";
}

std::string_view KindName(Kind kind) {
  switch (kind) {
    case Kind::kSurvived:
      return "survived";
    case Kind::kFailed:
      return "failed";
    case Kind::kUnsteady:
      return "flaky";
    case Kind::kNotLegal:
      return "not-legal";
    case Kind::kNoSuchCall:
      return "no-such-call";
    case Kind::kInconclusive:
      break;
  }
  return "inconclusive";
}

}  // namespace

std::string CellText(const ComparedCell& cell) {
  switch (cell.kind) {
    case Kind::kFailed:
      return cell.verdict;
    case Kind::kNotLegal:
      return "-";
    case Kind::kNoSuchCall:
      return "no such call";
    default:
      return std::string(KindName(cell.kind));
  }
}

std::string MatrixText(const Matrix& matrix) {
  const std::vector<Row> rows = RowsOf(matrix);
  std::vector<size_t> widths(rows[0].size());
  for (const Row& row : rows) {
    for (size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], row[i].size());
  }
  std::string text;
  for (const Row& row : rows) {
    std::string line;
    for (size_t i = 0; i < row.size(); ++i) line += fmt::format("{:<{}}  ", row[i], widths[i]);
    line.erase(line.find_last_not_of(' ') + 1);
    text += line + '\n';
  }
  text += fmt::format("\n{}\n", kLegend);
  for (const ComparedColumn& column : matrix.columns) text += NoteOn(column) + '\n';
  return text;
}

std::string MatrixMarkdown(const Matrix& matrix) {
  const std::vector<Row> rows = RowsOf(matrix);
  std::string text;
  for (size_t i = 0; i < rows.size(); ++i) {
    text += '|';
    for (const std::string& cell : rows[i]) text += fmt::format(" {} |", EscapeMarkdown(cell));
    text += '\n';
    if (i > 0) continue;
    text += '|';
    for (size_t column = 0; column < rows[i].size(); ++column) text += " --- |";
    text += '\n';
  }
  text += fmt::format("\n{}\n\n", EscapeMarkdown(kLegend));
  for (const ComparedColumn& column : matrix.columns) {
    text += fmt::format("- {}\n", EscapeMarkdown(NoteOn(column)));
  }
  return text;
}

std::string MatrixCsv(const Matrix& matrix) {
  std::string text;
  for (const Row& row : RowsOf(matrix)) {
    std::string line;
    for (const std::string& cell : row) line += (line.empty() ? "" : ",") + CsvCell(cell);
    text += line + "\r\n";
  }
  return text;
}

std::string MatrixHtml(const Matrix& matrix) {
  std::string text =
      "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta http-equiv=\"Content-Security-Policy\" "
      "content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
      "<meta name=\"color-scheme\" content=\"light dark\">\n"
      "<title>shortwrite: who survives what</title>\n<style>\n"
      ":root { --paper: #ffffff; --ink: #1b1f24; --dim: #57606a; --line: #d0d7de;\n"
      "  --good: #dff2df; --bad: #f8d7d7; }\n"
      "@media (prefers-color-scheme: dark) { :root { --paper: #0d1117; --ink: #e6edf3;\n"
      "  --dim: #9da7b3; --line: #3d444d; --good: #12361d; --bad: #5a1d22; } }\n"
      "body { font: 16px/1.5 system-ui, sans-serif; margin: 1rem; background: var(--paper);\n"
      "  color: var(--ink); overflow-wrap: anywhere; }\n"
      ".scroll { overflow-x: auto; } table { border-collapse: collapse; }\n"
      "th, td { border: 1px solid var(--line); padding: 0.25rem 0.75rem; text-align: left;\n"
      "  white-space: nowrap; }\n"
      "th[scope=col] { white-space: normal; min-width: 6rem; }\n"
      ".good { background: var(--good); } .bad { background: var(--bad); font-weight: bold; }\n"
      ".none { color: var(--dim); }\n</style>\n</head>\n<body>\n<h1>Who survives what</h1>\n"
      "<div class=\"scroll\" tabindex=\"0\"><table>\n";
  const std::vector<Row> rows = RowsOf(matrix);
  for (size_t i = 0; i < rows.size(); ++i) {
    text += "<tr>";
    for (size_t column = 0; column < rows[i].size(); ++column) {
      const std::string cell = EscapeXml(rows[i][column]);
      if (i == 0 || column == 0) {
        text += fmt::format("<th scope=\"{}\">{}</th>", i == 0 ? "col" : "row", cell);
      } else {
        text += fmt::format("<td class=\"{}\">{}</td>", StyleOf(rows[i][column]), cell);
      }
    }
    text += "</tr>\n";
  }
  text += fmt::format("</table></div>\n<p>{}</p>\n<ul>\n", EscapeXml(kLegend));
  for (const ComparedColumn& column : matrix.columns) {
    text += fmt::format("<li>{}</li>\n", EscapeXml(NoteOn(column)));
  }
  return text + "</ul>\n</body>\n</html>\n";
}

std::string MatrixJson(const Matrix& matrix) {
  using Json = nlohmann::ordered_json;
  Json json = TypedJson("comparison");
  json["exit"] = matrix.exit;
  json["targets"] = Json::array();
  for (const ComparedColumn& column : matrix.columns) {
    json["targets"].push_back({{"target", column.name},
                               {"command", column.command},
                               {"sink", column.sink},
                               {"backend", BackendName(column.result.backend.backend)},
                               {"write_calls", column.result.write_calls},
                               {"exit", column.exit},
                               {"reason", column.result.reason}});
  }
  json["faults"] = Json::array();
  for (size_t fault = 0; fault < ComparedFaults().size(); ++fault) {
    Json cells = Json::array();
    for (const ComparedColumn& column : matrix.columns) {
      if (fault >= column.result.cells.size()) {
        cells.push_back({{"outcome", "not-run"}, {"verdict", ""}, {"schedule", ""}});
        continue;
      }
      const ComparedCell& cell = column.result.cells[fault];
      cells.push_back({{"outcome", KindName(cell.kind)},
                       {"verdict", cell.verdict},
                       {"schedule", cell.schedule}});
    }
    json["faults"].push_back({{"fault", ComparedFaults()[fault].Name()}, {"cells", cells}});
  }
  return JsonLine(json);
}

}  // namespace shortwrite
