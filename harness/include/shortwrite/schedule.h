// Which write calls are disturbed, and how: a value, fixed before the trial.
#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace shortwrite::inprocess {

// What may be taken as legal of a system: what Linux does, what POSIX permits, and what network and
// FUSE file systems do besides.
enum class Profile { kLinux, kPosix, kHostile };

// A list of steps `CALLS[@OUTPUT]:FAULT[=ARG]`, as harness/docs/schedules.md has them. Calls count
// from 1 for each output. Immutable and cheap to copy; may be read by several threads at once.
class Schedule {
 public:
  // No fault at all: a control.
  Schedule();

  // "1:short=1 2:eagain". Throws std::invalid_argument, which names the column and the remedy, for
  // malformed text, and for `full=N`, which would limit the files of the whole process.
  explicit Schedule(std::string_view text);

  // Schedule(s.text()) == s.
  std::string text() const;
  bool empty() const;
  // Whether a correct function loses nothing under it: short writes, EAGAIN, EINTR and returns of
  // 0. The other faults are errors that it has to report.
  bool is_recoverable() const;

  friend bool operator==(const Schedule& a, const Schedule& b);

  struct Steps;  // defined in the library alone

 private:
  explicit Schedule(std::shared_ptr<const Steps> steps);

  std::shared_ptr<const Steps> steps_;
};

}  // namespace shortwrite::inprocess
