// sendfile, splice, tee, copy_file_range: the kernel moves the bytes itself. Callers ask for far
// more than there is, so cuts are of what can really move.
#include <fcntl.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "fault_inject/descriptor.h"
#include "fault_inject/preload/real.h"
#include "fault_inject/preload/wrapped_call.h"

namespace shortwrite::fault_inject {
namespace {

uint64_t Movable(size_t asked, int source, const int64_t* source_position) {
  const uint64_t there = SourceBytes(source, source_position == nullptr ? -1 : *source_position);
  return there < asked ? there : asked;
}

int64_t ExplicitPosition(const int64_t* position) {
  return position == nullptr ? -1 : *position;
}

ssize_t Sendfile(int out, int in, int64_t* offset, size_t bytes, const void* caller) {
  const Request request = {.call = CallKind::kSendfile,
                           .descriptor = out,
                           .asked = bytes,
                           .movable = Movable(bytes, in, offset)};
  WrappedCall call(request, caller);
  if (call.answer_now()) return call.Answer();
  return call.Finish(real.sendfile64(out, in, offset, call.granted()));
}

}  // namespace
}  // namespace shortwrite::fault_inject

using namespace shortwrite::fault_inject;  // NOLINT(google-build-using-namespace)

#define CALLER __builtin_return_address(0)

#pragma GCC visibility push(default)
extern "C" {

ssize_t sendfile(int out, int in, int64_t* offset, size_t bytes) {
  return Sendfile(out, in, offset, bytes, CALLER);
}
ssize_t sendfile64(int out, int in, int64_t* offset, size_t bytes) {
  return Sendfile(out, in, offset, bytes, CALLER);
}

ssize_t splice(int in, int64_t* in_offset, int out, int64_t* out_offset, size_t bytes,
               unsigned flags) {
  const Request request = {.call = CallKind::kSplice,
                           .descriptor = out,
                           .asked = bytes,
                           .movable = Movable(bytes, in, in_offset),
                           .position = ExplicitPosition(out_offset),
                           .nonblocking = (flags & SPLICE_F_NONBLOCK) != 0};
  WrappedCall call(request, CALLER);
  if (call.answer_now()) return call.Answer();
  return call.Finish(real.splice(in, in_offset, out, out_offset, call.granted(), flags));
}

ssize_t tee(int in, int out, size_t bytes, unsigned flags) {
  const Request request = {.call = CallKind::kTee,
                           .descriptor = out,
                           .asked = bytes,
                           .movable = Movable(bytes, in, nullptr),
                           .nonblocking = (flags & SPLICE_F_NONBLOCK) != 0};
  WrappedCall call(request, CALLER);
  if (call.answer_now()) return call.Answer();
  return call.Finish(real.tee(in, out, call.granted(), flags));
}

ssize_t copy_file_range(int in, int64_t* in_offset, int out, int64_t* out_offset, size_t bytes,
                        unsigned flags) {
  const Request request = {.call = CallKind::kCopyFileRange,
                           .descriptor = out,
                           .asked = bytes,
                           .movable = Movable(bytes, in, in_offset),
                           .position = ExplicitPosition(out_offset)};
  WrappedCall call(request, CALLER);
  if (call.answer_now()) return call.Answer();
  return call.Finish(real.copy_file_range(in, in_offset, out, out_offset, call.granted(), flags));
}

}  // extern "C"
#pragma GCC visibility pop
