#include "fault_inject/syscall/shared_processor.h"

namespace shortwrite::fault_inject {

// On a machine with more processors than a cpu_set_t holds, sched_getaffinity(2) fails, and all is
// left as it is.
void SharedProcessor::Enter() {
  if (entered_ || sched_getaffinity(0, sizeof(all_), &all_) != 0) return;
  const int here = sched_getcpu();
  if (here < 0) return;
  cpu_set_t one;
  CPU_ZERO(&one);
  CPU_SET(static_cast<size_t>(here), &one);
  entered_ = sched_setaffinity(0, sizeof(one), &one) == 0;
}

void SharedProcessor::Leave() {
  if (!entered_) return;
  sched_setaffinity(0, sizeof(all_), &all_);
  entered_ = false;
}

void SharedProcessor::Release(pid_t thread) const {
  if (CPU_COUNT(&all_) > 0) sched_setaffinity(thread, sizeof(all_), &all_);
}

}  // namespace shortwrite::fault_inject
