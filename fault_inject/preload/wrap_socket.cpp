// send, sendto, sendmsg, sendmmsg.
#include <string.h>
#include <sys/socket.h>

#include "fault_inject/preload/real.h"
#include "fault_inject/preload/wrapped_call.h"
#include "fault_inject/vector_cut.h"

namespace shortwrite::fault_inject {
namespace {

Request SocketRequest(CallKind call, int fd, uint64_t asked, int flags) {
  return {.call = call,
          .descriptor = fd,
          .asked = asked,
          .movable = asked,
          .nonblocking = (flags & MSG_DONTWAIT) != 0,
          .no_signal = (flags & MSG_NOSIGNAL) != 0};
}

// send(2) is sendto without an address, and recorded as that whoever calls it.
ssize_t Send(int fd, const void* buffer, size_t bytes, int flags, const sockaddr* address,
             socklen_t address_bytes, const void* caller) {
  const CallKind kind = address == nullptr ? CallKind::kSend : CallKind::kSendto;
  const Request request = SocketRequest(kind, fd, bytes, flags);
  WrappedCall call(request, caller);
  if (call.answer_now()) return call.Answer();
  return call.Finish(real.sendto(fd, buffer, call.granted(), flags, address, address_bytes));
}

}  // namespace
}  // namespace shortwrite::fault_inject

using namespace shortwrite::fault_inject;  // NOLINT(google-build-using-namespace)

#define CALLER __builtin_return_address(0)

#pragma GCC visibility push(default)
extern "C" {

ssize_t send(int fd, const void* buffer, size_t bytes, int flags) {
  return Send(fd, buffer, bytes, flags, nullptr, 0, CALLER);
}
ssize_t __send(int fd, const void* buffer, size_t bytes, int flags) {
  return Send(fd, buffer, bytes, flags, nullptr, 0, CALLER);
}
ssize_t sendto(int fd, const void* buffer, size_t bytes, int flags, const sockaddr* address,
               socklen_t address_bytes) {
  return Send(fd, buffer, bytes, flags, address, address_bytes, CALLER);
}

ssize_t sendmsg(int fd, const msghdr* message, int flags) {
  const uint64_t bytes = message == nullptr ? 0 : TotalBytes(message->msg_iov, message->msg_iovlen);
  const Request request = SocketRequest(CallKind::kSendmsg, fd, bytes, flags);
  WrappedCall call(request, CALLER);
  if (call.answer_now()) return call.Answer();
  if (!call.is_cut()) return call.Finish(real.sendmsg(fd, message, flags));
  SHORTWRITE_CUT_COPY(cut, used, message->msg_iov, message->msg_iovlen, call.granted());
  msghdr shortened = *message;
  shortened.msg_iov = cut;
  shortened.msg_iovlen = used;
  return call.Finish(real.sendmsg(fd, &shortened, flags));
}

int sendmmsg(int fd, mmsghdr* messages, unsigned count, int flags) {
  const Request request = SocketRequest(CallKind::kSendmmsg, fd, count, flags);
  WrappedCall call(request, CALLER);
  if (call.answer_now()) return static_cast<int>(call.Answer());
  const auto granted = static_cast<unsigned>(call.granted());
  return static_cast<int>(call.Finish(real.sendmmsg(fd, messages, granted, flags)));
}

}  // extern "C"
#pragma GCC visibility pop
