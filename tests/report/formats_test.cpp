// Each format of a report, over the same records: kept texts, and what must hold of every one.
#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "harness/report/campaign_record.h"
#include "harness/report/html/calls_picture.h"
#include "harness/report/html/html_report.h"
#include "harness/report/html/timeline.h"
#include "harness/report/json_report.h"
#include "harness/report/markdown_report.h"
#include "harness/report/record_text.h"
#include "harness/report/report_format.h"
#include "tests/report/golden.h"
#include "tests/report/report_values.h"

namespace shortwrite {
namespace {

CampaignRecord Read(const std::string& stream) {
  Result<CampaignRecord> record = ReadStream(stream, "test");
  if (record.ok()) return std::move(record).value();
  ADD_FAILURE() << record.error().message;
  return {};
}

CampaignRecord Aborted() {
  const std::string stream = StreamOf(FailedCampaign(), 1);
  return Read(stream.substr(0, stream.rfind("{\"schema\"")));
}

size_t Count(const std::string& text, const std::string& part) {
  size_t count = 0;
  for (size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++count;
  return count;
}

// The texts, of each kind of end.
TEST(Formats, AreTheseTexts) {
  for (const ReportFormat& format : ReportFormats()) {
    const std::string suffix = std::string(".") + format.name;
    ExpectGolden("survived" + suffix, format.render({Read(StreamOf(SurvivedCampaign(), 0))}));
    ExpectGolden("odd_names" + suffix, format.render({Read(StreamOf(CampaignWithOddNames(), 1))}));
    ExpectGolden("aborted" + suffix, format.render({Aborted()}));
    ExpectGolden("control_failed" + suffix,
                 format.render({Read(StreamOf(EndedCampaign(CampaignEnd::kControlFailed), 4))}));
  }
}

// Whatever a target is called and prints: no control character, no newline of a name, and no format
// is broken out of.
TEST(Formats, HaveNoForeignControlCharacters) {
  CampaignResult result = CampaignWithOddNames();
  result.counterexamples[0].judgement.message =
      "</pre><script>alert(1)</script> ``` ]]> --> \x1b[2J";
  result.notes = {"<b onload='x'>\"&amp; \xe2\x80\xae"};
  const CampaignRecord record = Read(StreamOf(result, 1));
  for (const ReportFormat& format : ReportFormats()) {
    const std::string text = format.render({record});
    EXPECT_TRUE(std::all_of(text.begin(), text.end(), [](char c) {
      return c == '\n' || static_cast<unsigned char>(c) >= ' ';
    })) << format.name;
    EXPECT_EQ(text.find('\x7f'), std::string::npos) << format.name;
    EXPECT_EQ(text.find("\n\"b\""), std::string::npos) << format.name;
  }
  for (const char* const name : {"html", "junit"}) {
    for (const ReportFormat& format : ReportFormats()) {
      if (std::string(format.name) != name) continue;
      const std::string text = format.render({record});
      EXPECT_EQ(text.find("<script"), std::string::npos) << name;
      EXPECT_EQ(text.find("<b "), std::string::npos) << name;
      EXPECT_NE(text.find("&lt;script&gt;"), std::string::npos) << name;
    }
  }
}

// A page is one file: it names no other, and forbids itself to load any.
TEST(Html, IsSelfContained) {
  const std::string page = RenderHtml({Read(StreamOf(CampaignWithOddNames(), 1))});
  EXPECT_NE(page.find("default-src 'none'; style-src 'unsafe-inline'"), std::string::npos);
  for (const char* const foreign :
       {"http:", "https:", "src=", "<script", "<link", "@import", "javascript:", "url(\"", "{{"}) {
    EXPECT_EQ(page.find(foreign), std::string::npos) << foreign;
  }
  EXPECT_EQ(Count(page, "<svg"), Count(page, "</svg>"));
  EXPECT_EQ(Count(page, "role=\"img\""), Count(page, "<desc")) << "each picture is described";
}

// The planned and not delivered, the delivered, the error of close: each has its letter.
TEST(Html, ShowsPlannedAgainstDelivered) {
  const std::string page = RenderHtml({Read(StreamOf(FailedCampaign(), 1))});
  EXPECT_EQ(Count(page, "<text class=\"planned\""), 2u);
  EXPECT_EQ(Count(page, "<text class=\"delivered\""), 1u);
  EXPECT_EQ(Count(page, "<text class=\"error\""), 1u);
  EXPECT_NE(page.find("S short write, A EAGAIN, O EIO"), std::string::npos);
  EXPECT_NE(page.find("first wrong byte: offset 13"), std::string::npos);
  EXPECT_NE(page.find("written by call 3"), std::string::npos);
}

TEST(Html, ShowsWaits) {
  CampaignRecord record = Read(StreamOf(FailedCampaign(), 1));
  const std::string waiting = RenderHtml({record});
  EXPECT_EQ(Count(waiting, "<line class=\"wait\""), 1u);
  EXPECT_NE(waiting.find("thin upright line: it waited"), std::string::npos);
  for (CallRecord& call : record.counterexamples[0].calls) call.then_waited = false;
  const std::string busy = RenderHtml({record});
  EXPECT_EQ(Count(busy, "<line class=\"wait\""), 0u);
  EXPECT_EQ(busy.find("it waited"), std::string::npos);
}

// Verdict, mechanism, schedule, legality and replay line come before the picture, what is not asked
// first after it.
TEST(Html, LeadsWithTheCounterexample) {
  const std::string page = RenderHtml({Read(StreamOf(FailedCampaign(), 1))});
  size_t at = 0;
  for (const char* const next : {"<h1", ">command<", "<h2>corrupted", ">mechanism<", ">schedule<",
                                 ">legal<", "Replay", "role=\"img\"", ">MD5<", ">control<"}) {
    const size_t found = page.find(next, at);
    ASSERT_NE(found, std::string::npos) << next;
    at = found;
  }
}

// However many calls and counterexamples there are, a page can be mailed.
TEST(Html, StaysSmall) {
  CampaignResult result = CampaignOfManyCalls(20'000);
  std::string page = RenderHtml({Read(StreamOf(result, 1))});
  EXPECT_LT(page.size(), kHtmlBytesMax / 4);
  EXPECT_NE(page.find("50 in each column"), std::string::npos);
  EXPECT_NE(page.find("calls 9801 to 10201, around the first wrong byte"), std::string::npos);
  for (const uint32_t calls : {60u, 600u}) {
    result = CampaignOfManyCalls(calls);
    result.counterexamples[0].judgement.message = std::string(100'000, '<');
    for (uint32_t i = 1; i < 8; ++i) {
      result.counterexamples.push_back(result.counterexamples[0]);
      result.counterexamples[i].minimal.steps[0].calls = {i + 2, i + 2};
    }
    page = RenderHtml({Read(StreamOf(result, 1))});
    EXPECT_LT(page.size(), kHtmlBytesMax) << calls;
    EXPECT_NE(page.find("id=\"c1-1-t\""), std::string::npos) << calls;
  }
}

// A summary that is too large would be refused as a whole.
TEST(Markdown, StaysSmall) {
  CampaignResult result = FailedCampaign();
  for (uint32_t i = 1; i < 1'000; ++i) {
    result.counterexamples.push_back(result.counterexamples[0]);
    result.counterexamples[i].minimal.steps[0].calls = {i + 2, i + 2};
  }
  const std::string text = RenderMarkdown({Read(StreamOf(result, 1))});
  EXPECT_LE(text.size(), kMarkdownBytesMax);
  EXPECT_GT(text.size(), kMarkdownBytesMax / 2);
  EXPECT_NE(text.find(" more counterexamples do not fit here."), std::string::npos);
}

// Only a campaign that came to its end, and found nothing, passes.
TEST(Formats, PassNothingButWhatSurvived) {
  const auto render = [](const std::string& name, const CampaignRecord& record) {
    for (const ReportFormat& format : ReportFormats()) {
      if (format.name == name) return format.render({record});
    }
    ADD_FAILURE() << name;
    return std::string();
  };
  for (const CampaignRecord& record :
       {Aborted(), Read(""), Read(StreamOf(EndedCampaign(CampaignEnd::kVacuous), 5)),
        Read(StreamOf(EndedCampaign(CampaignEnd::kStopped), 75)),
        Read(FailureJson("no such file", 3) + '\n')}) {
    EXPECT_NE(render("tap", record).find("\nnot ok 1 - "), std::string::npos);
    EXPECT_NE(render("junit", record).find("<error "), std::string::npos);
    EXPECT_NE(render("sarif", record).find("\"executionSuccessful\": false"), std::string::npos);
    EXPECT_EQ(render("html", record).find("class=\"good\""), std::string::npos);
    for (const ReportFormat& format : ReportFormats()) {
      EXPECT_EQ(format.render({record}).find("survived"), std::string::npos) << format.name;
    }
  }
  const CampaignRecord survived = Read(StreamOf(SurvivedCampaign(), 0));
  EXPECT_EQ(render("tap", survived).find("not ok"), std::string::npos);
  const CampaignRecord unavailable = Read(FailureJson("ptrace is forbidden", 77) + '\n');
  EXPECT_NE(render("tap", unavailable).find("# SKIP"), std::string::npos);
  EXPECT_NE(render("junit", unavailable).find("<skipped "), std::string::npos);
}

// A directive in what a target says would turn its failure into a pass.
TEST(Tap, HasNoDirectivesOfATarget) {
  CampaignResult result = EndedCampaign(CampaignEnd::kControlFailed);
  result.reason =
      "ended: exit status 1; its last words: # SKIP me # TO"
      "DO";
  for (const ReportFormat& format : ReportFormats()) {
    if (format.name != std::string("tap")) continue;
    const std::string text = format.render({Read(StreamOf(result, 4))});
    EXPECT_NE(text.find("\nnot ok 1 - "), std::string::npos);
    EXPECT_NE(text.find("last words: \\# SKIP me \\# TO"
                        "DO\n"),
              std::string::npos)
        << text;
  }
}

// On a stream no call has a position: it stands where the ones before it ended, and a call that
// failed where it wanted to go on.
TEST(Timeline, PlacesCallsOfAStream) {
  CounterexampleRecord found;
  found.output = "stdout";
  found.output_bytes = 30;
  found.divergence.offset = 25;
  for (const int64_t result : {10, -1, 5, 15}) {
    CallRecord call;
    call.n = found.calls.size() + 1;
    call.output = call.final_output = "stdout";
    call.asked = call.movable = 20;
    call.result = result;
    call.error = result < 0 ? 11 : 0;
    found.calls.push_back(call);
  }
  found.calls[1].fault = found.calls[1].planned_fault = "eagain";
  CallRecord elsewhere = found.calls[0];
  elsewhere.output = elsewhere.final_output = "log";
  found.calls.push_back(elsewhere);
  const Timeline timeline = PlaceCalls(found);
  ASSERT_EQ(timeline.calls.size(), 4u);
  EXPECT_EQ(timeline.elsewhere, 1u);
  EXPECT_EQ(timeline.calls[1].from, 10u);
  EXPECT_EQ(timeline.calls[1].accepted, 0u);
  EXPECT_EQ(timeline.calls[1].delivered, 'A');
  EXPECT_EQ(timeline.calls[1].failed, 'A');
  EXPECT_EQ(timeline.calls[2].from, 10u);
  EXPECT_EQ(timeline.calls[3].from, 15u);
  EXPECT_EQ(timeline.end, 35u);
  EXPECT_EQ(timeline.first_fault, 1u);
  EXPECT_EQ(timeline.wrote_wrong, 3u);
  EXPECT_EQ(Legend(timeline), "A EAGAIN");
}

// A temporary file that became the output is the output.
TEST(Timeline, FollowsAFileThatWasRenamed) {
  CounterexampleRecord found;
  found.output = "out";
  CallRecord call;
  call.n = 1;
  call.output = "out.tmp";
  call.final_output = "out";
  found.calls = {call};
  EXPECT_EQ(PlaceCalls(found).calls.size(), 1u);
}

// Both sides, row beside row, to the end of the longer one; rows that differ are marked.
TEST(SideBySide, MarksTheRowsThatDiffer) {
  const CampaignRecord record = Read(StreamOf(FailedCampaign(), 1));
  ExpectGolden("side_by_side.txt", SideBySide(record.counterexamples[0].divergence));
  EXPECT_EQ(SideBySide({3, 0, "same", "same"}), "");
}

}  // namespace
}  // namespace shortwrite
