// writev, pwritev, pwritev2, vmsplice.
#include <fcntl.h>
#include <limits.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/uio.h>

#include "fault_inject/preload/real.h"
#include "fault_inject/preload/wrapped_call.h"
#include "fault_inject/vector_cut.h"

#ifndef RWF_ATOMIC
#define RWF_ATOMIC 0x40  // pwritev2(2): all or nothing; newer than Debian 12's headers
#endif

namespace shortwrite::fault_inject {
namespace {

// The kernel reads the count as a signed int; a negative one is EINVAL, and no array to walk.
uint64_t AskedBytes(const iovec* vectors, int count) {
  return count < 0 ? 0 : TotalBytes(vectors, static_cast<size_t>(count));
}

// Runs forward(vectors, count) on the target's array, or on a cut copy of it.
template <typename Forward>
ssize_t Intercept(const Request& request, const iovec* vectors, int count, const void* caller,
                  const Forward& forward) {
  WrappedCall call(request, caller);
  if (call.answer_now()) return call.Answer();
  if (!call.is_cut()) return call.Finish(forward(vectors, count));
  SHORTWRITE_CUT_COPY(cut, used, vectors, static_cast<size_t>(count), call.granted());
  return call.Finish(forward(cut, static_cast<int>(used)));
}

ssize_t Pwritev(int fd, const iovec* vectors, int count, int64_t offset, const void* caller) {
  const uint64_t bytes = AskedBytes(vectors, count);
  const Request request = {.call = CallKind::kPwritev,
                           .descriptor = fd,
                           .asked = bytes,
                           .movable = bytes,
                           .position = offset};
  return Intercept(request, vectors, count, caller, [=](const iovec* array, int length) {
    return real.pwritev64(fd, array, length, offset);
  });
}

// pwritev2(2): offset -1 means the descriptor's own position, and moves it.
ssize_t Pwritev2(int fd, const iovec* vectors, int count, int64_t offset, int flags,
                 const void* caller) {
  const uint64_t bytes = AskedBytes(vectors, count);
  const Request request = {.call = CallKind::kPwritev2,
                           .descriptor = fd,
                           .asked = bytes,
                           .movable = bytes,
                           .position = offset,
                           .nonblocking = (flags & RWF_NOWAIT) != 0,
                           .may_cut = (flags & RWF_ATOMIC) == 0};
  return Intercept(request, vectors, count, caller, [=](const iovec* array, int length) {
    return real.pwritev64v2(fd, array, length, offset, flags);
  });
}

}  // namespace
}  // namespace shortwrite::fault_inject

using namespace shortwrite::fault_inject;  // NOLINT(google-build-using-namespace)

#define CALLER __builtin_return_address(0)

#pragma GCC visibility push(default)
extern "C" {

ssize_t writev(int fd, const iovec* vectors, int count) {
  const uint64_t bytes = AskedBytes(vectors, count);
  const Request request = {
      .call = CallKind::kWritev, .descriptor = fd, .asked = bytes, .movable = bytes};
  return Intercept(request, vectors, count, CALLER,
                   [=](const iovec* array, int length) { return real.writev(fd, array, length); });
}

ssize_t pwritev(int fd, const iovec* vectors, int count, int64_t offset) {
  return Pwritev(fd, vectors, count, offset, CALLER);
}
ssize_t pwritev64(int fd, const iovec* vectors, int count, int64_t offset) {
  return Pwritev(fd, vectors, count, offset, CALLER);
}
ssize_t pwritev2(int fd, const iovec* vectors, int count, int64_t offset, int flags) {
  return Pwritev2(fd, vectors, count, offset, flags, CALLER);
}
ssize_t pwritev64v2(int fd, const iovec* vectors, int count, int64_t offset, int flags) {
  return Pwritev2(fd, vectors, count, offset, flags, CALLER);
}

ssize_t vmsplice(int fd, const iovec* vectors, size_t count, unsigned flags) {
  const uint64_t bytes = TotalBytes(vectors, count);
  const Request request = {.call = CallKind::kVmsplice,
                           .descriptor = fd,
                           .asked = bytes,
                           .movable = bytes,
                           .nonblocking = (flags & SPLICE_F_NONBLOCK) != 0};
  return Intercept(request, vectors, static_cast<int>(count), CALLER,
                   [=](const iovec* array, int length) {
                     return real.vmsplice(fd, array, static_cast<size_t>(length), flags);
                   });
}

}  // extern "C"
#pragma GCC visibility pop
