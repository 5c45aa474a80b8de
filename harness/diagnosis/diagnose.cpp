#include "harness/diagnosis/diagnose.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "harness/diagnosis/rules.h"
#include "harness/diagnosis/sentence.h"

namespace shortwrite {
namespace {

std::vector<std::string> Split(std::string_view words) {
  std::vector<std::string> list;
  while (!words.empty()) {
    const size_t end = std::min(words.find(' '), words.size());
    list.emplace_back(words.substr(0, end));
    words.remove_prefix(std::min(end + 1, words.size()));
  }
  return list;
}

std::optional<size_t> IndexOfCall(const Evidence& evidence, const Story& story) {
  const std::vector<TracedCall>& calls = evidence.observation.calls;
  if (story.setback) return static_cast<size_t>(story.At(*story.setback).call - calls.data());
  const auto delivered = std::find_if(calls.begin(), calls.end(),
                                      [](const TracedCall& call) { return call.delivered; });
  if (delivered == calls.end()) return std::nullopt;
  return static_cast<size_t>(delivered - calls.begin());
}

// "; from outside, W16 (buffer compacted wrongly) looks the same".
std::string Alternatives(const std::vector<std::string>& candidates) {
  if (candidates.size() < 2) return "";
  std::string names;
  for (size_t i = 1; i < candidates.size(); ++i) {
    names +=
        fmt::format("{}{} ({})", i == 1 ? "" : " and ", candidates[i], ClassTitle(candidates[i]));
  }
  return fmt::format("; from outside, {} look{} the same", names,
                     candidates.size() == 2 ? "s" : "");
}

// "; '1:short=17' rules out W10 (whole buffer sent again)".
std::string RuleOut(const std::vector<Ruling>& rulings, std::vector<std::string>& candidates) {
  std::string text;
  for (const Ruling& ruling : rulings) {
    std::vector<std::string> names;
    for (const std::string& name : ruling.ruled_out) {
      if (std::erase(candidates, name) == 0) continue;
      names.push_back(fmt::format("{} ({})", name, ClassTitle(name)));
    }
    if (names.empty()) continue;
    text += fmt::format("; '{}' rules out {}", ToText(ruling.schedule), fmt::join(names, ", "));
  }
  return text;
}

}  // namespace

Diagnosis Diagnose(const Evidence& evidence, const std::vector<Ruling>& rulings) {
  const Story story = TellStory(evidence);
  const Facts facts = {evidence, story};
  Diagnosis diagnosis;
  diagnosis.call = IndexOfCall(evidence, story);
  diagnosis.sentence = DescribeStory(facts);
  for (const Rule& rule : Rules()) {
    if (!rule.fits(facts)) continue;
    diagnosis.candidates = Split(rule.classes);
    const std::string ruled_out = RuleOut(rulings, diagnosis.candidates);
    diagnosis.class_name = diagnosis.candidates.front();
    diagnosis.title = ClassTitle(diagnosis.class_name);
    diagnosis.sentence += ruled_out + Alternatives(diagnosis.candidates);
    // A reference that repeats cannot show which of its repetitions a call sent.
    if (story.repeats) diagnosis.sentence += "; the same bytes stand elsewhere in it, too";
    diagnosis.certain = diagnosis.candidates.size() == 1 && !story.repeats &&
                        evidence.judgement.provenance.period_bytes == 0;
    return diagnosis;
  }
  diagnosis.title = NearestFamily(facts);
  diagnosis.sentence += "; no class of mistake fits all of this";
  return diagnosis;
}

std::string Headline(const Diagnosis& diagnosis) {
  if (diagnosis.class_name.empty()) return diagnosis.title;
  return diagnosis.class_name + ' ' + diagnosis.title;
}

}  // namespace shortwrite
