// What a write call may legally return, by sink, flags and profile. Pure.
//
// A fault that the kernel (or POSIX) could not have returned there convicts correct programs. Rows
// cite their source; those marked "measured" were provoked without injection on Linux 6.18.
//   linux    what this kernel does on this sink
//   posix    what POSIX.1-2024 permits: any short count on a regular file, EAGAIN wherever
//            O_NONBLOCK is set, EINTR wherever a handler without SA_RESTART can run
//   hostile  what FUSE and network file systems do to "regular" files
// Where neither a manual page nor a measurement says that a fault happens, it is illegal.
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
  bool send_timeout = false;  // SO_SNDTIMEO
};

struct Ruling {
  uint64_t granted;    // short write: the legal count nearest to the wanted one, 0 if there is none
  const char* reason;  // static text, for people
  bool legal;
};

inline constexpr uint64_t kPageBytes = 4096;
inline constexpr uint64_t kDirectBlockBytes = 4096;
inline constexpr uint64_t kEventfdBytes = 8;

inline Ruling Illegal(const char* reason) {
  return {0, reason, false};
}
inline Ruling Legal(uint64_t granted, const char* reason) {
  return {granted, reason, true};
}

inline bool IsNonblocking(const CallFacts& facts) {
  return (facts.status_flags & O_NONBLOCK) != 0 || facts.call_nonblocking;
}

inline bool IsSocket(SinkClass sink) {
  return sink == SinkClass::kStreamSocket || sink == SinkClass::kTcpSocket ||
         sink == SinkClass::kDatagramSocket || sink == SinkClass::kSeqpacketSocket;
}

inline bool IsHostileFile(const CallFacts& facts) {
  return facts.profile == Profile::kHostile && facts.sink == SinkClass::kRegular;
}

// The kernel moves the bytes from file to file (or socket) by itself.
inline bool IsCopy(CallKind call) {
  return call == CallKind::kSendfile || call == CallKind::kSplice || call == CallKind::kTee ||
         call == CallKind::kVmsplice || call == CallKind::kCopyFileRange;
}

// Calls that fail whatever happens, with an error that says what is wrong with the call. Another
// error instead of it would be news about the sink that is not true.
inline bool IsRefusedAnyway(const CallFacts& facts) {
  const bool positioned = facts.sink == SinkClass::kRegular ||
                          facts.sink == SinkClass::kSealedMemory ||
                          facts.sink == SinkClass::kBlockDevice ||
                          facts.sink == SinkClass::kFullDevice || facts.sink == SinkClass::kOther;
  const bool appends = (facts.status_flags & O_APPEND) != 0;
  switch (facts.call) {
    case CallKind::kSend:
    case CallKind::kSendto:
    case CallKind::kSendmsg:
    case CallKind::kSendmmsg:
      return !IsSocket(facts.sink);  // send(2): ENOTSOCK
    case CallKind::kPwrite:
    case CallKind::kPwritev:
      return !positioned;  // pwrite(2): ESPIPE
    case CallKind::kTee:
    case CallKind::kVmsplice:
      return facts.sink != SinkClass::kPipe;  // tee(2), vmsplice(2)
    case CallKind::kCopyFileRange:
      return facts.sink != SinkClass::kRegular || appends;  // copy_file_range(2): EINVAL, EBADF
    case CallKind::kSendfile:
    case CallKind::kSplice:
      // sendfile(2), splice(2): EINVAL where the file has no such operation, or appends.
      return facts.sink == SinkClass::kEventfd || facts.sink == SinkClass::kFullDevice ||
             (facts.sink != SinkClass::kPipe && appends);
    default:
      // eventfd(2): any other size is EINVAL (measured).
      return facts.sink == SinkClass::kEventfd && facts.movable != kEventfdBytes;
  }
}

// pipe(7): a request of at most PIPE_BUF bytes is all or nothing, for a vector by its total.
// Measured on x86-64 for write and writev: a partial count is whole pages, or whole pages and the
// odd rest of the request.
inline Ruling LegalPipeCount(const CallFacts& facts, uint64_t wanted) {
  if (facts.movable <= PIPE_BUF) return Illegal("pipe(7): up to PIPE_BUF bytes are atomic");
  if ((facts.status_flags & O_DIRECT) != 0) {
    const uint64_t packets = wanted < PIPE_BUF ? 1 : wanted / PIPE_BUF;
    return Legal(packets * PIPE_BUF, "pipe(2): O_DIRECT makes packets of PIPE_BUF bytes");
  }
  if (facts.profile != Profile::kLinux) {
    return Legal(wanted, "write(2): above PIPE_BUF bytes a pipe may accept a part");
  }
  if (IsCopy(facts.call)) return Illegal("what a copy leaves over in a pipe was not measured");
  const uint64_t rest = facts.movable % kPageBytes;
  uint64_t count = wanted / kPageBytes * kPageBytes;
  if (wanted % kPageBytes >= rest) count += rest;
  if (count == 0) count = kPageBytes;
  if (count >= facts.movable) return Illegal("no page-model count below the request");
  return Legal(count, "a full pipe accepts whole pages, or these and the odd rest (measured)");
}

