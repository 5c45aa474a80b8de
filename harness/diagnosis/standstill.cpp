#include "harness/diagnosis/standstill.h"

#include <fmt/format.h>

#include <cstring>
#include <map>
#include <string>

namespace shortwrite {
namespace {

// Progress is a byte that arrives where none was before: a call that repeats what an earlier one
// wrote makes none. On a stream every accepted byte counts.
std::vector<bool> FindProgress(const Observation& observation) {
  std::vector<bool> progress(observation.calls.size());
  std::map<uint32_t, uint64_t> ends;
  for (size_t i = 0; i < observation.calls.size(); ++i) {
    const TracedCall& call = observation.calls[i];
    if (call.number == 0 || call.result <= 0) continue;
    if (call.position < 0) {
      progress[i] = true;
      continue;
    }
    uint64_t& end = ends[call.output];
    const uint64_t reached = static_cast<uint64_t>(call.position + call.result);
    progress[i] = reached > end;
    end = std::max(end, reached);
  }
  return progress;
}

std::string ResultOf(const TracedCall& call) {
  if (!call.returned) return "never returned";
  if (call.result >= 0) return fmt::format("accepted {}", call.result);
  const char* const name = strerrorname_np(call.error);
  return name == nullptr ? fmt::format("errno {}", call.error) : name;
}

std::string Since(const Observation& observation, size_t first) {
  std::map<std::string, uint64_t> results;
  uint64_t calls = 0;
  for (size_t i = first; i < observation.calls.size(); ++i) {
    if (observation.calls[i].number == 0) continue;
    ++calls;
    ++results[ResultOf(observation.calls[i])];
  }
  if (calls == 0) return "no write call since then";
  std::string text =
      fmt::format("since then {} write call{} without progress", calls, calls == 1 ? "" : "s");
  if (results.size() == 1) text += fmt::format(", each {}", results.begin()->first);
  return text;
}

std::string LastProgress(const Observation& observation) {
  const std::vector<bool> progress = FindProgress(observation);
  for (size_t i = progress.size(); i-- > 0;) {
    if (!progress[i]) continue;
    const TracedCall& call = observation.calls[i];
    return fmt::format("last progress at call {}, {:.3f} ms after the first; {}", call.number,
                       static_cast<double>(call.time_ns) / 1e6, Since(observation, i + 1));
  }
  return "no progress at all; " + Since(observation, 0);
}

}  // namespace

std::string DescribeStandstill(const Observation& observation) {
  switch (observation.end.kind) {
    case TargetEnd::Kind::kExited:
    case TargetEnd::Kind::kSignaled:
      return "";
    case TargetEnd::Kind::kHung:
    case TargetEnd::Kind::kSpun:
    case TargetEnd::Kind::kRunaway:
    case TargetEnd::Kind::kSlow:
      break;
  }
  return fmt::format("{}; {:.3f} s of CPU in {:.3f} s", LastProgress(observation),
                     static_cast<double>(observation.cpu.count()) / 1e6,
                     static_cast<double>(observation.wall.count()) / 1e6);
}

}  // namespace shortwrite
