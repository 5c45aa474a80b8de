#include "harness/report/junit_report.h"

#include <fmt/format.h>

#include <pugixml.hpp>
#include <sstream>

#include "harness/report/outcome.h"
#include "harness/report/plain_text.h"
#include "harness/report/record_text.h"

namespace shortwrite {
namespace {

// pugixml escapes what XML has a meaning for. What XML has no place for, even escaped, is not in a
// record (plain_text.h).

constexpr size_t kMessageBytesMax = 1024;

void SetAttribute(pugi::xml_node node, const char* name, const std::string& value) {
  node.append_attribute(name).set_value(value.c_str());
}

void AddProperty(pugi::xml_node properties, const Field& field) {
  pugi::xml_node property = properties.append_child("property");
  SetAttribute(property, "name", std::string(field.name));
  SetAttribute(property, "value", field.value);
}

pugi::xml_node AddCase(pugi::xml_node suite, const std::string& name, const std::string& target) {
  pugi::xml_node test = suite.append_child("testcase");
  SetAttribute(test, "classname", Shortened("shortwrite." + target, kMessageBytesMax));
  SetAttribute(test, "name", Shortened(name, kMessageBytesMax));
  SetAttribute(test, "time", "0");
  return test;
}

void AddOutcome(pugi::xml_node test, const char* kind, const std::string& type,
                const std::string& message, const std::string& body) {
  pugi::xml_node outcome = test.append_child(kind);
  SetAttribute(outcome, "message", Shortened(message, kMessageBytesMax));
  // `skipped` has no type in the schema that CI systems share.
  if (std::string_view(kind) != "skipped") SetAttribute(outcome, "type", type);
  outcome.text().set(body.c_str());
}

std::string Body(const CounterexampleRecord& found) {
  std::string body;
  for (const Field& field : FieldsOf(found)) {
    body += fmt::format("{}: {}\n", field.name, field.value);
  }
  for (const std::string& part : {CallTable(found), SideBySide(found.divergence), found.replay}) {
    if (!part.empty()) body += '\n' + part + '\n';
  }
  return body;
}

// That the campaign came to its end is one test: it is an error where nothing can be said.
void AddCampaign(pugi::xml_node suite, const CampaignRecord& record, const std::string& target) {
  pugi::xml_node test = AddCase(suite, "the campaign came to its end", target);
  const std::string replay = record.pending ? record.pending->replay : "";
  switch (OutcomeOf(record)) {
    case Outcome::kPassed:
    case Outcome::kFailed:
      return;
    case Outcome::kSkipped:
      AddOutcome(test, "skipped", record.verdict, Title(record), "");
      return;
    case Outcome::kError:
      AddOutcome(test, "error", record.verdict, Title(record), replay);
      return;
  }
}

struct Counts {
  size_t tests = 0;
  size_t failures = 0;
  size_t errors = 0;
};

void SetCounts(pugi::xml_node node, const Counts& counts) {
  SetAttribute(node, "tests", std::to_string(counts.tests));
  SetAttribute(node, "failures", std::to_string(counts.failures));
  SetAttribute(node, "errors", std::to_string(counts.errors));
  SetAttribute(node, "time", "0");
}

Counts AddSuite(pugi::xml_node suites, const CampaignRecord& record) {
  const std::string program = record.command.empty() ? "unknown" : record.command.front();
  const std::string target = record.target.empty() ? program : record.target;
  const Outcome outcome = OutcomeOf(record);
  const Counts counts = {record.counterexamples.size() + 1, record.counterexamples.size(),
                         outcome == Outcome::kError ? size_t{1} : size_t{0}};
  pugi::xml_node suite = suites.append_child("testsuite");
  SetAttribute(suite, "name", record.target.empty() ? "shortwrite" : record.target);
  SetCounts(suite, counts);
  SetAttribute(suite, "skipped", outcome == Outcome::kSkipped ? "1" : "0");
  pugi::xml_node properties = suite.append_child("properties");
  for (const Field& field : FieldsOf(record)) AddProperty(properties, field);
  AddCampaign(suite, record, target);
  for (const CounterexampleRecord& found : record.counterexamples) {
    const std::string name = found.schedule.empty() ? "(no fault)" : found.schedule;
    AddOutcome(AddCase(suite, name, target), "failure", found.verdict, Title(found), Body(found));
  }
  return counts;
}

}  // namespace

std::string RenderJunit(const std::vector<CampaignRecord>& records) {
  pugi::xml_document document;
  pugi::xml_node suites = document.append_child("testsuites");
  SetAttribute(suites, "name", "shortwrite");
  Counts all;
  for (const CampaignRecord& record : records) {
    const Counts counts = AddSuite(suites, record);
    all.tests += counts.tests;
    all.failures += counts.failures;
    all.errors += counts.errors;
  }
  SetCounts(suites, all);
  std::ostringstream text;
  document.save(text, "  ", pugi::format_default, pugi::encoding_utf8);
  return text.str();
}

}  // namespace shortwrite