inline Ruling LegalFileCount(const CallFacts& facts, uint64_t wanted) {
  if ((facts.status_flags & O_DIRECT) == 0) {
    return Legal(wanted, "write(2): space, quota or RLIMIT_FSIZE ended inside the request");
  }
  const uint64_t blocks = wanted / kDirectBlockBytes * kDirectBlockBytes;
  if (blocks == 0) return Illegal("O_DIRECT moves whole blocks");
  return Legal(blocks, "open(2): O_DIRECT moves whole blocks; space ended between two");
}

// write(2), RETURN VALUE: "may be less than count ... insufficient space, RLIMIT_FSIZE, or
// interrupted by a signal handler after having written something". On pipes, terminals and sockets
// SIGSTOP and SIGCONT do that too, without any handler (measured).
inline Ruling LegalShortCount(const CallFacts& facts, uint64_t wanted) {
  if (facts.movable < 2) return Illegal("one byte cannot be cut");
  if (IsRefusedAnyway(facts)) return Illegal("the kernel refuses this call on this kind of file");
  if (wanted == 0) wanted = 1;
  if (wanted >= facts.movable) wanted = facts.movable - 1;
  // Of messages one after the other, each a whole one.
  if (facts.call == CallKind::kSendmmsg) {
    return Legal(wanted, "sendmmsg(2): stops at the first message that cannot be sent");
  }
  switch (facts.sink) {
    case SinkClass::kRegular:
      return LegalFileCount(facts, wanted);
    case SinkClass::kPipe:
      return LegalPipeCount(facts, wanted);
    case SinkClass::kTty:
      return Legal(wanted, "write(2): a terminal takes what its buffer holds");
    case SinkClass::kStreamSocket:
      if (facts.profile == Profile::kLinux && facts.movable <= kPageBytes) {
        return Illegal("AF_UNIX takes small requests whole (measured)");
      }
      return Legal(wanted, "send(2): a stream socket takes what its buffer holds");
    case SinkClass::kTcpSocket:
      return Legal(wanted, "send(2): a TCP socket takes what its buffer holds");
    case SinkClass::kDatagramSocket:
    case SinkClass::kSeqpacketSocket:
      return Illegal("send(2): a message goes whole");
    case SinkClass::kBlockDevice:
      return Illegal("a block device is short only at its end");
    case SinkClass::kSealedMemory:
      return Illegal("sealed memory is short only at its end");
    case SinkClass::kEventfd:
    case SinkClass::kFullDevice:
    case SinkClass::kOther:
      return Illegal("this kind of file takes a request whole or not at all");
  }
  return Illegal("unknown sink");
}

// EAGAIN of a call that may not wait: never inferred from what the descriptor could become, because
// a file or pipe of the target's own does not change under it.
inline Ruling LegalEagain(const CallFacts& facts) {
  if (IsRefusedAnyway(facts)) return Illegal("the kernel refuses this call on this kind of file");
  if (IsHostileFile(facts)) {
    return Legal(0, "FUSE: the server may answer any errno, even without O_NONBLOCK (measured)");
  }
  if (IsSocket(facts.sink) && facts.send_timeout) {
    return Legal(0, "socket(7): SO_SNDTIMEO expired before anything was sent");
  }
  if (!IsNonblocking(facts)) return Illegal("EAGAIN needs O_NONBLOCK");
  switch (facts.sink) {
    case SinkClass::kRegular:
      if (IsCopy(facts.call)) return Illegal("a copy never waits for a regular file");
      if (facts.profile != Profile::kLinux) {
        return Legal(0, "POSIX write(): EAGAIN where O_NONBLOCK is set");
      }
      // Without a wait for locks or allocation, as btrfs does it (measured).
      return facts.call == CallKind::kPwritev2 && facts.call_nonblocking
                 ? Legal(0, "pwritev2(2): RWF_NOWAIT")
                 : Illegal("open(2): O_NONBLOCK changes nothing on a regular file in Linux");
    case SinkClass::kBlockDevice:
      return facts.profile == Profile::kLinux
                 ? Illegal("open(2): O_NONBLOCK changes nothing on a block device in Linux")
                 : Legal(0, "POSIX write(): EAGAIN where O_NONBLOCK is set");
    case SinkClass::kPipe:
    case SinkClass::kTty:
    case SinkClass::kStreamSocket:
    case SinkClass::kTcpSocket:
    case SinkClass::kDatagramSocket:
    case SinkClass::kSeqpacketSocket:
      return Legal(0, "write(2): O_NONBLOCK is set and the buffer is full");
    case SinkClass::kEventfd:
      return Legal(0, "eventfd(2): O_NONBLOCK is set and the counter would overflow");
    case SinkClass::kFullDevice:
    case SinkClass::kSealedMemory:
    case SinkClass::kOther:
      return Illegal("this kind of file never answers EAGAIN");
  }
  return Illegal("unknown sink");
}

