#include "harness/schedule/variations.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <vector>

#include "harness/schedule/draw.h"

namespace shortwrite {
namespace {

// How far from a step another one is put, or the step itself is moved.
constexpr uint64_t kReach = 4;

class Variation {
 public:
  Variation(const Schedule& schedule, const ScheduleBounds& bounds, const rc::Random& random)
      : bounds_(bounds), schedule_(schedule), draw_(random) {}

  Schedule Make() {
    uint64_t moves = 1;
    while (moves < 3 && draw_.OneIn(3)) ++moves;
    for (; moves > 0; --moves) Move();
    return std::move(schedule_);
  }

 private:
  void Move() {
    switch (draw_.Below(6)) {
      case 0:
        return AddNear();
      case 1:
        return AddAfter(FaultKind::kShort);
      case 2:
        return Shift();
      case 3:
        return Recut();
      case 4:
        return Replace();
      default:
        return Drop();
    }
  }

  Step& Any() { return schedule_.steps[draw_.Below(schedule_.steps.size())]; }

  uint32_t Within(int64_t call) const {
    return static_cast<uint32_t>(std::clamp<int64_t>(call, 1, bounds_.calls_max));
  }

  // The call at which a step ends; of one without an end, where it begins.
  static uint32_t LastOf(const Step& step) {
    return step.calls.last == kOpenEnd ? step.calls.first : step.calls.last;
  }

  Amount Cut() {
    constexpr std::array<uint64_t, 8> kTelling = {1, 2, 3, 7, 511, 4095, 4096, 4097};
    switch (draw_.Below(4)) {
      case 0:
        return AllBut(draw_.OneOf(kTelling));
      case 1:
        return Percent(1 + draw_.Below(99));
      default:
        return Bytes(draw_.OneOf(kTelling));
    }
  }

  FaultKind Kind() {
    std::vector<FaultKind> kinds = {FaultKind::kShort};
    if (bounds_.eagain) kinds.push_back(FaultKind::kEagain);
    if (bounds_.eintr) kinds.push_back(FaultKind::kEintr);
    if (bounds_.hostile) kinds.push_back(FaultKind::kZero);
    if (bounds_.terminal && draw_.OneIn(3)) {
      kinds = {FaultKind::kEnospc, FaultKind::kEio, FaultKind::kEdquot, FaultKind::kEfbig,
               FaultKind::kEpipe};
    }
    return kinds[draw_.Below(kinds.size())];
  }

  // An earlier step at the same call would hide it, and so it comes first.
  void Add(uint32_t call, FaultKind fault, const std::string& output) {
    if (schedule_.steps.size() >= bounds_.steps_max) return;
    const Amount amount = fault == FaultKind::kShort ? Cut() : Amount();
    schedule_.steps.insert(schedule_.steps.begin(),
                           {StepSite::kCalls, {call, call}, output, fault, amount});
  }

  void AddNear() {
    const Step near = Any();
    const auto by = static_cast<int64_t>(draw_.Below(2 * kReach + 1)) - int64_t{kReach};
    const bool anywhere = near.site != StepSite::kCalls || draw_.OneIn(3);
    Add(anywhere ? static_cast<uint32_t>(1 + draw_.Below(bounds_.calls_max))
                 : Within(int64_t{LastOf(near)} + by),
        Kind(), near.output);
  }

  void AddAfter(FaultKind fault) {
    const Step before = Any();
    if (before.site != StepSite::kCalls) return;
    Add(Within(int64_t{LastOf(before)} + 1), fault, before.output);
  }

  void Shift() {
    Step& step = Any();
    if (step.site != StepSite::kCalls) return;
    const int64_t by = 1 + static_cast<int64_t>(draw_.Below(kReach));
    const int64_t signed_by = draw_.OneIn(2) ? by : -by;
    const uint32_t first = Within(step.calls.first + signed_by);
    if (step.calls.last != kOpenEnd) {
      step.calls.last = std::max(first, Within(step.calls.last + signed_by));
    }
    step.calls.first = first;
  }

  void Recut() {
    Step& step = Any();
    if (step.fault == FaultKind::kShort) step.amount = Cut();
    if (step.fault == FaultKind::kCap) step.amount = Bytes(1 + draw_.Below(8191));
  }

  void Replace() {
    Step& step = Any();
    if (step.site != StepSite::kCalls) return;
    step.fault = Kind();
    step.amount = step.fault == FaultKind::kShort ? Cut() : Amount();
  }

  void Drop() {
    std::vector<Step>& steps = schedule_.steps;
    if (steps.size() < 2) return AddAfter(FaultKind::kShort);
    steps.erase(steps.begin() + static_cast<std::ptrdiff_t>(draw_.Below(steps.size())));
  }

  const ScheduleBounds& bounds_;
  Schedule schedule_;
  Draw draw_;
};

}  // namespace

Schedule Vary(const Schedule& schedule, const ScheduleBounds& bounds, const rc::Random& random) {
  assert(!schedule.steps.empty() && bounds.calls_max > 0);
  return Variation(schedule, bounds, random).Make();
}

}  // namespace shortwrite
