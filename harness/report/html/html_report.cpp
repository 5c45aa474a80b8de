#include "harness/report/html/html_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <kainjow/mustache.hpp>
#include <string_view>
#include <utility>

#include "harness/report/html/bytes_picture.h"
#include "harness/report/html/calls_picture.h"
#include "harness/report/html/page_template.h"
#include "harness/report/html/timeline.h"
#include "harness/report/plain_text.h"
#include "harness/report/record_text.h"

namespace shortwrite {
namespace {

using Data = kainjow::mustache::data;

constexpr size_t kReplayBytesMax = 16 * 1024;

Data FieldList(const std::vector<Field>& fields) {
  Data list{Data::type::list};
  for (const Field& field : fields) {
    Data row;
    row.set("name", std::string(field.name));
    row.set("value", field.value);
    list.push_back(row);
  }
  return list;
}

// Empty texts are false: a section without content is not there.
void SetText(Data& data, const char* name, const std::string& text) {
  if (text.empty()) {
    data.set(name, Data{Data::type::bool_false});
    return;
  }
  Data section;
  section.set("text", text);
  data.set(name, section);
}

Data Pictures(const CounterexampleRecord& found, const Timeline& timeline, const std::string& id,
              size_t drawn_max) {
  Data list{Data::type::list};
  for (const CallsPicture& picture : DrawCalls(found, timeline, id, drawn_max)) {
    Data row;
    row.set("caption", picture.caption);
    row.set("svg", picture.svg);
    list.push_back(row);
  }
  return list;
}

// One side above the other: beside the picture there is no room for both.
void SetBytes(Data& section, const CounterexampleRecord& found) {
  const std::vector<HexPair> rows = HexRows(found.divergence);
  std::string output;
  std::string reference;
  for (const HexPair& row : rows) {
    const char mark = row.differs ? '>' : ' ';
    if (!row.output.empty()) output += fmt::format("{} {}\n", mark, row.output);
    if (!row.reference.empty()) reference += fmt::format("{} {}\n", mark, row.reference);
  }
  if (rows.empty()) {
    section.set("sides", Data{Data::type::bool_false});
    return;
  }
  Data sides;
  sides.set("offset", fmt::format("{}", found.divergence.offset));
  sides.set("output", output);
  sides.set("reference", reference);
  section.set("sides", sides);
}

std::string LeftOut(const CounterexampleRecord& found, const Timeline& timeline) {
  std::string text;
  if (timeline.elsewhere > 0) {
    text += fmt::format("{} calls on other outputs are not drawn. ", timeline.elsewhere);
  }
  if (found.calls_before + found.calls_after > 0) {
    text += fmt::format("{} calls before and {} after these are not in the stream.",
                        found.calls_before, found.calls_after);
  }
  return text;
}

Data Section(const CounterexampleRecord& found, size_t number, size_t drawn_max) {
  const Timeline timeline = PlaceCalls(found);
  const std::string id = fmt::format("c{}", number);
  Data section;
  section.set("id", id);
  section.set("verdict", found.verdict);
  section.set("title", Title(found));
  section.set("schedule", found.schedule.empty() ? "(no fault)" : Shortened(found.schedule, 1024));
  section.set("fields", FieldList(FieldsOf(found)));
  section.set("pictures", Pictures(found, timeline, id, drawn_max));
  SetText(section, "legend", Legend(timeline));
  SetText(section, "left_out", LeftOut(found, timeline));
  SetText(section, "bytes_svg", DrawBytes(found, id + "-b"));
  SetBytes(section, found);
  SetText(section, "table", CallTable(found));
  SetText(section, "replay", Shortened(found.replay, kReplayBytesMax));
  return section;
}

// The first `count` counterexamples.
std::string RenderPage(const CampaignRecord& record, size_t count) {
  static const std::string kTemplate(kPageTemplate);
  kainjow::mustache::mustache page{kTemplate};
  Data data;
  data.set("title", Title(record));
  data.set("verdict", record.verdict);
  data.set("state", record.survived() ? "good" : record.counterexamples.empty() ? "open" : "bad");
  data.set("version", record.version);
  data.set("fields", FieldList(FieldsOf(record)));
  data.set("several", record.counterexamples.size() > 1 ? Data{Data::type::bool_true}
                                                        : Data{Data::type::bool_false});
  Data list{Data::type::list};
  const size_t drawn_max = kCallsDrawnMax / std::max<size_t>(count, 1);
  for (size_t i = 0; i < count; ++i) {
    list.push_back(Section(record.counterexamples[i], i + 1, drawn_max));
  }
  data.set("counterexamples", list);
  const size_t left_out = record.counterexamples.size() - count;
  SetText(data, "left_out", left_out == 0 ? "" : fmt::format("{}", left_out));
  if (record.pending) {
    Data pending;
    pending.set("verdict", record.pending->verdict);
    pending.set("replay", Shortened(record.pending->replay, kReplayBytesMax));
    data.set("pending", pending);
  } else {
    data.set("pending", Data{Data::type::bool_false});
  }
  return page.render(data);
}

}  // namespace

std::string RenderHtml(const CampaignRecord& record) {
  size_t count = record.counterexamples.size();
  std::string page = RenderPage(record, count);
  while (page.size() > kHtmlBytesMax && count > 0) {
    count /= 2;
    page = RenderPage(record, count);
  }
  return page;
}

}  // namespace shortwrite
