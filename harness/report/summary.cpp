#include "harness/report/summary.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "harness/report/json_parts.h"
#include "harness/report/plain_text.h"

namespace shortwrite {

std::string SummaryLine(const std::vector<SummaryRow>& rows, const std::vector<std::string>& stale,
                        int exit_status) {
  nlohmann::ordered_json json = TypedJson("summary");
  json["exit"] = exit_status;
  json["targets"] = nlohmann::ordered_json::array();
  for (const SummaryRow& row : rows) {
    json["targets"].push_back({{"target", row.target},
                               {"sink", row.sink},
                               {"verdict", row.verdict},
                               {"exit", row.exit},
                               {"schedule", row.schedule},
                               {"trials", row.trials}});
  }
  json["stale_suppressions"] = stale;
  return JsonLine(json);
}

std::string SummaryTable(const std::vector<SummaryRow>& rows) {
  const auto width = [&](std::string_view title, const std::string SummaryRow::*column) {
    size_t most = title.size();
    for (const SummaryRow& row : rows) most = std::max(most, PlainText(row.*column).size());
    return most;
  };
  const size_t target = width("target", &SummaryRow::target);
  const size_t sink = width("sink", &SummaryRow::sink);
  const size_t verdict = width("verdict", &SummaryRow::verdict);
  const auto line = [&](const std::string& name, const std::string& on, const std::string& what,
                        const std::string& trials, const std::string& seconds,
                        const std::string& schedule) {
    std::string text = fmt::format("{:<{}}  {:<{}}  {:<{}}  {:>6}  {:>7}  {}", name, target, on,
                                   sink, what, verdict, trials, seconds, schedule);
    text.erase(text.find_last_not_of(' ') + 1);
    return text + '\n';
  };
  std::string table = line("target", "sink", "verdict", "trials", "seconds", "schedule");
  for (const SummaryRow& row : rows) {
    table += line(row.target, row.sink, PlainText(row.verdict), std::to_string(row.trials),
                  fmt::format("{:.1f}", row.seconds), PlainText(row.schedule));
  }
  return table;
}

}  // namespace shortwrite
