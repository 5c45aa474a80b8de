#include <shortwrite/generators.h>

#include <algorithm>
#include <ostream>
#include <stdexcept>
#include <tuple>
#include <utility>

#include "harness/inprocess/steps.h"
#include "harness/schedule/generators.h"

namespace shortwrite::inprocess {

rc::Gen<Schedule> Schedules(const ScheduleBounds& bounds) {
  if (bounds.calls_max == 0 || bounds.calls_max >= kOpenEnd || bounds.steps_max == 0) {
    throw std::invalid_argument("schedule bounds: calls_max and steps_max are at least 1");
  }
  return rc::gen::map(
      ArbitrarySchedule({.calls_max = bounds.calls_max,
                         .steps_max = bounds.steps_max,
                         .terminal = bounds.terminal,
                         .hostile = bounds.hostile,
                         .outputs = bounds.outputs}),
      [](shortwrite::Schedule schedule) { return Schedule::Steps::Wrap(std::move(schedule)); });
}

rc::Gen<Payload> Payloads(size_t bytes_max) {
  const auto upto = [bytes_max](size_t bound) {
    return rc::gen::inRange<size_t>(0, std::min(bytes_max, bound) + 1);
  };
  const auto telling =
      rc::gen::map(rc::gen::element<size_t>(4095, 4096, 4097, 8191, 65535, 65536, 65537, 270001),
                   [bytes_max](size_t bytes) { return std::min(bytes, bytes_max); });
  const auto bytes =
      rc::gen::weightedOneOf<size_t>({{3, upto(70)}, {4, upto(20000)}, {2, telling}});
  // Without a text, position-coded: simpler, because its bytes tell their place.
  const auto text = rc::gen::oneOf(rc::gen::just(std::string()), rc::gen::arbitrary<std::string>());
  return rc::gen::map(rc::gen::tuple(text, bytes), [](const std::tuple<std::string, size_t>& rule) {
    const auto& [repeated, size] = rule;
    return repeated.empty() ? Payload::PositionCoded(size) : Payload::Repeated(repeated, size);
  });
}

void showValue(const Schedule& schedule, std::ostream& os) {  // NOLINT: RapidCheck's name
  os << "Schedule(\"" << schedule.text() << "\")";
}

void showValue(const Payload& payload, std::ostream& os) {  // NOLINT: RapidCheck's name
  os << payload.expression();
}

void showValue(Profile profile, std::ostream& os) {  // NOLINT: RapidCheck's name
  switch (profile) {
    case Profile::kLinux:
      os << "Profile::kLinux";
      break;
    case Profile::kPosix:
      os << "Profile::kPosix";
      break;
    case Profile::kHostile:
      os << "Profile::kHostile";
      break;
  }
}

}  // namespace shortwrite::inprocess
