#include "harness/trial/same_trial.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <string_view>

namespace shortwrite {
namespace {

std::string_view OutputOf(const Observation& observation, const TracedCall& call) {
  return call.output < observation.touched.size()
             ? std::string_view(observation.touched[call.output].final_name)
             : std::string_view();
}

bool SameCall(const Observation& a, const TracedCall& first, const Observation& b,
              const TracedCall& second) {
  return first.call == second.call && first.asked == second.asked &&
         first.granted == second.granted && first.result == second.result &&
         first.error == second.error && first.number == second.number &&
         first.step == second.step && first.delivered == second.delivered &&
         OutputOf(a, first) == OutputOf(b, second);
}

std::string DescribeCalls(const Observation& a, const Observation& b) {
  const size_t common = std::min(a.calls.size(), b.calls.size());
  for (size_t i = 0; i < common; ++i) {
    const TracedCall& first = a.calls[i];
    const TracedCall& second = b.calls[i];
    if (SameCall(a, first, b, second)) continue;
    return fmt::format("call {} is {} of {} = {}, and {} of {} = {}", i + 1, first.call,
                       first.asked, first.result, second.call, second.asked, second.result);
  }
  if (a.calls.size() == b.calls.size()) return "";
  return fmt::format("{} calls, and {}", a.calls.size(), b.calls.size());
}

std::string DescribeOutputs(const Observation& a, const Observation& b) {
  if (a.outputs.size() != b.outputs.size()) {
    return fmt::format("{} outputs, and {}", a.outputs.size(), b.outputs.size());
  }
  for (size_t i = 0; i < a.outputs.size(); ++i) {
    const OutputFile& first = a.outputs[i];
    const OutputFile& second = b.outputs[i];
    if (first.name != second.name || first.written != second.written) {
      return fmt::format("'{}', and '{}'", first.name, second.name);
    }
    if (first.bytes.view() != second.bytes.view()) {
      return fmt::format("the bytes of '{}' differ", first.name);
    }
  }
  return "";
}

}  // namespace

std::string DescribeTrialDifference(const Observation& a, const Observation& b) {
  if (a.end != b.end) return fmt::format("{}, and {}", ToText(a.end), ToText(b.end));
  if (std::string calls = DescribeCalls(a, b); !calls.empty()) return calls;
  if (std::string outputs = DescribeOutputs(a, b); !outputs.empty()) return outputs;
  if ((a.diagnostics_bytes == 0) != (b.diagnostics_bytes == 0)) {
    return "only one of them printed diagnostics";
  }
  return "";
}

}  // namespace shortwrite
