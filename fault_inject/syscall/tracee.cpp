#include "fault_inject/syscall/tracee.h"

#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <utility>

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

BorrowedDescriptor::BorrowedDescriptor(const ProcessHandle& process, pid_t thread, int descriptor)
    : descriptor_(static_cast<int>(syscall(SYS_pidfd_getfd, process.pidfd(), descriptor, 0))) {
  if (descriptor_ >= 0 || descriptor < 0) return;
  // A process's pidfd is its first thread's, which may have ended. Fails before Linux 6.9.
  constexpr unsigned kPidfdThread = O_EXCL;
  const int pidfd = static_cast<int>(syscall(SYS_pidfd_open, thread, kPidfdThread));
  if (pidfd < 0) return;
  descriptor_ = static_cast<int>(syscall(SYS_pidfd_getfd, pidfd, descriptor, 0));
  close(pidfd);
}

void TracedThread::RepeatLater() {
  // A handler that leaves by longjmp leaves its call behind for ever.
  constexpr size_t kNestedMax = 16;
  if (repeating.size() == kNestedMax) repeating.erase(repeating.begin());
  repeating.push_back(*pending);
  pending.reset();
}

BorrowedDescriptor::~BorrowedDescriptor() {
  if (descriptor_ >= 0) close(descriptor_);
}

}  // namespace shortwrite::fault_inject
