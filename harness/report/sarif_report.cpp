#include "harness/report/sarif_report.h"

#include <fmt/format.h>

#include <cctype>
#include <charconv>
#include <nlohmann/json.hpp>
#include <set>

#include "harness/report/record_text.h"

namespace shortwrite {
namespace {

using Json = nlohmann::ordered_json;

// A rule is what a result is an instance of: the class of mistake, or what it was judged.
std::string RuleOf(const CounterexampleRecord& found) {
  return found.class_name.empty() ? found.verdict : found.class_name;
}

// RFC 3986: all but these is percent-encoded; a '/' stays, it parts the path.
std::string UriOf(std::string_view path) {
  std::string uri;
  for (const char c : path) {
    const auto byte = static_cast<unsigned char>(c);
    const bool plain = byte < 0x80 && (std::isalnum(byte) != 0 ||
                                       std::string_view("-._~/").find(c) != std::string_view::npos);
    uri += plain ? std::string(1, c) : fmt::format("%{:02X}", byte);
  }
  return uri.empty() ? "unknown" : uri;
}

struct Place {
  std::string file;
  uint64_t line = 0;  // 0: not known
};

// "writer.c:42 (Flush)" has a file; "writer+0x11f2" has none, and then the target stands for it:
// who takes up results refuses one without a place.
Place PlaceOf(const CounterexampleRecord& found, const CampaignRecord& record) {
  const std::string& site = found.call_site;
  size_t end = site.size();
  if (site.ends_with(')')) {
    const size_t function = site.rfind(" (");
    if (function != std::string::npos) end = function;
  }
  const size_t colon = end == 0 ? std::string::npos : site.rfind(':', end - 1);
  if (colon != std::string::npos && colon > 0) {
    uint64_t line = 0;
    const auto [next, error] = std::from_chars(site.data() + colon + 1, site.data() + end, line);
    if (error == std::errc() && next == site.data() + end && line > 0 && line <= INT32_MAX) {
      return {site.substr(0, colon), line};
    }
  }
  return {record.command.empty() ? "" : record.command.front(), 0};
}

Json Location(const Place& place) {
  Json physical;
  physical["artifactLocation"]["uri"] = UriOf(place.file);
  // Code scanning shows a result at a line; without one it is the file's first.
  physical["region"]["startLine"] = place.line == 0 ? 1 : place.line;
  return {{"physicalLocation", physical}};
}

std::string MessageOf(const CounterexampleRecord& found, const CampaignRecord& record) {
  std::string message = Title(found);
  if (!record.target.empty()) message += fmt::format("\ntarget: {}", record.target);
  for (const Field& field : FieldsOf(found)) {
    message += fmt::format("\n{}: {}", field.name, field.value);
  }
  if (!found.replay.empty()) message += fmt::format("\nreplay: {}", found.replay);
  return message;
}

Json Rules(const std::vector<CampaignRecord>& records) {
  Json rules = Json::array();
  std::set<std::string> known;
  for (const CampaignRecord& record : records) {
    for (const CounterexampleRecord& found : record.counterexamples) {
      const std::string id = RuleOf(found);
      if (!known.insert(id).second) continue;
      const std::string text = found.class_title.empty() ? Title(found) : found.class_title;
      rules.push_back({{"id", id}, {"shortDescription", {{"text", text}}}});
    }
  }
  return rules;
}

Json ResultOf(const CounterexampleRecord& found, const CampaignRecord& record) {
  Json result;
  result["ruleId"] = RuleOf(found);
  result["level"] = found.portability_finding ? "warning" : "error";
  result["message"]["text"] = MessageOf(found, record);
  result["locations"] = Json::array({Location(PlaceOf(found, record))});
  const std::string signature = found.signature.empty() ? found.schedule : found.signature;
  const std::string target = record.target.empty() ? "" : record.target + '/';
  result["partialFingerprints"]["shortwrite/v1"] = target + signature;
  result["properties"] = {{"schedule", found.schedule}, {"verdict", found.verdict}};
  if (!record.target.empty()) result["properties"]["target"] = record.target;
  return result;
}

// Nothing found by a campaign that came to its end is another thing than a campaign that did not.
Json Invocation(const CampaignRecord& record) {
  Json invocation;
  const bool done = record.survived() || (record.complete && !record.counterexamples.empty());
  invocation["executionSuccessful"] = done;
  if (record.complete) invocation["exitCode"] = record.exit_status;
  if (done) return invocation;
  const Json notification = {{"level", "error"}, {"message", {{"text", NamedTitle(record)}}}};
  invocation["toolExecutionNotifications"] = Json::array({notification});
  return invocation;
}

}  // namespace

// One run for all targets: who takes up results takes one run of a tool.
std::string RenderSarif(const std::vector<CampaignRecord>& records) {
  Json driver = {{"name", "shortwrite"}};
  if (!records.front().version.empty()) driver["version"] = records.front().version;
  driver["rules"] = Rules(records);
  Json invocations = Json::array();
  Json results = Json::array();
  for (const CampaignRecord& record : records) {
    invocations.push_back(Invocation(record));
    for (const CounterexampleRecord& found : record.counterexamples) {
      results.push_back(ResultOf(found, record));
    }
  }
  Json run;
  run["tool"]["driver"] = std::move(driver);
  run["invocations"] = std::move(invocations);
  run["columnKind"] = "utf16CodeUnits";
  run["results"] = std::move(results);
  Json document;
  document["$schema"] = "https://json.schemastore.org/sarif-2.1.0.json";
  document["version"] = "2.1.0";
  document["runs"] = Json::array({std::move(run)});
  return document.dump(2, ' ', false, Json::error_handler_t::replace) + '\n';
}

}  // namespace shortwrite
