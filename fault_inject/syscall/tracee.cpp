#include "fault_inject/syscall/tracee.h"

#include <sys/syscall.h>
#include <unistd.h>

namespace shortwrite::fault_inject {

// glibc 2.36 has pidfd_open without C linkage in some versions, and no pidfd_getfd in older ones.
ProcessHandle::ProcessHandle(pid_t process)
    : pidfd_(static_cast<int>(syscall(SYS_pidfd_open, process, 0))) {}

ProcessHandle& ProcessHandle::operator=(ProcessHandle&& other) noexcept {
  const int mine = pidfd_;
  pidfd_ = other.pidfd_;
  other.pidfd_ = mine;
  return *this;
}

ProcessHandle::~ProcessHandle() {
  if (pidfd_ >= 0) close(pidfd_);
}

BorrowedDescriptor::BorrowedDescriptor(const ProcessHandle& process, int descriptor)
    : descriptor_(static_cast<int>(syscall(SYS_pidfd_getfd, process.pidfd(), descriptor, 0))) {}

BorrowedDescriptor::~BorrowedDescriptor() {
  if (descriptor_ >= 0) close(descriptor_);
}

}  // namespace shortwrite::fault_inject
