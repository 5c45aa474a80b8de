// What a write call may legally return, by sink, flags and profile. Pure.
//
// A fault that the kernel (or POSIX) could not have returned there convicts correct programs. Rows
// cite their source; those marked "measured" were provoked without injection on Linux 6.18.
//   linux    what this kernel does on this sink
//   posix    what POSIX.1-2024 permits: any short count on a regular file, EAGAIN wherever
//            O_NONBLOCK is set, EINTR wherever a handler without SA_RESTART can run
//   hostile  what FUSE and network file systems do to "regular" files
//
// Needs libc headers only: it is compiled into the preload library.
#pragma once

#include <fcntl.h>
#include <limits.h>
#include <stdint.h>

#include "fault_inject/protocol.h"

namespace shortwrite::fault_inject {

struct CallFacts {
  CallKind call;
  SinkClass sink;
  uint32_t status_flags;    // fcntl(F_GETFL)
  uint64_t movable;         // bytes that the call would move if nothing interfered
  bool call_nonblocking;    // this call alone must not wait: MSG_DONTWAIT, SPLICE_F_NONBLOCK
  int interrupting_signal;  // see handlers.h; 0: no handler can make the call return EINTR
  Profile profile;
};

struct Ruling {
  uint64_t granted;    // short write: the legal count nearest to the wanted one, 0 if there is none
  const char* reason;  // static text, for people
  bool legal;
};

inline constexpr uint64_t kPageBytes = 4096;
inline constexpr uint64_t kDirectBlockBytes = 4096;

inline Ruling Illegal(const char* reason) {
  return {0, reason, false};
}
inline Ruling Legal(uint64_t granted, const char* reason) {
  return {granted, reason, true};
}

inline bool IsNonblocking(const CallFacts& facts) {
  return (facts.status_flags & O_NONBLOCK) != 0 || facts.call_nonblocking;
}

// pipe(7): a request of at most PIPE_BUF bytes is all or nothing. Measured on x86-64: a partial
// count is whole pages, or whole pages and the odd rest of the request.
inline Ruling LegalPipeCount(const CallFacts& facts, uint64_t wanted) {
  if (facts.movable <= PIPE_BUF) return Illegal("pipe(7): up to PIPE_BUF bytes are atomic");
  if (facts.profile != Profile::kLinux) {
    return Legal(wanted, "write(2): above PIPE_BUF bytes a pipe may accept a part");
  }
  const uint64_t rest = facts.movable % kPageBytes;
  uint64_t count = wanted / kPageBytes * kPageBytes;
  if (wanted % kPageBytes >= rest) count += rest;
  if (count == 0) count = kPageBytes;
  if (count >= facts.movable) return Illegal("no page-model count below the request");
  return Legal(count, "a full pipe accepts whole pages, or these and the odd rest (measured)");
}

// write(2), RETURN VALUE: "may be less than count ... insufficient space, RLIMIT_FSIZE, or
// interrupted by a signal handler after having written something".
inline Ruling LegalShortCount(const CallFacts& facts, uint64_t wanted) {
  if (facts.movable < 2) return Illegal("one byte cannot be cut");
  if (wanted == 0) wanted = 1;
  if (wanted >= facts.movable) wanted = facts.movable - 1;
  switch (facts.sink) {
    case SinkClass::kRegular:
      if ((facts.status_flags & O_DIRECT) != 0) {
        const uint64_t blocks = wanted / kDirectBlockBytes * kDirectBlockBytes;
        if (blocks == 0) return Illegal("O_DIRECT moves whole blocks");
        return Legal(blocks, "open(2): O_DIRECT moves whole blocks; space ended between two");
      }
      return Legal(wanted, "write(2): space, quota or RLIMIT_FSIZE ended inside the request");
    case SinkClass::kPipe:
      return LegalPipeCount(facts, wanted);
    case SinkClass::kTty:
      return Legal(wanted, "write(2): a terminal takes what its buffer holds");
    case SinkClass::kStreamSocket:
      if (facts.profile == Profile::kLinux && facts.movable <= kPageBytes) {
        return Illegal("AF_UNIX takes small requests whole (measured)");
      }
      return Legal(wanted, "send(2): a stream socket takes what its buffer holds");
    case SinkClass::kDatagramSocket:
      if (facts.call == CallKind::kSendmmsg) {
        return Legal(wanted, "sendmmsg(2): stops at the first message that cannot be sent");
      }
      return Illegal("send(2): a datagram goes whole");
    case SinkClass::kBlockDevice:
      return Illegal("a block device is short only at its end");
    case SinkClass::kOther:
      return Illegal("this kind of file takes a request whole");
  }
  return Illegal("unknown sink");
}

inline Ruling LegalEagain(const CallFacts& facts) {
  if (facts.profile == Profile::kHostile && facts.sink == SinkClass::kRegular) {
    return Legal(0, "FUSE: the server may answer any errno, even without O_NONBLOCK (measured)");
  }
  if (!IsNonblocking(facts)) return Illegal("EAGAIN needs O_NONBLOCK");
  switch (facts.sink) {
    case SinkClass::kRegular:
      if (facts.profile == Profile::kLinux) {
        return Illegal("open(2): O_NONBLOCK changes nothing on a regular file in Linux");
      }
      return Legal(0, "POSIX write(): EAGAIN where O_NONBLOCK is set");
    case SinkClass::kPipe:
    case SinkClass::kTty:
    case SinkClass::kStreamSocket:
    case SinkClass::kDatagramSocket:
      return Legal(0, "write(2): O_NONBLOCK is set and the buffer is full");
    case SinkClass::kBlockDevice:
    case SinkClass::kOther:
      return Illegal("this kind of file never answers EAGAIN");
  }
  return Illegal("unknown sink");
}

// signal(7), "Interruption of system calls": only a handler without SA_RESTART makes write return
// EINTR, and then nothing was transferred.
inline Ruling LegalEintr(const CallFacts& facts) {
  if (facts.profile == Profile::kHostile && facts.sink == SinkClass::kRegular) {
    return Legal(0, "fuse(4): interrupted although SA_RESTART is set (measured)");
  }
  if (facts.sink == SinkClass::kOther || facts.sink == SinkClass::kBlockDevice) {
    return Illegal("this kind of file never answers EINTR");
  }
  if (facts.interrupting_signal == 0) {
    return Illegal("EINTR needs a handler without SA_RESTART that is not blocked");
  }
  if (facts.profile == Profile::kLinux && facts.sink == SinkClass::kRegular) {
    return Illegal("signal(7): a local regular file is not interruptible in Linux (measured)");
  }
  if (IsNonblocking(facts) && facts.sink != SinkClass::kTty) {
    return Illegal("a non-blocking call answers EAGAIN before it looks at signals (measured)");
  }
  return Legal(0, "POSIX write(): a handler without SA_RESTART is installed and not blocked");
}

inline Ruling LegalError(const CallFacts& facts, FaultKind fault) {
  const bool regular = facts.sink == SinkClass::kRegular;
  switch (fault) {
    case FaultKind::kEnospc:
    case FaultKind::kEdquot:
    case FaultKind::kEfbig:
      return regular ? Legal(0, "write(2): no room left") : Illegal("only a regular file fills up");
    case FaultKind::kEio:
      return regular || facts.sink == SinkClass::kBlockDevice || facts.sink == SinkClass::kTty
                 ? Legal(0, "write(2): low-level I/O error")
                 : Illegal("pipes and sockets never answer EIO");
    case FaultKind::kEpipe:
      return facts.sink == SinkClass::kPipe || facts.sink == SinkClass::kStreamSocket
                 ? Legal(0, "write(2): the reading end is closed")
                 : Illegal("EPIPE needs a pipe or a socket");
    default:
      return Illegal("not an error");
  }
}

// close(2), fsync(2): what was accepted may be lost when it is written back, and the next call that
// waits for this says so. A file that nobody wrote to has nothing to lose, and a shell that closes
// its copy of a descriptor right after dup2 must not hear of an error.
//   written     bytes were accepted on this file
//   by_closer   by the process that makes this call, as far as is known
inline Ruling LegalToHearDelayedError(CallKind call, SinkClass sink, uint32_t status_flags,
                                      bool written, bool by_closer) {
  if (sink != SinkClass::kRegular && sink != SinkClass::kBlockDevice) {
    return Illegal("pipes, sockets and terminals keep nothing to write back");
  }
  if (!written) return Illegal("nothing was written that could be lost");
  if (call != CallKind::kClose) return Legal(0, "fsync(2): a delayed write error");
  if ((status_flags & O_ACCMODE) == O_RDONLY) return Illegal("close(2): it was only read from");
  if (!by_closer) return Illegal("close(2): another process wrote to it");
  return Legal(0, "close(2): a delayed write error, as of NFS or a quota");
}

inline Ruling LegalZero(const CallFacts& facts) {
  return facts.profile == Profile::kHostile && facts.sink == SinkClass::kRegular
             ? Legal(0, "FUSE with direct_io may accept nothing (measured)")
             : Illegal("a request above 0 bytes is never answered with 0");
}

}  // namespace shortwrite::fault_inject
