#include <shortwrite/schedule.h>

#include <stdexcept>
#include <utility>

#include "harness/inprocess/steps.h"

namespace shortwrite::inprocess {
namespace {

std::shared_ptr<const Schedule::Steps> Parse(std::string_view text) {
  Result<shortwrite::Schedule> parsed = ParseSchedule(text);
  if (!parsed.ok()) throw std::invalid_argument(parsed.error().message);
  if (parsed.value().full) {
    throw std::invalid_argument(
        "schedule: full=N limits the files of a whole process, the test's own among them; use "
        "`shortwrite check --sink full` from outside, or 1:short=N here");
  }
  return std::make_shared<const Schedule::Steps>(Schedule::Steps{std::move(parsed).value()});
}

}  // namespace

Schedule Schedule::Steps::Wrap(shortwrite::Schedule schedule) {
  return Schedule(std::make_shared<const Steps>(Steps{std::move(schedule)}));
}

ProfileName ToProfileName(Profile profile) {
  switch (profile) {
    case Profile::kLinux:
      return ProfileName::kLinux;
    case Profile::kPosix:
      return ProfileName::kPosix;
    case Profile::kHostile:
      return ProfileName::kHostile;
  }
  throw std::invalid_argument("no such profile");
}

Schedule::Schedule() : steps_(std::make_shared<const Steps>()) {}
Schedule::Schedule(std::string_view text) : steps_(Parse(text)) {}
Schedule::Schedule(std::shared_ptr<const Steps> steps) : steps_(std::move(steps)) {}

std::string Schedule::text() const {
  return ToText(steps_->schedule);
}
bool Schedule::empty() const {
  return steps_->schedule.empty();
}
bool Schedule::is_recoverable() const {
  return IsRecoverable(steps_->schedule);
}
bool operator==(const Schedule& a, const Schedule& b) {
  return a.steps_->schedule == b.steps_->schedule;
}

}  // namespace shortwrite::inprocess
