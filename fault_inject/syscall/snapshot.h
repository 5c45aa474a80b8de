// A target that is held just before it first touches anything a trial would see, to be cloned.
//
// Its thread stands behind a system call that it never made (the pending one was left out). For a
// trial it is made to call clone(2); its registers never go on from there. The clone gets the
// registers of the pending call, and makes it as its first one.
#pragma once

#include <stdint.h>
#include <sys/types.h>

#include <optional>
#include <string>
#include <vector>

#include "fault_inject/protocol.h"
#include "fault_inject/syscall/architecture.h"
#include "fault_inject/syscall/tracee.h"

namespace shortwrite::fault_inject {

// One of its open descriptors, as a copy of ours (pidfd_getfd(2)): clones share the description
// behind it, with its offset and flags, and each trial must find them as the first one did.
class HeldDescriptor {
 public:
  explicit HeldDescriptor(int copy);
  HeldDescriptor(HeldDescriptor&& other) noexcept;
  HeldDescriptor& operator=(HeldDescriptor&&) = delete;
  ~HeldDescriptor();
  // False where it could not be put back.
  bool Restore() const;
  // What a clone of the process could not use as its own; "" if there is no such thing.
  std::string WhyNotHeld() const;

 private:
  int copy_;
  int64_t offset_ = -1;  // -1: it has none
  int flags_ = 0;
};

struct Snapshot {
  pid_t process = 0;
  CallEntry pending;
  Registers at_pending;       // where a clone begins
  uint64_t thread_id_at = 0;  // what set_tid_address(2) was given; 0: never called
  TracedProcess facts;        // its handle is the snapshot's own
  std::vector<HeldDescriptor> descriptors;
  // Of the region's header when it was held: a trial begins with them.
  uint32_t attached = 0;
  uint32_t unseen_ways = 0;
  char name[kProcessNameBytes] = {};
};

// Its open descriptors; an error in words where one cannot be held.
std::string HoldDescriptors(const ProcessHandle& process, pid_t pid,
                            std::vector<HeldDescriptor>& descriptors);

}  // namespace shortwrite::fault_inject
