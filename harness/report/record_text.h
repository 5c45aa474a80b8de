// A record in words, as all formats say them. Pure; what comes back is safe to show, and escaped
// for no format.
#pragma once

#include <functional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "harness/report/campaign_record.h"
#include "harness/report/style.h"

namespace shortwrite {

struct Field {
  std::string_view name;
  std::string value;  // never empty
};

// What is known of a counterexample, but for its replay line; and of the campaign around it.
std::vector<Field> FieldsOf(const CounterexampleRecord& found);
std::vector<Field> FieldsOf(const CampaignRecord& record);

// "corrupted: the bytes are wrong, and nothing says so".
std::string Title(const CounterexampleRecord& found);
std::string Title(const CampaignRecord& record);
// With the target's name before it, where a project file gave it one.
std::string NamedTitle(const CampaignRecord& record);

// "./writer {payload} {out}", each word as a shell would read it, but no longer than people read.
std::string CommandText(const CampaignRecord& record);

// What a call returned: "12", "EAGAIN", "(never)".
std::string ResultText(const CallRecord& call);
// "<- short", "(eagain: not legal here)", "<- eagain, then waits", or "".
std::string RemarkText(const CallRecord& call);

// Indices of the calls that a table shows: around each fault, the first and the last.
std::set<size_t> RowsToShow(size_t calls, const std::function<bool(size_t)>& has_fault);
std::string CallTable(const CounterexampleRecord& found);

// The bytes of both sides around the first that differs, eight in a row: offset, digits, letters.
// None where nothing differs.
struct HexPair {
  bool differs = false;
  std::string output;
  std::string reference;
};
std::vector<HexPair> HexRows(const DivergenceRecord& divergence);
// The same side by side; rows that differ are marked.
std::string SideBySide(const DivergenceRecord& divergence, const Style& style = {});

}  // namespace shortwrite
