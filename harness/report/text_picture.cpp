#include "harness/report/text_picture.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cctype>
#include <set>
#include <vector>

#include "harness/report/fault_letter.h"
#include "harness/report/record_text.h"

namespace shortwrite {
namespace {

constexpr size_t kSignsMax = 64;
constexpr size_t kIndent = 14;  // of the signs

char AcceptedSign(const TracedCall& call) {
  if (call.result <= 0) return '.';
  const auto accepted = static_cast<uint64_t>(call.result);
  if (accepted >= call.movable) return '#';
  return accepted >= call.movable - accepted ? '+' : '-';
}

char FaultSign(const TracedCall& call) {
  if (!call.delivered && call.step == 0) return ' ';
  const char letter = FaultLetter(FaultName(call.fault));
  return call.delivered ? letter
                        : static_cast<char>(std::tolower(static_cast<unsigned char>(letter)));
}

std::vector<const TracedCall*> WriteCalls(const Observation& observation) {
  std::vector<const TracedCall*> calls;
  for (const TracedCall& call : observation.calls) {
    if (call.number > 0) calls.push_back(&call);
  }
  return calls;
}

// A row in which the first fault stands, with more after it than before.
size_t FirstShown(const std::vector<const TracedCall*>& calls, size_t signs) {
  if (calls.size() <= signs) return 0;
  const auto fault = std::find_if(calls.begin(), calls.end(),
                                  [](const TracedCall* call) { return call->delivered; });
  const auto at = static_cast<size_t>(fault == calls.end() ? 0 : fault - calls.begin());
  return std::min(at < signs / 4 ? 0 : at - signs / 4, calls.size() - signs);
}

// How many have room on one line.
size_t SignsIn(const Style& style) {
  return style.columns <= kIndent ? kSignsMax : std::min(kSignsMax, style.columns - kIndent);
}

// The legend goes below where it has no room beside its signs.
std::string Signs(std::string_view name, std::string_view signs, const std::string& legend,
                  const Style& style) {
  const bool below =
      style.columns > 0 && kIndent + signs.size() + 2 + legend.size() > style.columns;
  if (!below) return fmt::format("  {:<11} {}  {}\n", name, signs, legend);
  return fmt::format("  {:<11} {}\n{:{}}{}\n", name, signs, "", kIndent,
                     style.Wrap(legend, kIndent));
}

}  // namespace

std::string AcceptedRow(const Observation& observation, const Style& style) {
  const std::vector<const TracedCall*> calls = WriteCalls(observation);
  if (calls.empty()) return "";
  const size_t signs = SignsIn(style);
  const size_t first = FirstShown(calls, signs);
  const size_t last = std::min(calls.size(), first + signs);
  std::string accepted;
  std::string faults;
  std::set<std::string> words;
  for (size_t i = first; i < last; ++i) {
    accepted += AcceptedSign(*calls[i]);
    faults += FaultSign(*calls[i]);
    if (faults.back() == ' ') continue;
    const std::string_view name = FaultName(calls[i]->fault);
    words.insert(fmt::format("{} {}", FaultLetter(name), name));
  }
  const std::string legend =
      fmt::format("calls {} to {} of {} (# all, + half or more, - less, . nothing)", first + 1,
                  last, calls.size());
  std::string row = Signs("accepted", accepted, legend, style);
  if (words.empty()) return row;
  const bool small = std::any_of(faults.begin(), faults.end(), [](char c) {
    return std::islower(static_cast<unsigned char>(c)) != 0;
  });
  const std::string marks = Signs("faults", faults,
                                  fmt::format("({}{})", fmt::join(words, ", "),
                                              small ? "; small: planned, and not legal there" : ""),
                                  style);
  return row + marks.substr(0, kIndent) + style.Paint(Tint::kFault, faults) +
         marks.substr(kIndent + faults.size());
}

std::string BytesSideBySide(const Judgement& judgement, const Style& style) {
  return SideBySide({.offset = judgement.provenance.first_divergence,
                     .at = judgement.excerpt.at,
                     .output = judgement.excerpt.output,
                     .reference = judgement.excerpt.reference},
                    style);
}

}  // namespace shortwrite
