// Reports are what scripts and people rely on, so each is compared with a kept text, byte by byte.
// After a wanted change: SHORTWRITE_UPDATE_GOLDENS=1 build/dev/report_test, then read the diff.
#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <vector>

#include "harness/report/call_table.h"
#include "harness/report/explain.h"
#include "harness/report/json_report.h"
#include "harness/report/text_report.h"
#include "tests/report/golden.h"
#include "tests/report/report_values.h"

namespace shortwrite {
namespace {

using Json = nlohmann::json;

std::string Joined(const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines) text += line + '\n';
  return text;
}

// The text for people: verdict, evidence, call table, completeness, and the replay line last.
TEST(TextReport, OfCampaigns) {
  ExpectGolden("survived.txt", CampaignText(SurvivedCampaign(), ExampleContext()));
  ExpectGolden("corrupted.txt", CampaignText(FailedCampaign(), ExampleContext()));
  ExpectGolden("odd_names.txt", CampaignText(CampaignWithOddNames(), ExampleContext()));
  ExpectGolden("control_failed.txt",
               CampaignText(EndedCampaign(CampaignEnd::kControlFailed), ExampleContext()));
}

// After a failure the last line is the command that replays it.
TEST(TextReport, EndsWithTheReplayLine) {
  const std::string line =
      "shortwrite replay --schedule '2:short=1 3:eagain' -- ./writer "
      "{payload} {out}\n";
  const Schedule schedule = ParseSchedule("2:short=1 3:eagain").value();
  EXPECT_TRUE(CampaignText(FailedCampaign(), ExampleContext()).ends_with('\n' + line));
  EXPECT_TRUE(CampaignText(CampaignWithOddNames(), ExampleContext()).ends_with('\n' + line));
  EXPECT_TRUE(ReplayText(FailedReplay(), schedule, ExampleContext()).ends_with('\n' + line));
  EXPECT_EQ(CampaignText(SurvivedCampaign(), ExampleContext()).find("shortwrite replay"),
            std::string::npos);
}

// Whatever an output is called and whatever the target prints, a report for people has no control
// character but its own newlines: nothing forges a line of it, and nothing steers the terminal.
TEST(TextReport, HasNoForeignControlCharacters) {
  const std::string text = CampaignText(CampaignWithOddNames(), ExampleContext());
  for (const char c : text) EXPECT_TRUE(c == '\n' || static_cast<unsigned char>(c) >= ' ');
  EXPECT_EQ(text.find("\n\"b\""), std::string::npos) << "the newline of a name";
}

// One replay: its timeline, planned against delivered.
TEST(TextReport, OfReplays) {
  const Schedule schedule = ParseSchedule("2:short=1 3:eagain").value();
  ExpectGolden("replay.txt", ReplayText(FailedReplay(), schedule, ExampleContext()));
  ReplayResult vacuous = FailedReplay();
  vacuous.end = CampaignEnd::kVacuous;
  vacuous.reason = "the schedule delivered no fault";
  ExpectGolden("replay_vacuous.txt", ReplayText(vacuous, schedule, ExampleContext()));
}

// Long tables are cut: the beginning, the neighbourhood of faults, the end, and how much is left
// out between.
TEST(CallTable, IsCutToTheNeighbourhoodOfFaults) {
  ExpectGolden("long_table.txt", CallTable(LongObservation(1'000, {1, 500, 503})));
  std::vector<uint32_t> everywhere;
  for (uint32_t i = 1; i <= 1'000; ++i) everywhere.push_back(i);
  const std::string table = CallTable(LongObservation(1'000, everywhere));
  EXPECT_LT(std::count(table.begin(), table.end(), '\n'), 70);
  EXPECT_NE(table.find("\n    1000 "), std::string::npos) << "the last call";
  EXPECT_NE(CallTable(LongObservation(5, {})).find("\n       5 "), std::string::npos);
}

// One object on one line, with every field that scripts may rely on.
TEST(JsonReport, OfCampaigns) {
  ExpectGolden("campaigns.jsonl", CampaignJson(SurvivedCampaign(), 0, ExampleContext()) + '\n' +
                                      CampaignJson(FailedCampaign(), 1, ExampleContext()) + '\n' +
                                      CampaignJson(CampaignWithOddNames(), 1, ExampleContext()) +
                                      '\n');
}

// One object per write call, then the result.
TEST(JsonReport, OfReplays) {
  const Schedule schedule = ParseSchedule("2:short=1 3:eagain").value();
  ExpectGolden("replay.jsonl", Joined(ReplayJson(FailedReplay(), schedule, 1, ExampleContext())));
}

std::set<std::string> Missing(const Json& object, const std::vector<std::string>& fields) {
  std::set<std::string> missing;
  for (const std::string& field : fields) {
    if (!object.contains(field)) missing.insert(field);
  }
  return missing;
}

// The fields of the contract are all there, in each kind of object.
TEST(JsonReport, HasTheFieldsOfTheContract) {
  const std::vector<std::string> result = {
      "schema",           "type",     "verdict",     "exit",         "backend",
      "backend_reason",   "profile",  "seed",        "trials",       "faults_planned",
      "faults_delivered", "controls", "write_calls", "completeness", "counterexamples"};
  const std::vector<std::string> counterexample = {"schedule",
                                                   "raw_schedule",
                                                   "verdict",
                                                   "class",
                                                   "mechanism",
                                                   "legal_under",
                                                   "call_site",
                                                   "payload_bytes",
                                                   "trials_to_find",
                                                   "confirmed",
                                                   "replay",
                                                   "recipe",
                                                   "portability_finding",
                                                   "class_title",
                                                   "class_candidates",
                                                   "class_certain",
                                                   "standstill"};
  const std::vector<std::string> call = {"schema", "type",    "n",      "output", "call",
                                         "asked",  "granted", "result", "errno",  "fault"};
  const std::set<std::string> none;
  for (const CampaignEnd end : {CampaignEnd::kSurvived, CampaignEnd::kControlFailed,
                                CampaignEnd::kVacuous, CampaignEnd::kStopped}) {
    EXPECT_EQ(Missing(Json::parse(CampaignJson(EndedCampaign(end), 4, ExampleContext())), result),
              none);
  }
  const Json failed = Json::parse(CampaignJson(FailedCampaign(), 1, ExampleContext()));
  EXPECT_EQ(Missing(failed, result), none);
  EXPECT_EQ(Missing(failed["counterexamples"].at(0), counterexample), none);
  EXPECT_EQ(failed["verdict"], "corrupted");
  EXPECT_EQ(failed["exit"], 1);
  EXPECT_EQ(failed["counterexamples"].at(0)["legal_under"], "linux");
  EXPECT_EQ(failed["counterexamples"].at(0)["call_site"], "writer+0x11f2");

  const std::vector<std::string> lines =
      ReplayJson(FailedReplay(), ParseSchedule("2:short=1").value(), 1, ExampleContext());
  ASSERT_EQ(lines.size(), 5u);
  for (size_t i = 0; i + 1 < lines.size(); ++i) {
    EXPECT_EQ(Missing(Json::parse(lines[i]), call), none);
    EXPECT_EQ(Json::parse(lines[i])["type"], "call");
  }
  EXPECT_EQ(Json::parse(lines[1])["fault"], "short");
  EXPECT_EQ(Json::parse(lines[1])["result"], 1);
  EXPECT_EQ(Json::parse(lines[2])["fault"], "") << "planned, but not delivered";
  EXPECT_EQ(Json::parse(lines.back())["type"], "result");
  EXPECT_EQ(Json::parse(lines.back())["schedule"], "2:short=1");
}

// `class` is the first of the classes that look like this, and the mechanism begins with it.
TEST(JsonReport, NamesTheClass) {
  const Json result = Json::parse(CampaignJson(CampaignWithOddNames(), 1, ExampleContext()));
  const Json& named = result["counterexamples"].at(0);
  EXPECT_EQ(named["class"], "W01");
  EXPECT_EQ(named["class_candidates"], Json({"W01", "W12"}));
  EXPECT_FALSE(named["class_certain"]);
  EXPECT_TRUE(named["mechanism"].get<std::string>().starts_with(
      "W01 single call, count ignored: after call 2 accepted 1 of 12"))
      << named["mechanism"];
  const Json& unnamed = result["counterexamples"].at(1);
  EXPECT_EQ(unnamed["class"], "");
  EXPECT_TRUE(unnamed["class_candidates"].empty());
  const std::string text = CampaignText(CampaignWithOddNames(), ExampleContext());
  EXPECT_NE(text.find("\n  class       W01 single call, count ignored\n"), std::string::npos)
      << text;
  EXPECT_NE(text.find("\n  class       none fits; nearest: count not believed\n"),
            std::string::npos)
      << text;
}

// The place in the source where it is known; else program and offset. A child's program is another
// file, whose source nobody looked at.
TEST(CallSite, IsOfTheProgramThatMadeTheCall) {
  const Counterexample found = FailedCampaign().counterexamples[0];
  ReportContext context = ExampleContext();
  const auto site = [&](const Observation& observation) {
    return CallSite(found.diagnosis, observation, context);
  };
  Observation observation = found.observation;
  EXPECT_EQ(site(observation), "writer+0x11f2");
  context.source_place = [](uint64_t address) {
    return address == 0x11f2 ? "writer.c:42 (Flush)" : "";
  };
  EXPECT_EQ(site(observation), "writer.c:42 (Flush)");
  observation.programs = {"writer", "gzip"};
  observation.calls[1].program = 1;
  EXPECT_EQ(site(observation), "writer.c:42 (Flush)");
  observation.calls[1].program = 2;
  EXPECT_EQ(site(observation), "gzip+0x11f2");
  observation.calls[1].caller_in_program = false;
  EXPECT_EQ(site(observation), "");
}

// A target that does not end: the evidence for what it is called.
TEST(TextReport, SaysWhyATargetStandsStill) {
  CampaignResult result = FailedCampaign();
  Observation& observation = result.counterexamples[0].observation;
  observation.end = {TargetEnd::Kind::kHung, 0};
  observation.cpu = std::chrono::milliseconds(2);
  observation.wall = std::chrono::milliseconds(2'100);
  const std::string text = CampaignText(result, ExampleContext());
  EXPECT_NE(text.find("\n  standstill  last progress at call 3, 0.750 ms after the first; no write "
                      "call since then; 0.002 s of CPU in 2.100 s\n"),
            std::string::npos)
      << text;
}

// Names come through: what is UTF-8 unchanged, what is not as U+FFFD; each object is one line.
TEST(JsonReport, SurvivesOddNames) {
  const std::string line = CampaignJson(CampaignWithOddNames(), 1, ExampleContext());
  EXPECT_EQ(line.find('\n'), std::string::npos);
  const Json result = Json::parse(line);
  EXPECT_EQ(result["counterexamples"].at(0)["output"], "a\n\"b\"\x1b[31m'\xEF\xBF\xBD");
}

// The words of each end: never a good one unless it survived.
TEST(VerdictWord, OfEveryEnd) {
  EXPECT_EQ(VerdictWord(EndedCampaign(CampaignEnd::kSurvived)), "survived");
  EXPECT_EQ(VerdictWord(EndedCampaign(CampaignEnd::kUnsteady)), "flaky");
  for (const CampaignEnd end :
       {CampaignEnd::kControlFailed, CampaignEnd::kVacuous, CampaignEnd::kStopped}) {
    EXPECT_EQ(VerdictWord(EndedCampaign(end)), "inconclusive");
  }
  EXPECT_EQ(VerdictWord(CampaignWithOddNames()), "misreported");
}

// A counterexample is as legal as its least legal fault.
TEST(ExplainLegality, NamesTheWeakestProfile) {
  Observation observation = LongObservation(5, {1, 3, 5});
  EXPECT_EQ(ExplainLegality(observation).profile, "linux");
  observation.calls[2].legal_under = "hostile";
  observation.calls[2].legal_reason = "why";
  observation.calls[4].legal_under = "posix";
  EXPECT_EQ(ExplainLegality(observation).profile, "hostile");
  EXPECT_EQ(ExplainLegality(observation).reason, "why");
  EXPECT_EQ(ExplainLegality(LongObservation(5, {})).profile, "");
}

// What Linux does not do is told apart: as a portability finding.
TEST(ExplainLegality, NamesPortabilityFindings) {
  EXPECT_FALSE(IsPortabilityFinding({"linux", "why"}));
  EXPECT_TRUE(IsPortabilityFinding({"posix", "why"}));
  EXPECT_TRUE(IsPortabilityFinding({"hostile", "why"}));
  EXPECT_FALSE(IsPortabilityFinding({"", ""})) << "nothing was delivered";
  EXPECT_EQ(LegalitySentence({"linux", "why"}), "in profile linux: why");
  EXPECT_NE(LegalitySentence({"posix", "why"}).find("a portability finding"), std::string::npos);
  EXPECT_EQ(LegalitySentence({"", ""}), "");

  CampaignResult result = FailedCampaign();
  result.counterexamples[0].observation.calls[1].legal_under = "posix";
  const Json json = Json::parse(CampaignJson(result, 1, ExampleContext()));
  EXPECT_EQ(json["counterexamples"].at(0)["portability_finding"], true);
  EXPECT_EQ(json["counterexamples"].at(0)["recipe"], "") << "Linux has no way to show it";
  EXPECT_NE(CampaignText(result, ExampleContext()).find("a portability finding"),
            std::string::npos);
}

}  // namespace
}  // namespace shortwrite
