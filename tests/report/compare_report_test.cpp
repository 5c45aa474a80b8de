// The matrix in each of its formats: right cells, and nothing that a name can break.
#include "harness/report/compare_report.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>

namespace shortwrite {
namespace {

using Kind = ComparedCell::Kind;

Matrix Example() {
  ComparedColumn good;
  good.name = "good";
  good.command = "./good";
  good.sink = "file";
  good.result.cells.assign(ComparedFaults().size(), {Kind::kSurvived, "", "1:short=1"});
  good.result.cells[1] = {Kind::kNotLegal, "", "1:eagain"};
  ComparedColumn bad = good;
  bad.name = "<b>|\",\x1b";
  bad.exit = 1;
  bad.result.cells[0] = {Kind::kFailed, "corrupted", "1:short=1"};
  bad.result.cells[1] = {Kind::kNoSuchCall, "", ""};
  bad.result.cells[2] = {Kind::kInconclusive, "", "3:short=1"};
  ComparedColumn none;
  none.name = "none";
  none.exit = 4;
  none.result.reason = "the control exits with 1";
  return {{good, bad, none}, 1};
}

std::string LineOf(const std::string& text, size_t number) {
  size_t at = 0;
  while (number-- > 0) at = text.find('\n', at) + 1;
  return text.substr(at, text.find('\n', at) - at);
}

TEST(CompareReport, TextHasARowPerFault) {
  const std::string text = MatrixText(Example());
  EXPECT_EQ(LineOf(text, 1).substr(0, 16), "first: N:short=1");
  EXPECT_NE(LineOf(text, 1).find("  survived  corrupted"), std::string::npos) << text;
  EXPECT_NE(LineOf(text, 2).find("  -         no such call"), std::string::npos) << text;
  EXPECT_NE(text.find("  survived  corrupted     not run"), std::string::npos) << text;
  EXPECT_NE(text.find("good: survived 21 of 21; ./good"), std::string::npos) << text;
  EXPECT_NE(text.find("<b>|\",\\x1b: survived 19 of 21"), std::string::npos) << text;
  EXPECT_NE(text.find("none: not compared"), std::string::npos) << text;
  EXPECT_NE(text.find("the control exits with 1"), std::string::npos);
  EXPECT_EQ(text.find('\x1b'), std::string::npos);
}

TEST(CompareReport, FormatsEscapeNames) {
  const Matrix matrix = Example();
  const std::string html = MatrixHtml(matrix);
  EXPECT_EQ(html.find("<b>"), std::string::npos);
  EXPECT_NE(html.find("&lt;b&gt;"), std::string::npos);
  EXPECT_NE(html.find("<td class=\"bad\">corrupted</td>"), std::string::npos);
  EXPECT_NE(html.find("default-src 'none'"), std::string::npos);
  EXPECT_EQ(LineOf(MatrixCsv(matrix), 0), "fault,good,\"<b>|\"\",\\x1b\",none\r");
  EXPECT_EQ(LineOf(MatrixMarkdown(matrix), 0), "| fault | good | \\<b\\>\\|\",\\\\x1b | none |");
  EXPECT_EQ(LineOf(MatrixMarkdown(matrix), 1), "| --- | --- | --- | --- |");
}

TEST(CompareReport, JsonHasEveryCell) {
  const nlohmann::json json = nlohmann::json::parse(MatrixJson(Example()));
  EXPECT_EQ(json["schema"], "shortwrite/1");
  EXPECT_EQ(json["type"], "comparison");
  EXPECT_EQ(json["exit"], 1);
  ASSERT_EQ(json["faults"].size(), ComparedFaults().size());
  EXPECT_EQ(json["faults"][0]["cells"][1]["outcome"], "failed");
  EXPECT_EQ(json["faults"][0]["cells"][1]["verdict"], "corrupted");
  EXPECT_EQ(json["faults"][0]["cells"][2]["outcome"], "not-run");
}

}  // namespace
}  // namespace shortwrite
