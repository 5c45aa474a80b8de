// Which faults a campaign may plan: `--faults`. Pure.
#pragma once

#include <string_view>

#include "harness/base/result.h"
#include "harness/schedule/schedule.h"

namespace shortwrite {

// Errors that a program must report.
struct TerminalFaults {
  // At write calls.
  bool enospc = false;
  bool edquot = false;
  bool eio = false;
  bool efbig = false;
  bool epipe = false;
  // At close, fsync and fdatasync: what an earlier write call could not know yet.
  bool close = false;
  bool fsync = false;

  static TerminalFaults All() { return {true, true, true, true, true, true, true}; }
  bool AtCalls() const { return enospc || edquot || eio || efbig || epipe; }
  explicit operator bool() const { return AtCalls() || close || fsync; }
};

struct FaultSet {
  bool shorts = true;
  bool eagain = true;
  bool eintr = true;
  bool zero = false;
  TerminalFaults terminal = {};
};

// "recoverable", "terminal", "all", or names separated by commas.
Result<FaultSet> ParseFaultSet(std::string_view text);

// Of an error at a write call; false for every other fault.
bool Has(const TerminalFaults& faults, FaultKind fault);

// Whether such an error can be over at the next call: space is freed, a bad block is not hit again.
// A file stays at its limit, and a reader that has gone does not come back.
bool MayPass(FaultKind fault);

// Whether the schedule keeps to the set, and has no error pass that never does.
bool Allows(const FaultSet& faults, const Schedule& schedule);

// The steps that keep to it; and, if errors do, a short write right before one, for inside a
// request is where space and limits end.
Schedule Restrict(const FaultSet& faults, const Schedule& schedule);

}  // namespace shortwrite
