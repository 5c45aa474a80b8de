// Which system calls a target may make before its snapshot is taken (snapshot.h).
//
// A list of what is known to leave nothing behind but what a clone inherits (clone(2), without any
// of its sharing flags): memory, descriptors, handlers. At any other call, known to this program or
// not, the target is held before the call, and each clone makes it for itself. So a call that is
// missing here costs speed, never a wrong trial.
#pragma once

#include <string_view>

#include "fault_inject/syscall/tracee.h"

namespace shortwrite::fault_inject {

enum class EarlyCall {
  kHarmless,      // the target goes on
  kHold,          // the snapshot is taken here
  kStartsOthers,  // a process or thread: of these a clone has one at most
  kEnds,          // the target is over
};

// At the entry of a call. dir: a path below it belongs to the trial.
EarlyCall JudgeEarlyCall(pid_t thread, const TracedProcess& process, const CallEntry& entry,
                         std::string_view dir);

}  // namespace shortwrite::fault_inject
