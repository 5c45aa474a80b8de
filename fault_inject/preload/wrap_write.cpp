// write, pwrite, close, fsync, fdatasync.
//
// To add a write call: its real function in real.h, a CallKind in protocol.h, a wrapper like these,
// its name in exports.map, and its word in harness/trial/region_text.cpp.
#include <stddef.h>
#include <stdint.h>

#include "fault_inject/preload/real.h"
#include "fault_inject/preload/wrapped_call.h"

namespace shortwrite::fault_inject {
namespace {

ssize_t Write(int fd, const void* buffer, size_t bytes, const void* caller) {
  const Request request = {
      .call = CallKind::kWrite, .descriptor = fd, .asked = bytes, .movable = bytes};
  WrappedCall call(request, caller);
  if (call.answer_now()) return call.Answer();
  return call.Finish(real.write(fd, buffer, call.granted()));
}

ssize_t Pwrite(int fd, const void* buffer, size_t bytes, int64_t offset, const void* caller) {
  const Request request = {.call = CallKind::kPwrite,
                           .descriptor = fd,
                           .asked = bytes,
                           .movable = bytes,
                           .position = offset};
  WrappedCall call(request, caller);
  if (call.answer_now()) return call.Answer();
  return call.Finish(real.pwrite64(fd, buffer, call.granted(), offset));
}

// close(2): the descriptor is gone even when an error is reported, so the real call is always made.
int Close(int fd, const void* caller) {
  WrappedSync sync(CallKind::kClose, fd, caller);
  return sync.Finish(real.close(fd));
}

}  // namespace
}  // namespace shortwrite::fault_inject

using namespace shortwrite::fault_inject;  // NOLINT(google-build-using-namespace)

#define CALLER __builtin_return_address(0)

#pragma GCC visibility push(default)
extern "C" {

ssize_t write(int fd, const void* buffer, size_t bytes) {
  return Write(fd, buffer, bytes, CALLER);
}
ssize_t __write(int fd, const void* buffer, size_t bytes) {
  return Write(fd, buffer, bytes, CALLER);
}
ssize_t pwrite(int fd, const void* buffer, size_t bytes, int64_t offset) {
  return Pwrite(fd, buffer, bytes, offset, CALLER);
}
ssize_t pwrite64(int fd, const void* buffer, size_t bytes, int64_t offset) {
  return Pwrite(fd, buffer, bytes, offset, CALLER);
}
ssize_t __pwrite64(int fd, const void* buffer, size_t bytes, int64_t offset) {
  return Pwrite(fd, buffer, bytes, offset, CALLER);
}
int close(int fd) {
  return Close(fd, CALLER);
}
int __close(int fd) {
  return Close(fd, CALLER);
}
int fsync(int fd) {
  WrappedSync sync(CallKind::kFsync, fd, CALLER);
  return sync.Finish(real.fsync(fd));
}
int fdatasync(int fd) {
  WrappedSync sync(CallKind::kFdatasync, fd, CALLER);
  return sync.Finish(real.fdatasync(fd));
}

}  // extern "C"
#pragma GCC visibility pop