// signal(7): a socket with a timeout is never restarted, whatever SA_RESTART says.
inline bool AnyHandlerInterrupts(SinkClass sink, bool send_timeout) {
  return IsSocket(sink) && send_timeout;
}

// signal(7), "Interruption of system calls": only a handler without SA_RESTART makes write return
// EINTR, and then nothing was transferred.
inline Ruling LegalEintr(const CallFacts& facts) {
  if (IsRefusedAnyway(facts)) return Illegal("the kernel refuses this call on this kind of file");
  if (IsHostileFile(facts)) return Legal(0, "fuse(4): interrupted although SA_RESTART is set");
  if (facts.interrupting_signal == 0) {
    return Illegal("EINTR needs a handler without SA_RESTART that is not blocked");
  }
  // A non-blocking terminal looks at signals first; all others at the room first (measured).
  if (IsNonblocking(facts) && facts.sink != SinkClass::kTty) {
    return Illegal("a non-blocking call answers EAGAIN before it looks at signals (measured)");
  }
  switch (facts.sink) {
    case SinkClass::kRegular:
    case SinkClass::kBlockDevice:
      if (IsCopy(facts.call) && facts.sink == SinkClass::kRegular) {
        return Legal(0, "sendfile(2): a signal came before anything was copied");
      }
      return facts.profile == Profile::kLinux
                 ? Illegal("signal(7): local files are not interruptible in Linux (measured)")
                 : Legal(0, "POSIX write(): a handler without SA_RESTART is installed");
    case SinkClass::kPipe:
    case SinkClass::kTty:
    case SinkClass::kStreamSocket:
    case SinkClass::kTcpSocket:
    case SinkClass::kDatagramSocket:
    case SinkClass::kSeqpacketSocket:
    case SinkClass::kEventfd:
      return Legal(0, "signal(7): a handler ran before anything was transferred");
    case SinkClass::kFullDevice:
    case SinkClass::kSealedMemory:
    case SinkClass::kOther:
      return Illegal("this kind of file never answers EINTR");
  }
  return Illegal("unknown sink");
}

inline Ruling LegalError(const CallFacts& facts, FaultKind fault) {
  if (IsRefusedAnyway(facts)) return Illegal("the kernel refuses this call on this kind of file");
  const SinkClass sink = facts.sink;
  const bool regular = sink == SinkClass::kRegular;
  switch (fault) {
    case FaultKind::kEnospc:
      if (sink == SinkClass::kFullDevice) return Legal(0, "full(4): always ENOSPC");
      [[fallthrough]];
    case FaultKind::kEdquot:
    case FaultKind::kEfbig:
      return regular ? Legal(0, "write(2): no room left") : Illegal("only a regular file fills up");
    case FaultKind::kEio:
      return regular || sink == SinkClass::kBlockDevice || sink == SinkClass::kTty
                 ? Legal(0, "write(2): low-level I/O error")
                 : Illegal("pipes and sockets never answer EIO");
    case FaultKind::kEpipe:
      return sink == SinkClass::kPipe || sink == SinkClass::kStreamSocket ||
                     sink == SinkClass::kTcpSocket || sink == SinkClass::kSeqpacketSocket
                 ? Legal(0, "write(2): the reading end is closed")
                 : Illegal("EPIPE needs a pipe or a connected socket");
    default:
      return Illegal("not an error");
  }
}

// close, fsync, fdatasync: what a write before them left for later.
inline Ruling LegalDelayedError(SinkClass sink, Profile profile, FaultKind fault) {
  if (sink != SinkClass::kRegular) return Illegal("only a regular file is written later");
  switch (fault) {
    case FaultKind::kEio:
      return Legal(0, "close(2), fsync(2): an earlier write failed");
    case FaultKind::kEnospc:
    case FaultKind::kEdquot:
      return profile == Profile::kLinux
                 ? Illegal("local file systems reserve the space at the write")
                 : Legal(0, "close(2), fsync(2): file systems that allocate late, such as NFS");
    default:
      return Illegal("not an error of a delayed write");
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
  if (IsRefusedAnyway(facts)) return Illegal("the kernel refuses this call on this kind of file");
  return IsHostileFile(facts) ? Legal(0, "FUSE with direct_io may accept nothing (measured)")
                              : Illegal("a request above 0 bytes is never answered with 0");
}

}  // namespace shortwrite::fault_inject
