#include "harness/report/html/timeline.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "harness/report/fault_letter.h"

namespace shortwrite {
namespace {

bool IsOn(const CallRecord& call, const std::string& output) {
  return call.output == output || call.final_output == output;
}

// A call that had nothing to write and was not disturbed shows nothing.
bool Shows(const CallRecord& call) {
  return call.n > 0 || call.result < 0 || !call.planned_fault.empty();
}

std::string OutputToShow(const CounterexampleRecord& found) {
  const auto on_it = [&](const CallRecord& call) { return IsOn(call, found.output); };
  if (std::any_of(found.calls.begin(), found.calls.end(), on_it)) return found.output;
  const auto hit = std::find_if(found.calls.begin(), found.calls.end(),
                                [](const CallRecord& call) { return !call.fault.empty(); });
  if (hit != found.calls.end()) return hit->output;
  return found.calls.empty() ? found.output : found.calls.front().output;
}

// What follows a place; offsets come from a stream, which may say anything.
uint64_t Plus(uint64_t at, uint64_t bytes) {
  return at > UINT64_MAX - bytes ? UINT64_MAX : at + bytes;
}

PlacedCall Place(const CallRecord& call, uint64_t cursor) {
  PlacedCall placed;
  placed.call = &call;
  placed.from = call.position >= 0 ? static_cast<uint64_t>(call.position) : cursor;
  placed.accepted = call.accepted();
  placed.asked = std::max(call.movable, placed.accepted);
  placed.planned = FaultLetter(call.planned_fault);
  placed.delivered = FaultLetter(call.fault);
  if (call.result < 0) placed.failed = ErrorLetter(call.error);
  return placed;
}

}  // namespace

Timeline PlaceCalls(const CounterexampleRecord& found) {
  Timeline timeline;
  timeline.output = OutputToShow(found);
  timeline.end = std::max<uint64_t>({found.output_bytes, found.reference_bytes, 1});
  uint64_t cursor = 0;  // a stream's calls, and failed ones, say no position
  for (const CallRecord& call : found.calls) {
    if (!IsOn(call, timeline.output)) {
      ++timeline.elsewhere;
      continue;
    }
    if (!Shows(call)) continue;
    const PlacedCall placed = Place(call, cursor);
    if (placed.accepted > 0) cursor = Plus(placed.from, placed.accepted);
    timeline.end = std::max(timeline.end, Plus(placed.from, placed.asked));
    timeline.calls.push_back(placed);
  }
  const auto fault = std::find_if(timeline.calls.begin(), timeline.calls.end(),
                                  [](const PlacedCall& call) { return call.delivered != 0; });
  timeline.first_fault = static_cast<size_t>(fault - timeline.calls.begin());
  timeline.wrote_wrong = timeline.calls.size();
  if (timeline.output != found.output) return timeline;
  for (size_t i = timeline.calls.size(); i > 0; --i) {
    const PlacedCall& call = timeline.calls[i - 1];
    const uint64_t wrong = found.divergence.offset;
    if (call.from > wrong || Plus(call.from, call.accepted) <= wrong) continue;
    timeline.wrote_wrong = i - 1;
    break;
  }
  return timeline;
}

std::string Legend(const Timeline& timeline) {
  std::vector<std::string> words;
  for (const char letter : kFaultLetters) {
    const bool used =
        std::any_of(timeline.calls.begin(), timeline.calls.end(), [&](const PlacedCall& call) {
          return call.planned == letter || call.delivered == letter || call.failed == letter;
        });
    if (used) words.push_back(fmt::format("{} {}", letter, LetterMeaning(letter)));
  }
  const bool waits = std::any_of(timeline.calls.begin(), timeline.calls.end(),
                                 [](const PlacedCall& call) { return call.call->then_waited; });
  if (waits) words.push_back("thin upright line: it waited (poll, select, epoll)");
  return fmt::format("{}", fmt::join(words, ", "));
}

}  // namespace shortwrite
