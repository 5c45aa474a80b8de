// Children that run free: a pidfd tells of the target's end (pidfd_open(2)).
#pragma once

#include "harness/base/unique_fd.h"
#include "harness/trial/children.h"

namespace shortwrite {

class UntracedChildren final : public Children {
 public:
  bool WaitFor(pid_t target, std::chrono::milliseconds limit, TargetEnd& end) override;
  bool Linger(std::chrono::milliseconds moment) override;

 private:
  pid_t target_ = 0;
  UniqueFd pidfd_;
};

}  // namespace shortwrite
