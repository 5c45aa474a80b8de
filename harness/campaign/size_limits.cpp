#include "harness/campaign/size_limits.h"

#include <algorithm>
#include <set>

namespace shortwrite {
namespace {

// Of a target with very many calls: the first and the last.
constexpr size_t kCallsAtEachEnd = 8;

// Where the write calls of an output ended in it, ascending.
std::vector<uint64_t> CallEnds(const Observation& control, const std::string& name) {
  std::set<uint64_t> ends;
  for (const TracedCall& call : control.calls) {
    if (call.number == 0 || call.result <= 0 || call.position < 0) continue;
    if (call.output >= control.touched.size()) continue;
    if (control.touched[call.output].final_name != name) continue;
    ends.insert(static_cast<uint64_t>(call.position + call.result));
  }
  return {ends.begin(), ends.end()};
}

class Planner {
 public:
  void Plan(const Observation& control, const OutputFile& output) {
    const uint64_t size = output.bytes.size();
    if (size == 0) return;
    for (const uint64_t limit : {size - 1, uint64_t{0}, size / 2, uint64_t{1}}) Add(limit, size);
    const std::vector<uint64_t> ends = CallEnds(control, output.name);
    for (size_t i = 0; i < ends.size(); ++i) {
      if (i >= kCallsAtEachEnd && i + kCallsAtEachEnd < ends.size()) continue;
      for (const uint64_t limit : {ends[i], ends[i] - 1, ends[i] + 1}) Add(limit, size);
    }
  }

  std::vector<Schedule> Take() { return std::move(schedules_); }

 private:
  void Add(uint64_t limit, uint64_t size) {
    if (limit < size && seen_.insert(limit).second) schedules_.push_back({{}, limit});
  }

  std::vector<Schedule> schedules_;
  std::set<uint64_t> seen_;
};

}  // namespace

std::vector<Schedule> PlanSizeLimits(const Observation& control) {
  Planner planner;
  for (const OutputFile& output : control.outputs) {
    if (output.written) planner.Plan(control, output);
  }
  return planner.Take();
}

}  // namespace shortwrite
