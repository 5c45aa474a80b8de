// Whether this is still the process that set the mark, or a fork of it. For the price of a look at
// memory: a trial in process takes as long as a dozen system calls, and asks three times.
#pragma once

#include <sys/types.h>

namespace shortwrite::inprocess {

class ForkMark {
 public:
  ForkMark();
  ForkMark(const ForkMark&) = delete;
  ForkMark& operator=(const ForkMark&) = delete;
  ~ForkMark();

  // From now on it is this process's.
  void Set();
  bool is_ours() const;

 private:
  pid_t* page_;  // emptied by the kernel in a fork (madvise(2), MADV_WIPEONFORK); null: cannot be
  pid_t pid_ = -1;  // then
};

}  // namespace shortwrite::inprocess
