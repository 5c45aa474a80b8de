#include "harness/trial/same_trial.h"

#include <fmt/format.h>
#include <string.h>  // NOLINT(modernize-deprecated-headers): strerrorname_np is GNU's

#include <algorithm>
#include <cstddef>
#include <string_view>
#include <vector>

namespace shortwrite {
namespace {

const TouchedOutput& OutputOf(const Observation& observation, const TracedCall& call) {
  static const TouchedOutput kUnknown;
  return call.output < observation.touched.size() ? observation.touched[call.output] : kUnknown;
}

const std::string& NameLeft(const Observation& observation, const TracedCall& call) {
  return OutputOf(observation, call).final_name;
}

// The library does not see the close inside fclose(3), the tracer does. Where nothing was accepted
// before, no fault can be at it (LegalToHearDelayedError), so it is no difference.
std::vector<const TracedCall*> WithoutIdleCloses(const Observation& observation) {
  std::vector<const TracedCall*> calls;
  std::vector<bool> written(observation.touched.size(), false);
  for (const TracedCall& call : observation.calls) {
    const bool known = call.output < written.size();
    if (call.call == "close" && known && !written[call.output]) continue;
    if (known && call.result > 0) written[call.output] = true;
    calls.push_back(&call);
  }
  return calls;
}

std::string Answer(const TracedCall& call) {
  if (!call.returned) return "no answer";
  const char* const name = call.error == 0 ? nullptr : strerrorname_np(call.error);
  return name == nullptr ? fmt::format("{}", call.result) : name;
}

std::string InWords(const Observation& observation, const TracedCall& call) {
  return fmt::format("{} of {} to '{}' = {}", call.call, call.asked,
                     OutputOf(observation, call).first_name, Answer(call));
}

// What InWords does not tell apart.
std::string DescribeRest(const Observation& a, const TracedCall& first, const Observation& b,
                         const TracedCall& second) {
  if (first.number != second.number) {
    return fmt::format("call {} of its output, and call {}", first.number, second.number);
  }
  if (first.step != second.step || first.delivered != second.delivered) {
    const auto step = [](const TracedCall& call) {
      return fmt::format("step {}{}", call.step, call.delivered ? ", delivered" : "");
    };
    return step(first) + ", and " + step(second);
  }
  if (first.granted != second.granted) {
    return fmt::format("{} granted, and {}", first.granted, second.granted);
  }
  const auto left = [](const Observation& observation, const TracedCall& call) {
    const std::string& name = NameLeft(observation, call);
    return name.empty() ? "removed afterwards" : fmt::format("left as '{}'", name);
  };
  return left(a, first) + ", and " + left(b, second);
}

bool SameCall(const Observation& a, const TracedCall& first, const Observation& b,
              const TracedCall& second) {
  return first.call == second.call && first.asked == second.asked &&
         first.granted == second.granted && first.result == second.result &&
         first.error == second.error && first.returned == second.returned &&
         first.number == second.number && first.step == second.step &&
         first.delivered == second.delivered && NameLeft(a, first) == NameLeft(b, second);
}

std::string DescribeCalls(const Observation& a, const Observation& b) {
  const std::vector<const TracedCall*> all_a = WithoutIdleCloses(a);
  const std::vector<const TracedCall*> all_b = WithoutIdleCloses(b);
  const size_t common = std::min(all_a.size(), all_b.size());
  for (size_t i = 0; i < common; ++i) {
    const TracedCall& first = *all_a[i];
    const TracedCall& second = *all_b[i];
    if (SameCall(a, first, b, second)) continue;
    const std::string in_a = InWords(a, first);
    const std::string in_b = InWords(b, second);
    if (in_a != in_b) return fmt::format("call {} is {}, and {}", i + 1, in_a, in_b);
    return fmt::format("call {}, {}: {}", i + 1, in_a, DescribeRest(a, first, b, second));
  }
  if (all_a.size() == all_b.size()) return "";
  const bool more_in_a = all_a.size() > common;
  return fmt::format("{} calls, and {}: {} alone has {}", all_a.size(), all_b.size(),
                     more_in_a ? "the first" : "the second",
                     more_in_a ? InWords(a, *all_a[common]) : InWords(b, *all_b[common]));
}

std::string DescribeOutputs(const Observation& a, const Observation& b) {
  if (a.outputs.size() != b.outputs.size()) {
    return fmt::format("{} outputs, and {}", a.outputs.size(), b.outputs.size());
  }
  for (size_t i = 0; i < a.outputs.size(); ++i) {
    const OutputFile& first = a.outputs[i];
    const OutputFile& second = b.outputs[i];
    if (first.name != second.name) {
      return fmt::format("left are '{}', and '{}'", first.name, second.name);
    }
    if (first.written != second.written) {
      return fmt::format("only one of them left '{}' as a file", first.name);
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
