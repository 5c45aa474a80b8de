// Schedules: which faults apply to which calls. Plain values, fixed before a trial.
//
// The one text form (harness/docs/schedules.md):
//   schedule = [ 'full=' N ] [ step { ' ' step } ]
//   step     = CALLS [ '@' OUTPUT ] ':' FAULT [ '=' ARG ]
//   CALLS    = N | N '-' M | N '-' | '*' | 'close' | 'fsync'      calls count from 1, per output
//   FAULT    = short=ARG | cap=ARG | eagain | eintr | zero | enospc | edquot | eio | efbig | epipe
//   ARG      = N (accept N bytes) | -N (all but N; short only) | P% (1 to 99; short only)
// OUTPUT is `stdout` or a path below the trial's directory; space, ':', '=', '%', '@', the single
// quote (a text is pasted between two of them) and bytes outside printable ASCII are written %XX.
// The first step that covers a call applies to it. full=N is no injection: no file of the target
// can grow beyond N bytes (setrlimit(2), RLIMIT_FSIZE, with SIGXFSZ ignored), whatever way it
// writes.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "harness/base/result.h"

namespace shortwrite {

enum class FaultKind {
  kShort,   // accepts part of the request (write(2))
  kCap,     // accepts at most N bytes, as Linux does at 0x7ffff000 (write(2), NOTES)
  kEagain,  // O_NONBLOCK and no room now (write(2))
  kEintr,   // a handler ran before anything was written (signal(7))
  kZero,    // accepts nothing, without an error; hostile profile only
  kEnospc,
  kEdquot,
  kEio,
  kEfbig,
  kEpipe,
};

// Recoverable: a program that loops loses nothing. The others are terminal: it must report them.
bool IsRecoverable(FaultKind fault);
std::string_view FaultName(FaultKind fault);

enum class StepSite { kCalls, kClose, kFsync };

inline constexpr uint32_t kOpenEnd = std::numeric_limits<uint32_t>::max();

struct CallRange {
  uint32_t first = 1;  // from 1
  uint32_t last = 1;   // inclusive; kOpenEnd: to the end
  bool operator==(const CallRange&) const = default;
};

struct Amount {
  enum class Unit { kBytes, kAllBut, kPercent };
  Unit unit = Unit::kBytes;
  uint64_t value = 0;  // 0 exactly for faults that take no argument
  bool operator==(const Amount&) const = default;
};

struct Step {
  StepSite site = StepSite::kCalls;
  CallRange calls;     // {1, kOpenEnd} for close and fsync
  std::string output;  // empty: every output
  FaultKind fault = FaultKind::kShort;
  Amount amount;
  bool operator==(const Step&) const = default;
};

struct Schedule {
  std::vector<Step> steps;
  std::optional<uint64_t> full = std::nullopt;  // bytes that a file may have
  bool operator==(const Schedule&) const = default;
  bool empty() const { return steps.empty() && !full; }
};

// Faults that it plans: its steps, and a real shortage.
uint32_t FaultCount(const Schedule& schedule);

inline constexpr size_t kScheduleStepsMax = 1024;

bool IsRecoverable(const Schedule& schedule);

// Inverse of each other: ParseSchedule(ToText(s)) == s for every valid schedule. Errors are usage
// errors that name the column, counted from 1, and the remedy.
std::string ToText(const Schedule& schedule);
Result<Schedule> ParseSchedule(std::string_view text);

// Builders, for the sweep and for tests.
Step ShortAt(uint32_t call, Amount amount);
Step FaultAt(uint32_t call, FaultKind fault);
inline Amount Bytes(uint64_t n) {
  return {Amount::Unit::kBytes, n};
}
inline Amount AllBut(uint64_t n) {
  return {Amount::Unit::kAllBut, n};
}
inline Amount Percent(uint64_t n) {
  return {Amount::Unit::kPercent, n};
}

}  // namespace shortwrite
