#include "harness/trial/observation.h"

#include <fmt/format.h>

#include <algorithm>
#include <csignal>
#include <cstring>

namespace shortwrite {

std::string ToText(const TargetEnd& end) {
  switch (end.kind) {
    case TargetEnd::Kind::kExited:
      return fmt::format("exit status {}", end.number);
    case TargetEnd::Kind::kSignaled: {
      const char* const name = sigabbrev_np(end.number);
      return name == nullptr ? fmt::format("killed by signal {}", end.number)
                             : fmt::format("killed by signal {} (SIG{})", end.number, name);
    }
    case TargetEnd::Kind::kHung:
      return "hung: no progress and no CPU used";
    case TargetEnd::Kind::kSpun:
      return "spun: burnt CPU without progress";
    case TargetEnd::Kind::kRunaway:
      return "spun: its output grew without end";
    case TargetEnd::Kind::kSlow:
      return "still at work at the deadline";
  }
  return "";
}

std::string_view ProcessName(const Observation& observation, const TracedCall& call) {
  if (call.program == 0 || call.program > observation.programs.size()) return "";
  return observation.programs[call.program - 1];
}

uint32_t MostWriteCalls(const Observation& observation) {
  uint32_t most = 0;
  for (const TracedCall& call : observation.calls) most = std::max(most, call.number);
  return most;
}

}  // namespace shortwrite
