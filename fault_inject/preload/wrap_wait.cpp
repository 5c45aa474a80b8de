// poll, select, epoll_wait and their like: they go on as they are, and are marked in the trace
// where it is to say who waited.
#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/select.h>
#include <sys/time.h>
#include <time.h>

#include "fault_inject/preload/real.h"
#include "fault_inject/preload/wrapped_call.h"
#include "fault_inject/raw_syscall.h"

namespace shortwrite::fault_inject {
namespace {

// For calls made before the constructor has run: no system call of every architecture takes what
// these libc functions do. The kernel writes what is left of a timeout; libc leaves it alone.
int EarlyPoll(pollfd* files, nfds_t count, const timespec* timeout, const sigset_t* mask) {
  timespec room = timeout == nullptr ? timespec{} : *timeout;
  return static_cast<int>(AsLibc(RawSyscall(SYS_ppoll, AsArgument(files), static_cast<long>(count),
                                            timeout == nullptr ? 0 : AsArgument(&room),
                                            AsArgument(mask), kSignalSetBytes)));
}

int EarlySelect(int count, fd_set* reads, fd_set* writes, fd_set* others, const timespec* timeout,
                const sigset_t* mask) {
  const struct {
    const sigset_t* mask;
    size_t bytes;
  } signals = {mask, kSignalSetBytes};
  timespec room = timeout == nullptr ? timespec{} : *timeout;
  return static_cast<int>(AsLibc(
      RawSyscall(SYS_pselect6, count, AsArgument(reads), AsArgument(writes), AsArgument(others),
                 timeout == nullptr ? 0 : AsArgument(&room), AsArgument(&signals))));
}

int Poll(pollfd* files, nfds_t count, int milliseconds) {
  EnterWait();
  if (real.poll != nullptr) return real.poll(files, count, milliseconds);
  const timespec timeout = {milliseconds / 1000, milliseconds % 1000 * 1000000L};
  return EarlyPoll(files, count, milliseconds < 0 ? nullptr : &timeout, nullptr);
}

int Ppoll(pollfd* files, nfds_t count, const timespec* timeout, const sigset_t* mask) {
  EnterWait();
  if (real.ppoll == nullptr) return EarlyPoll(files, count, timeout, mask);
  return real.ppoll(files, count, timeout, mask);
}

int Select(int count, fd_set* reads, fd_set* writes, fd_set* others, timeval* timeout) {
  EnterWait();
  if (real.select != nullptr) return real.select(count, reads, writes, others, timeout);
  if (timeout == nullptr) return EarlySelect(count, reads, writes, others, nullptr, nullptr);
  const timespec room = {timeout->tv_sec, timeout->tv_usec * 1000L};
  return EarlySelect(count, reads, writes, others, &room, nullptr);
}

}  // namespace
}  // namespace shortwrite::fault_inject

using namespace shortwrite::fault_inject;  // NOLINT(google-build-using-namespace)

#pragma GCC visibility push(default)
extern "C" {

int poll(pollfd* files, nfds_t count, int milliseconds) {
  return Poll(files, count, milliseconds);
}
int __poll(pollfd* files, nfds_t count, int milliseconds) {
  return Poll(files, count, milliseconds);
}
// What _FORTIFY_SOURCE makes of poll and ppoll: libc's looks at the size of the array.
int __poll_chk(pollfd* files, nfds_t count, int milliseconds, size_t bytes) {
  if (real.__poll_chk == nullptr) return Poll(files, count, milliseconds);
  EnterWait();
  return real.__poll_chk(files, count, milliseconds, bytes);
}
int ppoll(pollfd* files, nfds_t count, const timespec* timeout, const sigset_t* mask) {
  return Ppoll(files, count, timeout, mask);
}
int __ppoll_chk(pollfd* files, nfds_t count, const timespec* timeout, const sigset_t* mask,
                size_t bytes) {
  if (real.__ppoll_chk == nullptr) return Ppoll(files, count, timeout, mask);
  EnterWait();
  return real.__ppoll_chk(files, count, timeout, mask, bytes);
}

int select(int count, fd_set* reads, fd_set* writes, fd_set* others, timeval* timeout) {
  return Select(count, reads, writes, others, timeout);
}
int __select(int count, fd_set* reads, fd_set* writes, fd_set* others, timeval* timeout) {
  return Select(count, reads, writes, others, timeout);
}
int pselect(int count, fd_set* reads, fd_set* writes, fd_set* others, const timespec* timeout,
            const sigset_t* mask) {
  EnterWait();
  if (real.pselect == nullptr) return EarlySelect(count, reads, writes, others, timeout, mask);
  return real.pselect(count, reads, writes, others, timeout, mask);
}

int epoll_wait(int epoll, epoll_event* events, int room, int milliseconds) {
  EnterWait();
  return real.epoll_wait(epoll, events, room, milliseconds);
}
int epoll_pwait(int epoll, epoll_event* events, int room, int milliseconds, const sigset_t* mask) {
  EnterWait();
  return real.epoll_pwait(epoll, events, room, milliseconds, mask);
}
int epoll_pwait2(int epoll, epoll_event* events, int room, const timespec* timeout,
                 const sigset_t* mask) {
  EnterWait();
  return real.epoll_pwait2(epoll, events, room, timeout, mask);
}

}  // extern "C"
#pragma GCC visibility pop
