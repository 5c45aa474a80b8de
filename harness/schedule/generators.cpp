#include "harness/schedule/generators.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <ostream>

#include "harness/schedule/draw.h"

namespace shortwrite {
namespace {

class ScheduleDraw {
 public:
  ScheduleDraw(const ScheduleBounds& bounds, const rc::Random& random, int size)
      : bounds_(bounds),
        size_(static_cast<uint64_t>(std::max(size, 1))),
        draw_(random),
        output_(Output()) {}

  Schedule Make() {
    constexpr uint64_t kRecoverableShapes = 8;
    constexpr uint64_t kShapes = kRecoverableShapes + 3;
    switch (draw_.Below(bounds_.terminal ? kShapes : kRecoverableShapes)) {
      case 0:
        Add(Recoverable(), Call());
        break;
      case 1:
        ShortsInARow();
        break;
      case 2:
        ShortThenStall();
        break;
      case 3:
        AddRange(FaultKind::kCap, draw_.OneIn(2) ? 1 : Call(), kOpenEnd);
        break;
      case 4:
        Range();
        break;
      case 5:
        SixOneByteWrites();
        break;
      case 6:
        Burst();
        break;
      case 7:
        Mixture();
        break;
      case 8:
        ErrorAfterShort();
        break;
      case 9:
        LastingError();
        break;
      default:
        DelayedError();
        break;
    }
    assert(!schedule_.empty());
    return std::move(schedule_);
  }

 private:
  // Early calls matter most: a target may make only a few.
  uint32_t Call() {
    const uint64_t reach = draw_.OneIn(2) ? std::min<uint64_t>(bounds_.calls_max, 4)
                                          : std::min<uint64_t>(bounds_.calls_max, size_ + 3);
    return static_cast<uint32_t>(1 + draw_.Below(reach));
  }

  uint32_t Later(uint32_t call, uint64_t by) const {
    return static_cast<uint32_t>(std::min<uint64_t>(bounds_.calls_max, call + by));
  }

  std::string Output() {
    // Most steps name no output: then they apply wherever the target writes.
    if (bounds_.outputs.empty() || draw_.OneIn(2)) return "";
    return bounds_.outputs[draw_.Below(bounds_.outputs.size())];
  }

  uint64_t Count() {
    constexpr std::array<uint64_t, 8> kTelling = {1, 3, 7, 511, 4095, 4097, 8191, 65537};
    switch (draw_.Below(4)) {
      case 0:
        return draw_.OneOf(kTelling);
      case 1:
        return 1 + draw_.Below(4 * size_ * size_ + 1);
      default:
        return 2 * draw_.Below(size_) + 1;
    }
  }

  Amount ShortAmount() {
    switch (draw_.Below(6)) {
      case 0:
        return AllBut(Count());
      case 1:
        return Percent(1 + draw_.Below(99));
      case 2:
        return AllBut(1);
      default:
        return Bytes(Count());
    }
  }

  // Where nothing of the kind is within bounds, another short.
  FaultKind Stall() {
    constexpr std::array<FaultKind, 2> kStalls = {FaultKind::kEagain, FaultKind::kEintr};
    if (bounds_.hostile && draw_.OneIn(3)) return FaultKind::kZero;
    const FaultKind stall = draw_.OneOf(kStalls);
    if (bounds_.eagain && bounds_.eintr) return stall;
    if (bounds_.eagain) return FaultKind::kEagain;
    return bounds_.eintr ? FaultKind::kEintr : FaultKind::kShort;
  }

  FaultKind Recoverable() { return draw_.OneIn(3) ? Stall() : FaultKind::kShort; }

  FaultKind Terminal() {
    constexpr std::array<FaultKind, 5> kTerminal = {FaultKind::kEnospc, FaultKind::kEdquot,
                                                    FaultKind::kEio, FaultKind::kEfbig,
                                                    FaultKind::kEpipe};
    return draw_.OneOf(kTerminal);
  }

  bool IsFull() const { return schedule_.steps.size() >= bounds_.steps_max; }

  void AddRange(FaultKind fault, uint32_t first, uint32_t last, StepSite site = StepSite::kCalls) {
    if (IsFull()) return;
    Amount amount;
    if (fault == FaultKind::kShort) amount = ShortAmount();
    if (fault == FaultKind::kCap) amount = Bytes(Count());
    schedule_.steps.push_back({site, {first, last}, output_, fault, amount});
  }
  void Add(FaultKind fault, uint32_t call) { AddRange(fault, call, call); }

  void ShortsInARow() {
    const uint32_t call = Call();
    Add(FaultKind::kShort, call);
    Add(FaultKind::kShort, Later(call, 1));
  }

  void ShortThenStall() {
    const uint32_t call = Call();
    Add(FaultKind::kShort, call);
    AddRange(Stall(), Later(call, 1), Later(call, 1 + draw_.Below(4)));
  }

  void Range() {
    const uint32_t first = Call();
    const uint32_t last = draw_.OneIn(3) ? kOpenEnd : Later(first, draw_.Below(size_));
    AddRange(Recoverable(), first, last);
  }

