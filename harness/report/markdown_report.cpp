#include "harness/report/markdown_report.h"

#include <fmt/format.h>

#include <algorithm>

#include "harness/report/record_text.h"

namespace shortwrite {
namespace {

// A fence that no run of backticks inside can close.
std::string Block(std::string_view language, std::string_view text) {
  size_t longest = 0;
  size_t run = 0;
  for (const char c : text) {
    run = c == '`' ? run + 1 : 0;
    longest = std::max(longest, run);
  }
  const std::string fence(std::max<size_t>(3, longest + 1), '`');
  const std::string_view end = text.ends_with('\n') ? "" : "\n";
  return fmt::format("\n{}{}\n{}{}{}\n", fence, language, text, end, fence);
}

std::string List(const std::vector<Field>& fields) {
  std::string list;
  for (const Field& field : fields) {
    list += fmt::format("- **{}** {}\n", field.name, EscapeMarkdown(field.value));
  }
  return list;
}

std::string Section(const CounterexampleRecord& found) {
  std::string section = fmt::format("\n### {}\n\n", EscapeMarkdown(Title(found)));
  section += List(FieldsOf(found));
  if (const std::string table = CallTable(found); !table.empty()) section += Block("text", table);
  if (const std::string bytes = SideBySide(found.divergence); !bytes.empty()) {
    section += Block("text", bytes);
  }
  if (!found.replay.empty()) section += Block("sh", found.replay);
  return section;
}

std::string RenderOne(const CampaignRecord& record) {
  std::string text = fmt::format("## shortwrite: {}\n\n", EscapeMarkdown(NamedTitle(record)));
  text += List(FieldsOf(record));
  if (record.pending) {
    text += fmt::format("\nFound, and not yet made smaller: {}\n",
                        EscapeMarkdown(record.pending->verdict));
    text += Block("sh", record.pending->replay);
  }
  constexpr size_t kLastLineBytes = 100;
  for (size_t i = 0; i < record.counterexamples.size(); ++i) {
    const std::string section = Section(record.counterexamples[i]);
    if (text.size() + section.size() > kMarkdownBytesMax - kLastLineBytes) {
      return text + fmt::format("\n{} more counterexamples do not fit here.\n",
                                record.counterexamples.size() - i);
    }
    text += section;
  }
  return text;
}

}  // namespace

std::string EscapeMarkdown(std::string_view text) {
  constexpr std::string_view kSpecial = "\\`*_{}[]<>#|&~!$@";
  std::string escaped;
  for (const char c : text) {
    if (kSpecial.find(c) != std::string_view::npos) escaped += '\\';
    escaped += c;
  }
  return escaped;
}

std::string RenderMarkdown(const std::vector<CampaignRecord>& records) {
  std::string text;
  for (size_t i = 0; i < records.size(); ++i) {
    const std::string one = RenderOne(records[i]);
    constexpr size_t kLastLineBytes = 100;
    if (text.size() + one.size() > kMarkdownBytesMax - kLastLineBytes) {
      return text + fmt::format("\n{} more campaigns do not fit here.\n", records.size() - i);
    }
    text += (text.empty() ? "" : "\n") + one;
  }
  return text;
}

}  // namespace shortwrite
