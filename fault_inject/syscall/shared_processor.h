// Tracer and tracee on one processor, as long as nobody can tell.
//
// At every stop one hands over to the other. Across processors that wakes a sleeping one up, which
// costs several times what there is to do. But a target that makes threads would be slower, and one
// that asks how many processors it has would be told a lie: those are released first.
#pragma once

#include <sched.h>
#include <sys/types.h>

namespace shortwrite::fault_inject {

class SharedProcessor {
 public:
  // This thread, and every child that it starts from now on, stays where it is now.
  void Enter();
  // This thread is free again; its children are not.
  void Leave();
  // Gives a thread of a child what it would have had.
  void Release(pid_t thread) const;

 private:
  cpu_set_t all_ = {};  // what this thread may use when it is free
  bool entered_ = false;
};

}  // namespace shortwrite::fault_inject
