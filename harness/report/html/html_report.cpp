#include "harness/report/html/html_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
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

// What a reader asks first about a counterexample: it stands above the picture.
constexpr std::array<std::string_view, 5> kLeadFields = {"class", "mechanism", "schedule", "legal",
                                                         "fix"};

bool IsLead(const Field& field) {
  return std::find(kLeadFields.begin(), kLeadFields.end(), field.name) != kLeadFields.end();
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
  std::vector<Field> lead = FieldsOf(found);
  const auto rest = std::stable_partition(lead.begin(), lead.end(), IsLead);
  const std::vector<Field> details(rest, lead.end());
  lead.erase(rest, lead.end());
  section.set("lead", FieldList(lead));
  section.set("details", FieldList(details));
  section.set("pictures", Pictures(found, timeline, id, drawn_max));
  SetText(section, "legend", Legend(timeline));
  SetText(section, "left_out", LeftOut(found, timeline));
  SetText(section, "bytes_svg", DrawBytes(found, id + "-b"));
  SetBytes(section, found);
  SetText(section, "table", CallTable(found));
  SetText(section, "replay", Shortened(found.replay, kReplayBytesMax));
  return section;
}

const char* StateOf(const CampaignRecord& record) {
  if (record.survived()) return "good";
  return record.counterexamples.empty() ? "open" : "bad";
}

// What of the records a page shows.
struct Extent {
  size_t counterexamples = 0;  // the first ones, of each record
  size_t calls_drawn_max = 0;  // of each counterexample
};

// next_id: of the first counterexample; each on a page has its own.
Data Campaign(const CampaignRecord& record, const Extent& extent, size_t number, size_t& next_id) {
  Data data;
  data.set("id", fmt::format("t{}", number));
  data.set("title", NamedTitle(record));
  data.set("state", StateOf(record));
  SetText(data, "command", CommandText(record));
  std::vector<Field> fields = FieldsOf(record);
  std::erase_if(fields, [](const Field& field) { return field.name == "command"; });
  data.set("what", record.is_replay ? "replay" : "campaign");
  data.set("fields", FieldList(fields));
  data.set("several", record.counterexamples.size() > 1 ? Data{Data::type::bool_true}
                                                        : Data{Data::type::bool_false});
  Data list{Data::type::list};
  const size_t count = std::min(record.counterexamples.size(), extent.counterexamples);
  for (size_t i = 0; i < count; ++i) {
    list.push_back(Section(record.counterexamples[i], next_id++, extent.calls_drawn_max));
  }
  if (record.trial && !record.trial->calls.empty()) {
    Data trial = Section(*record.trial, next_id++, extent.calls_drawn_max);
    trial.set("title", "The trial");
    list.push_back(trial);
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
  return data;
}

std::string TitleOf(const std::vector<CampaignRecord>& records) {
  if (records.size() == 1) return NamedTitle(records.front());
  const auto survived =
      std::count_if(records.begin(), records.end(),
                    [](const CampaignRecord& record) { return record.survived(); });
  return fmt::format("{} of {} targets survived", survived, records.size());
}

// The worst of all.
const char* StateOf(const std::vector<CampaignRecord>& records) {
  const auto any = [&](std::string_view state) {
    return std::any_of(records.begin(), records.end(),
                       [&](const CampaignRecord& record) { return StateOf(record) == state; });
  };
  return any("bad") ? "bad" : any("open") ? "open" : "good";
}

std::string RenderPage(const std::vector<CampaignRecord>& records, const Extent& extent) {
  static const std::string kTemplate(kPageTemplate);
  kainjow::mustache::mustache page{kTemplate};
  Data data;
  data.set("page_title", TitleOf(records));
  data.set("page_state", StateOf(records));
  data.set("version", records.front().version);
  data.set("overview",
           records.size() > 1 ? Data{Data::type::bool_true} : Data{Data::type::bool_false});
  Data campaigns{Data::type::list};
  size_t next_id = 1;
  for (size_t i = 0; i < records.size(); ++i) {
    campaigns.push_back(Campaign(records[i], extent, i + 1, next_id));
  }
  data.set("campaigns", campaigns);
  return page.render(data);
}

// With up to `most` counterexamples of each record.
Extent ExtentWith(const std::vector<CampaignRecord>& records, size_t most) {
  size_t shown = 0;
  for (const CampaignRecord& record : records) {
    shown += std::min(record.counterexamples.size(), most);
  }
  return {most, kCallsDrawnMax / std::max<size_t>(shown, 1)};
}

}  // namespace

std::string RenderHtml(const std::vector<CampaignRecord>& records) {
  size_t most = 0;
  for (const CampaignRecord& record : records) {
    most = std::max(most, record.counterexamples.size());
  }
  std::string page = RenderPage(records, ExtentWith(records, most));
  while (page.size() > kHtmlBytesMax && most > 0) {
    most /= 2;
    page = RenderPage(records, ExtentWith(records, most));
  }
  return page;
}

}  // namespace shortwrite
