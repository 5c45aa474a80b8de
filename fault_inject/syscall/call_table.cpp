#include "fault_inject/syscall/call_table.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>

#include <algorithm>
#include <array>

#include "fault_inject/descriptor.h"
#include "fault_inject/syscall/tracee_memory.h"
#include "fault_inject/vector_cut.h"

#ifndef RWF_ATOMIC
#define RWF_ATOMIC 0x40  // pwritev2(2): all or nothing; newer than Debian 12's headers
#endif

namespace shortwrite::fault_inject {
namespace {

constexpr int kNone = -1;

// Numbers of arguments, from 0.
struct Row {
  long number;
  CallKind call;
  CutBy cut_by;
  int cut;  // see WriteCall
  int descriptor = 0;
  int position = kNone;          // file offset, by value
  int position_pointer = kNone;  // likewise, behind a pointer that may be null
  int flags = kNone;
  int source = kNone;  // descriptor that a copy reads
  int source_position_pointer = kNone;
};

constexpr std::array kWriteCalls = {
    Row{SYS_write, CallKind::kWrite, CutBy::kCount, 2},
    Row{.number = SYS_pwrite64,
        .call = CallKind::kPwrite,
        .cut_by = CutBy::kCount,
        .cut = 2,
        .position = 3},
    Row{SYS_writev, CallKind::kWritev, CutBy::kVectors, 1},
    // On a 64-bit machine the low half of the offset is the whole of it.
    Row{.number = SYS_pwritev,
        .call = CallKind::kPwritev,
        .cut_by = CutBy::kVectors,
        .cut = 1,
        .position = 3},
    Row{.number = SYS_pwritev2,
        .call = CallKind::kPwritev2,
        .cut_by = CutBy::kVectors,
        .cut = 1,
        .position = 3,
        .flags = 5},
    Row{.number = SYS_sendto,
        .call = CallKind::kSendto,
        .cut_by = CutBy::kCount,
        .cut = 2,
        .flags = 3},
    Row{.number = SYS_sendmsg,
        .call = CallKind::kSendmsg,
        .cut_by = CutBy::kMessage,
        .cut = 1,
        .flags = 2},
    Row{.number = SYS_sendmmsg,
        .call = CallKind::kSendmmsg,
        .cut_by = CutBy::kCount,
        .cut = 2,
        .flags = 3},
    Row{.number = SYS_sendfile,
        .call = CallKind::kSendfile,
        .cut_by = CutBy::kCount,
        .cut = 3,
        .source = 1,
        .source_position_pointer = 2},
    Row{.number = SYS_splice,
        .call = CallKind::kSplice,
        .cut_by = CutBy::kCount,
        .cut = 4,
        .descriptor = 2,
        .position_pointer = 3,
        .flags = 5,
        .source = 0,
        .source_position_pointer = 1},
    Row{.number = SYS_tee,
        .call = CallKind::kTee,
        .cut_by = CutBy::kCount,
        .cut = 2,
        .descriptor = 1,
        .flags = 3,
        .source = 0},
    Row{.number = SYS_vmsplice,
        .call = CallKind::kVmsplice,
        .cut_by = CutBy::kVectors,
        .cut = 1,
        .flags = 3},
    Row{.number = SYS_copy_file_range,
        .call = CallKind::kCopyFileRange,
        .cut_by = CutBy::kCount,
        .cut = 4,
        .descriptor = 2,
        .position_pointer = 3,
        .source = 0,
        .source_position_pointer = 1},
};

constexpr std::array<std::pair<long, CallKind>, 3> kSyncCalls = {
    {{SYS_close, CallKind::kClose},
     {SYS_fsync, CallKind::kFsync},
     {SYS_fdatasync, CallKind::kFdatasync}}};

// A new architecture has only the newer half of them.
constexpr std::array kWaitsForReadiness = {
#ifdef SYS_poll
    long{SYS_poll},  long{SYS_select},   long{SYS_epoll_wait},
#endif
    long{SYS_ppoll}, long{SYS_pselect6}, long{SYS_epoll_pwait}, long{SYS_epoll_pwait2},
};

// What the tracer itself must hear of.
constexpr std::array<long, 5> kOtherCalls = {SYS_rt_sigaction, SYS_io_uring_setup, SYS_ptrace,
                                             SYS_sched_getaffinity, SYS_sched_setaffinity};

// Not connect or close, which have done something by then. Those for sockets fail so where they
// have a timeout.
constexpr std::array<long, 10> kWaitsWithoutRestart = {
#ifdef SYS_epoll_wait
    SYS_epoll_wait,
#else
    SYS_epoll_pwait,
#endif
    SYS_epoll_pwait, SYS_rt_sigtimedwait, SYS_semop,  SYS_semtimedop, SYS_io_getevents,
    SYS_recvfrom,    SYS_recvmsg,         SYS_accept, SYS_accept4};

uint64_t VectorBytes(pid_t thread, uint64_t address, uint64_t count) {
  if (count == 0 || count > kVectorsMax) return 0;
  std::array<iovec, kVectorsMax> vectors;
  if (!ReadMemory(thread, address, vectors.data(), count * sizeof(iovec))) return 0;
  return TotalBytes(vectors.data(), count);
}

uint64_t AskedBytes(pid_t thread, const Row& row, const CallEntry& entry) {
  const uint64_t value = entry.arguments[row.cut];
  switch (row.cut_by) {
    case CutBy::kCount:
      // The kernel reads sendmmsg's as an unsigned int.
      return row.call == CallKind::kSendmmsg ? static_cast<uint32_t>(value) : value;
    case CutBy::kVectors:
      return VectorBytes(thread, value, entry.arguments[row.cut + 1]);
    case CutBy::kMessage: {
      msghdr message = {};
      if (!ReadValue(thread, value, message)) return 0;
      return VectorBytes(thread, reinterpret_cast<uint64_t>(message.msg_iov), message.msg_iovlen);
    }
  }
  return 0;
}

// -1 where the pointer is null: the descriptor's own.
int64_t PositionBehind(pid_t thread, const CallEntry& entry, int argument) {
  int64_t position = -1;
  if (argument != kNone && entry.arguments[argument] != 0) {
    (void)ReadValue(thread, entry.arguments[argument], position);
  }
  return position;
}

// Copies ask for far more than there is.
uint64_t MovableBytes(pid_t thread, const TracedProcess& process, const Row& row,
                      const CallEntry& entry, uint64_t asked) {
  if (row.source == kNone) return asked;
  const BorrowedDescriptor source(process.handle, thread,
                                  static_cast<int>(entry.arguments[row.source]));
  if (source.get() < 0) return asked;
  const int64_t position = PositionBehind(thread, entry, row.source_position_pointer);
  return std::min(asked, SourceBytes(source.get(), position));
}

void ReadFlags(const Row& row, uint64_t flags, Request& request) {
  switch (row.call) {
    case CallKind::kSendto:
    case CallKind::kSendmsg:
    case CallKind::kSendmmsg:
      request.nonblocking = (flags & MSG_DONTWAIT) != 0;
      request.no_signal = (flags & MSG_NOSIGNAL) != 0;
      return;
    case CallKind::kPwritev2:
      request.nonblocking = (flags & RWF_NOWAIT) != 0;
      request.may_cut = (flags & RWF_ATOMIC) == 0;
      return;
    default:
      request.nonblocking = (flags & SPLICE_F_NONBLOCK) != 0;
  }
}

}  // namespace

std::vector<long> TracedCallNumbers(StopsAt stops) {
  std::vector<long> numbers(kOtherCalls.begin(), kOtherCalls.end());
  for (const Row& row : kWriteCalls) numbers.push_back(row.number);
  if (stops.closes) {
    for (const auto& [number, call] : kSyncCalls) numbers.push_back(number);
  }
  if (stops.waits) {
    numbers.insert(numbers.end(), kWaitsForReadiness.begin(), kWaitsForReadiness.end());
  }
  return numbers;
}

std::optional<WriteCall> DecodeWriteCall(pid_t thread, const TracedProcess& process,
                                         const CallEntry& entry) {
  const auto* const row =
      std::find_if(kWriteCalls.begin(), kWriteCalls.end(),
                   [&](const Row& candidate) { return candidate.number == entry.number; });
  if (row == kWriteCalls.end()) return std::nullopt;
  WriteCall call = {.request = {}, .cut_by = row->cut_by, .cut_argument = row->cut};
  Request& request = call.request;
  request.call = row->call;
  request.descriptor = static_cast<int>(entry.arguments[row->descriptor]);
  request.asked = AskedBytes(thread, *row, entry);
  request.movable = MovableBytes(thread, process, *row, entry, request.asked);
  if (row->position != kNone)
    request.position = static_cast<int64_t>(entry.arguments[row->position]);
  if (row->position_pointer != kNone) {
    request.position = PositionBehind(thread, entry, row->position_pointer);
  }
  // send(2) is sendto without an address.
  if (row->call == CallKind::kSendto && entry.arguments[4] == 0) request.call = CallKind::kSend;
  if (row->flags != kNone) ReadFlags(*row, entry.arguments[row->flags], request);
  return call;
}

bool IsWaitWithoutRestart(long number) {
  return std::find(kWaitsWithoutRestart.begin(), kWaitsWithoutRestart.end(), number) !=
         kWaitsWithoutRestart.end();
}

bool IsWaitForReadiness(long number) {
  return std::find(kWaitsForReadiness.begin(), kWaitsForReadiness.end(), number) !=
         kWaitsForReadiness.end();
}

std::optional<CallKind> DecodeSyncCall(const CallEntry& entry) {
  for (const auto& [number, call] : kSyncCalls) {
    if (number == entry.number) return call;
  }
  return std::nullopt;
}

}  // namespace shortwrite::fault_inject
