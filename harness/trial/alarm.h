// Ends waits that have no time limit of their own, as those for tracees (ptrace(2)). Somebody must
// have given SIGALRM a handler (traced_children.h).
#pragma once

#include <sys/time.h>

#include <chrono>

namespace shortwrite {

// Interrupts whatever we wait in, again and again: a single alarm could come just before the wait.
class Alarm {
 public:
  explicit Alarm(std::chrono::milliseconds interval) { Set(interval); }
  Alarm(const Alarm&) = delete;
  Alarm& operator=(const Alarm&) = delete;
  ~Alarm() { Set(std::chrono::milliseconds(0)); }

 private:
  static void Set(std::chrono::milliseconds interval) {
    const timeval time = {interval.count() / 1000, interval.count() % 1000 * 1000};
    const itimerval timer = {time, time};
    setitimer(ITIMER_REAL, &timer, nullptr);
  }
};

}  // namespace shortwrite
