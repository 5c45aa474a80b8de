// How the harness learns what becomes of the processes of a trial.
#pragma once

#include <sys/types.h>

#include <chrono>

#include "harness/trial/observation.h"

namespace shortwrite {

class Children {
 public:
  virtual ~Children() = default;

  // Waits until the target has ended and is reaped, then end holds how; false after limit, or when
  // a signal came to us.
  virtual bool WaitFor(pid_t target, std::chrono::milliseconds limit, TargetEnd& end) = 0;

  // Lets those that the target left behind go on for a moment, and reaps the dead; false at once
  // when nobody is left.
  virtual bool Linger(std::chrono::milliseconds moment) = 0;
};

// From what wait(2) gives.
TargetEnd EndOf(int wait_status);

}  // namespace shortwrite
