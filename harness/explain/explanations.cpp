#include "harness/explain/explanations.h"

#include <algorithm>
#include <cctype>
#include <initializer_list>
#include <nlohmann/json.hpp>
#include <span>
#include <utility>

#include "harness/base/closest_word.h"
#include "harness/diagnosis/rules.h"
#include "harness/explain/entries.h"
#include "harness/report/explain.h"
#include "harness/report/json_parts.h"

namespace shortwrite {
namespace {

constexpr std::string_view kClass = "class";
constexpr std::string_view kVerdict = "verdict";
constexpr std::string_view kFault = "fault";

std::vector<std::string_view> SplitWords(std::string_view text) {
  std::vector<std::string_view> words;
  while (!text.empty()) {
    const size_t end = std::min(text.find(' '), text.size());
    if (end > 0) words.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return words;
}

std::string TitleOf(std::string_view kind, std::string_view name) {
  if (kind == kClass) return std::string(ClassTitle(name));
  if (kind == kVerdict) return std::string(VerdictMeaning(name));
  return "";
}

void Add(std::string_view kind, std::span<const Entry> entries, std::vector<Explanation>& all) {
  for (const Entry& entry : entries) {
    all.push_back({kind, entry.name, TitleOf(kind, entry.name), entry.cause, entry.bug, entry.fix,
                   SplitWords(entry.threads)});
  }
}

std::string Lower(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return lower;
}

std::string Paragraph(std::string_view text, const Style& style) {
  return "  " + style.Wrap(text, 2) + '\n';
}

// Code stands deeper, and is never broken.
std::string Block(std::string_view text) {
  std::string block = "    ";
  for (const char c : text) {
    block += c;
    if (c == '\n') block += "    ";
  }
  return block + '\n';
}

bool IsCode(std::string_view text) {
  return text.find(';') != std::string_view::npos && text.find('{') != std::string_view::npos;
}

std::string Section(std::string_view title, const std::string& body, const Style& style) {
  return '\n' + style.Paint(Tint::kHeading, title) + '\n' + body;
}

}  // namespace

std::vector<Explanation> AllExplanations() {
  std::vector<Explanation> all;
  for (const auto& entries :
       {CountEntries(), CursorEntries(), CallEntries(), ReadinessEntries(), LayerEntries()}) {
    Add(kClass, entries, all);
  }
  Add(kVerdict, VerdictEntries(), all);
  Add(kFault, FaultEntries(), all);
  return all;
}

std::optional<Explanation> FindExplanation(std::string_view word) {
  const std::string lower = Lower(word);
  for (Explanation& explanation : AllExplanations()) {
    if (Lower(explanation.name) == lower) return std::move(explanation);
  }
  return std::nullopt;
}

std::string DidYouMeanExplained(std::string_view word) {
  std::vector<std::string> names;
  for (const Explanation& explanation : AllExplanations()) names.push_back(Lower(explanation.name));
  const std::vector<std::string_view> known(names.begin(), names.end());
  return DidYouMean(Lower(word), known);
}

std::string ExplanationText(const Explanation& explanation, const Style& style) {
  std::string text = style.Paint(Tint::kHeading, explanation.name);
  if (!explanation.title.empty()) text += ": " + explanation.title;
  text += "\n\n" + Paragraph(explanation.cause, style);
  if (!explanation.bug.empty()) text += Section("The mistake", Block(explanation.bug), style);
  const std::string fix =
      IsCode(explanation.fix) ? Block(explanation.fix) : Paragraph(explanation.fix, style);
  text += Section("What is right", fix, style);
  if (explanation.threads.empty()) return text;
  std::string threads;
  for (const std::string_view thread : explanation.threads) {
    threads += (threads.empty() ? "" : " ") + std::string(thread);
  }
  return text + Section("Seen in", Paragraph(threads, style), style);
}

std::string ExplanationList(const std::vector<Explanation>& explanations, const Style& style) {
  std::string text;
  std::string_view kind;
  for (const Explanation& explanation : explanations) {
    if (explanation.kind != kind) {
      kind = explanation.kind;
      const std::string_view title = kind == kClass     ? "Classes of mistakes"
                                     : kind == kVerdict ? "Verdicts"
                                                        : "Faults";
      text += (text.empty() ? "" : "\n") + style.Paint(Tint::kHeading, title) + '\n';
    }
    const std::string_view says =
        explanation.title.empty()
            ? explanation.cause.substr(0, explanation.cause.find_first_of(".:"))
            : std::string_view(explanation.title);
    constexpr size_t kNameColumns = 15;
    text += "  " + std::string(explanation.name) +
            std::string(kNameColumns - std::min(kNameColumns, explanation.name.size()), ' ') + ' ' +
            style.Wrap(says, 2 + kNameColumns + 1) + '\n';
  }
  return text;
}

std::string ExplanationJson(const Explanation& explanation) {
  nlohmann::ordered_json json = TypedJson("explanation");
  json["kind"] = explanation.kind;
  json["name"] = explanation.name;
  json["title"] = explanation.title;
  json["cause"] = explanation.cause;
  json["bug"] = explanation.bug;
  json["fix"] = explanation.fix;
  json["threads"] = explanation.threads;
  return JsonLine(json);
}

}  // namespace shortwrite