  void SixOneByteWrites() {
    const uint32_t first = Call();
    AddRange(FaultKind::kShort, first, Later(first, 5));
    schedule_.steps.back().amount = Bytes(1);
  }

  void Burst() {
    uint32_t call = Call();
    for (uint64_t left = 2 + draw_.Below(4 + size_ / 8); left > 0 && call <= bounds_.calls_max;
         --left) {
      Add(Recoverable(), call++);
    }
  }

  void Mixture() {
    for (uint64_t left = 1 + draw_.Below(2 + size_ / 8); left > 0; --left) {
      const uint32_t first = Call();
      output_ = Output();
      const bool terminal = bounds_.terminal && draw_.OneIn(4);
      AddRange(terminal ? Terminal() : Recoverable(), first,
               draw_.OneIn(3) ? Later(first, draw_.Below(4)) : first);
    }
  }

  void ErrorAfterShort() {
    const uint32_t call = Call();
    const bool lasting = draw_.OneIn(2);
    // Where there is room for one step only, it is the error.
    if (bounds_.steps_max > 1 && draw_.OneIn(2)) Add(FaultKind::kShort, call);
    const uint32_t at = schedule_.empty() ? call : Later(call, 1);
    AddRange(Terminal(), at, lasting ? kOpenEnd : at);
  }

  void LastingError() { AddRange(Terminal(), Call(), kOpenEnd); }

  // close(2), fsync(2): only write errors that were delayed until then.
  void DelayedError() {
    constexpr std::array<FaultKind, 3> kDelayed = {FaultKind::kEnospc, FaultKind::kEdquot,
                                                   FaultKind::kEio};
    const StepSite site = draw_.OneIn(3) ? StepSite::kFsync : StepSite::kClose;
    AddRange(draw_.OneOf(kDelayed), 1, kOpenEnd, site);
  }

  const ScheduleBounds& bounds_;
  const uint64_t size_;
  Draw draw_;
  std::string output_;
  Schedule schedule_;
};

void AddSimplerCalls(const Step& step, std::vector<Step>& simpler) {
  if (step.site != StepSite::kCalls) return;
  const auto [first, last] = step.calls;
  const auto add = [&](uint32_t from, uint32_t to) {
    if (CallRange{from, to} == step.calls) return;
    simpler.push_back(step);
    simpler.back().calls = {from, to};
  };
  if (first != last) {
    add(first, first);
    if (last != kOpenEnd) add(first, first + (last - first) / 2);
    if (last != kOpenEnd) add(first, last - 1);
  }
  for (uint32_t earlier : {uint32_t{1}, first / 2, first - 1}) {
    if (earlier == 0 || earlier >= first) continue;
    add(earlier, last == kOpenEnd ? last : last - (first - earlier));
  }
}

void AddSimplerAmounts(const Step& step, std::vector<Step>& simpler) {
  const auto [unit, value] = step.amount;
  // A lower cap is no simpler: it makes more calls short, and a trial many times longer.
  if (value == 0 || step.fault == FaultKind::kCap) return;
  const auto add = [&](Amount amount) {
    simpler.push_back(step);
    simpler.back().amount = amount;
  };
  if (unit != Amount::Unit::kBytes) add(Bytes(1));
  for (uint64_t smaller : {uint64_t{1}, value / 2, value - 1}) {
    if (smaller > 0 && smaller < value) add({unit, smaller});
  }
}

rc::Seq<Step> SimplerSteps(const Step& step) {
  std::vector<Step> simpler;
  if (!step.output.empty()) {
    simpler.push_back(step);
    simpler.back().output.clear();
  }
  AddSimplerCalls(step, simpler);
  AddSimplerAmounts(step, simpler);
  if (step.fault == FaultKind::kCap && step.calls.last != kOpenEnd) {
    // At a few calls a cap is short writes by another name, and that name has smaller counts.
    simpler.push_back(step);
    simpler.back().fault = FaultKind::kShort;
  }
  return rc::seq::fromContainer(std::move(simpler));
}

}  // namespace

rc::Seq<Schedule> SimplerSchedules(const Schedule& schedule) {
  const auto as_schedule = [full = schedule.full](std::vector<Step>&& steps) {
    return Schedule{std::move(steps), full};
  };
  auto fewer = rc::seq::filter(rc::shrink::removeChunks(schedule.steps),
                               [](const std::vector<Step>& steps) { return !steps.empty(); });
  return rc::seq::map(
      rc::seq::concat(std::move(fewer), rc::shrink::eachElement(schedule.steps, SimplerSteps)),
      as_schedule);
}

rc::Gen<Schedule> ArbitrarySchedule(const ScheduleBounds& bounds) {
  assert(bounds.calls_max > 0 && bounds.calls_max < kOpenEnd && bounds.steps_max > 0);
  return [bounds](const rc::Random& random, int size) {
    return rc::shrinkable::shrinkRecur(ScheduleDraw(bounds, random, size).Make(),
                                       &SimplerSchedules);
  };
}

void showValue(const Schedule& schedule, std::ostream& os) {  // NOLINT: the name is RapidCheck's
  os << "--schedule='" << ToText(schedule) << '\'';
}

}  // namespace shortwrite
