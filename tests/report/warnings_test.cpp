// A warning stands where another option would show more, and nowhere else.
#include "harness/report/warnings.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "harness/campaign/short_period.h"
#include "harness/report/campaign_record.h"
#include "harness/report/json_report.h"
#include "harness/report/record_text.h"
#include "harness/report/text_report.h"
#include "tests/report/report_values.h"

namespace shortwrite {
namespace {

ReportContext WithMadePayload() {
  ReportContext context = ExampleContext();
  context.payload_is_made = true;
  context.payload_bytes = 270'001;
  return context;
}

std::vector<std::string> Texts(const CampaignResult& result, const ReportContext& context) {
  std::vector<std::string> texts;
  for (const Warning& warning : WarningsOf(result, context)) texts.push_back(ToText(warning));
  return texts;
}

using Lines = std::vector<std::string>;

// The usual good campaign, and the usual bad one, need no advice.
TEST(Warnings, AreNotThereWithoutNeed) {
  EXPECT_EQ(Texts(SurvivedCampaign(), WithMadePayload()), Lines{});
  EXPECT_EQ(Texts(FailedCampaign(), WithMadePayload()), Lines{});
  CampaignResult failed = FailedCampaign();
  failed.write_calls = 1;
  failed.sweep = {400, 60, 37, 37};
  EXPECT_EQ(Texts(failed, WithMadePayload()), Lines{})
      << "a sweep ends after a finding, and few calls were enough for it";
}

TEST(Warnings, OfOneWriteCall) {
  CampaignResult result = SurvivedCampaign();
  result.write_calls = 1;
  const std::string cause =
      "the target made 1 write call, so nothing is known of those after a first one; try ";
  EXPECT_EQ(Texts(result, WithMadePayload()), Lines{cause + "--bytes 4MiB"});
  ReportContext context = WithMadePayload();
  context.payload_is_made = false;
  EXPECT_EQ(Texts(result, context), Lines{cause + "a larger --payload"});
  context.payload_bytes = 0;
  EXPECT_EQ(Texts(result, context), Lines{cause + "an input that makes it write more"});
  context = WithMadePayload();
  context.payload_bytes = 8 << 20;
  EXPECT_EQ(Texts(result, context), Lines{}) << "it writes everything at once";
}

TEST(Warnings, OfASweepThatIsNotWhole) {
  CampaignResult result = SurvivedCampaign();
  result.sweep = {1'200, 340, 37, 37};
  EXPECT_EQ(
      Texts(result, WithMadePayload()),
      Lines{"the sweep was cut short: 340 of its 1200 schedules were run; try --time 5m, without "
            "--trials"});
  result.sweep = {500, 500, 4'000, 60};
  EXPECT_EQ(Texts(result, WithMadePayload()),
            Lines{"the sweep covered 60 of 4000 write calls within its budget; try --time 5m, "
                  "without --trials, or a smaller input"});
  result.sweep = {500, 500, 37, 37};
  EXPECT_EQ(Texts(result, WithMadePayload()), Lines{});
}

TEST(Warnings, OfOutputsThatDiffer) {
  CampaignResult result = EndedCampaign(CampaignEnd::kControlFailed);
  EXPECT_EQ(Texts(result, WithMadePayload()), Lines{});
  result.outputs_differ = true;
  const Lines texts = Texts(result, WithMadePayload());
  ASSERT_EQ(texts.size(), 1u);
  EXPECT_EQ(texts[0].find("the outputs differ from run to run; try --judge CMD"), 0u) << texts[0];
}

TEST(Warnings, OfAStdoutThatNobodyJudges) {
  CampaignResult result = SurvivedCampaign();
  result.unjudged_bytes = 80;
  EXPECT_EQ(Texts(result, WithMadePayload()), Lines{}) << "a message";
  result.unjudged_bytes = 10'000;
  Lines texts = Texts(result, WithMadePayload());
  ASSERT_EQ(texts.size(), 1u);
  EXPECT_EQ(texts[0].find("stdout, with 10000 bytes, is not judged"), 0u) << texts[0];
  result.unjudged_bytes = kDiagnosticsBytesMax;
  texts = Texts(result, WithMadePayload());
  ASSERT_EQ(texts.size(), 1u);
  EXPECT_EQ(texts[0].find("stdout, with at least 65536 bytes"), 0u) << texts[0];
}

TEST(Warnings, OfOutputsThatRepeatThemselves) {
  CampaignResult result = SurvivedCampaign();
  result.output_repeats_at = 4;
  ReportContext context = WithMadePayload();
  context.payload_is_made = false;
  EXPECT_EQ(Texts(result, context),
            Lines{"the output repeats itself every 4 bytes: bytes sent twice, lost, or in a wrong "
                  "place may look right; try without --payload: the one that is made repeats "
                  "nothing"});
  result.output_repeats_at = 1;
  context.payload_bytes = 0;
  EXPECT_EQ(Texts(result, context),
            Lines{"every byte of the output is the same: bytes sent twice, lost, or in a wrong "
                  "place may look right; try an input that repeats nothing"});
}

TEST(Warnings, OfTrialsThatProvedNothing) {
  CampaignResult result = SurvivedCampaign();
  result.inconclusive = 2;
  EXPECT_EQ(
      Texts(result, WithMadePayload()),
      Lines{"2 trials were still at work at the deadline, and proved nothing; try --timeout 2m"});
}

// They stand in the text, in the result, and in what is rendered from that.
TEST(Warnings, AreInEveryReport) {
  CampaignResult result = SurvivedCampaign();
  result.inconclusive = 1;
  const std::string warning =
      "1 trial was still at work at the deadline, and proved nothing; try --timeout 2m";
  EXPECT_NE(CampaignText(result, ExampleContext()).find("  warning     " + warning + '\n'),
            std::string::npos);
  const std::string json = CampaignJson(result, 0, ExampleContext());
  EXPECT_EQ(nlohmann::json::parse(json)["warnings"], nlohmann::json::array({warning}));
  const Result<CampaignRecord> record = ReadStream(json + '\n', "test");
  ASSERT_TRUE(record.ok());
  const std::vector<Field> fields = FieldsOf(record.value());
  EXPECT_TRUE(std::any_of(fields.begin(), fields.end(), [&](const Field& field) {
    return field.name == "warnings" && field.value == warning;
  }));
}

// The least period, if it is short and shows often enough.
TEST(ShortPeriod, IsFound) {
  const auto repeated = [](const std::string& part, int times) {
    std::string text;
    for (int i = 0; i < times; ++i) text += part;
    return text;
  };
  EXPECT_EQ(ShortPeriod(repeated("x", 100)), 1u);
  EXPECT_EQ(ShortPeriod(repeated("ABCD", 100)), 4u);
  EXPECT_EQ(ShortPeriod(repeated("ABCD", 100) + "AB"), 4u);
  EXPECT_EQ(ShortPeriod(repeated("ABCD", 100) + "AC"), 0u) << "not to its end";
  EXPECT_EQ(ShortPeriod(repeated("ABCD", 3)), 0u) << "too few to say so";
  EXPECT_EQ(ShortPeriod(repeated(std::string(64, 'a') + 'b', 100)), 0u) << "65 bytes";
  EXPECT_EQ(ShortPeriod(""), 0u);
}

}  // namespace
}  // namespace shortwrite
