#include "harness/campaign/shrink.h"

#include <algorithm>
#include <vector>

#include "harness/schedule/generators.h"

namespace shortwrite {
namespace {

// The first ones, the last ones, and some between: where programs differ from call to call.
std::vector<uint32_t> TellingCalls(uint32_t write_calls) {
  constexpr uint32_t kEach = 4;
  std::vector<uint32_t> calls;
  const auto add = [&](uint32_t call) {
    if (call > 0 && std::find(calls.begin(), calls.end(), call) == calls.end()) {
      calls.push_back(call);
    }
  };
  for (uint32_t i = 1; i <= std::min(kEach, write_calls); ++i) add(i);
  for (uint32_t i = 0; i < std::min(kEach, write_calls); ++i) add(write_calls - i);
  for (uint32_t i = 1; i < kEach; ++i) {
    add(static_cast<uint32_t>(uint64_t{write_calls} * i / kEach));
  }
  return calls;
}

// What a lasting cap may be replaced by.
std::vector<Step> AtFewerCalls(const Step& cap, uint32_t write_calls) {
  std::vector<Step> fewer;
  for (const uint32_t call : TellingCalls(write_calls)) {
    if (call < cap.calls.first) continue;
    fewer.push_back(cap);
    fewer.back().calls = {call, call};
    fewer.back().fault = FaultKind::kShort;
  }
  // A capped chunk takes several calls more than the control's; a retry that is limited ends soon.
  for (const uint32_t more : {1u, 3u, 7u}) {
    if (write_calls == 0 || cap.calls.first >= kOpenEnd - more) continue;
    fewer.push_back(cap);
    fewer.back().calls.last = cap.calls.first + more;
  }
  return fewer;
}

class Shrinker {
 public:
  Shrinker(Schedule schedule, uint32_t trials_max,
           const std::function<bool(const Schedule&)>& still_fails)
      : schedule_(std::move(schedule)), trials_left_(trials_max), still_fails_(still_fails) {}

  void ReplaceCaps(uint32_t write_calls) {
    for (size_t i = 0; i < schedule_.steps.size(); ++i) {
      const Step cap = schedule_.steps[i];
      if (cap.fault != FaultKind::kCap || cap.calls.last != kOpenEnd) continue;
      for (const Step& fewer : AtFewerCalls(cap, write_calls)) {
        Schedule candidate = schedule_;
        candidate.steps[i] = fewer;
        if (Take(std::move(candidate))) break;
      }
    }
  }

  Schedule Finish() {
    bool shrunk = true;
    while (shrunk) {
      shrunk = false;
      rc::Seq<Schedule> simpler = SimplerSchedules(schedule_);
      while (auto candidate = simpler.next()) {
        shrunk = Take(std::move(*candidate));
        if (shrunk || trials_left_ == 0) break;
      }
    }
    return std::move(schedule_);
  }

 private:
  bool Take(Schedule candidate) {
    if (trials_left_ == 0) return false;
    --trials_left_;
    if (!still_fails_(candidate)) return false;
    schedule_ = std::move(candidate);
    return true;
  }

  Schedule schedule_;
  uint32_t trials_left_;
  const std::function<bool(const Schedule&)>& still_fails_;
};

}  // namespace

Schedule Shrink(Schedule schedule, uint32_t trials_max,
                const std::function<bool(const Schedule&)>& still_fails, uint32_t write_calls) {
  Shrinker shrinker(std::move(schedule), trials_max, still_fails);
  shrinker.ReplaceCaps(write_calls);
  return shrinker.Finish();
}

}  // namespace shortwrite
