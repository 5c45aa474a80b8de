// Children that the tracer works on while we wait for them.
#pragma once

#include "harness/trial/children.h"

namespace shortwrite::fault_inject {
class Tracer;
}

namespace shortwrite {

class TracedChildren final : public Children {
 public:
  // Takes SIGALRM for itself: a wait for tracees has no time limit of its own (ptrace(2)).
  explicit TracedChildren(fault_inject::Tracer& tracer);

  bool WaitFor(pid_t target, std::chrono::milliseconds limit, TargetEnd& end) override;
  bool Linger(std::chrono::milliseconds moment) override;

 private:
  fault_inject::Tracer& tracer_;
};

}  // namespace shortwrite
