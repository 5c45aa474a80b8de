#include "fault_inject/legality.h"

#include <gtest/gtest.h>
#include <limits.h>

#include <algorithm>
#include <vector>

#include "tests/fault_inject/facts.h"

namespace shortwrite::fault_inject {
namespace {

constexpr uint32_t kBlocking = 0;
constexpr auto kAllProfiles = kProfiles;

CallFacts Facts(SinkClass sink, uint32_t flags, uint64_t movable, Profile profile,
                int handler = 0) {
  return {CallKind::kWrite, sink, flags, movable, false, handler, profile};
}

struct ShortRow {
  SinkClass sink;
  uint32_t flags;
  uint64_t movable;
  uint64_t wanted;
  uint64_t linux_count;  // 0: illegal there
  uint64_t posix_count;
  uint64_t hostile_count;
};

// Which partial counts each sink may give (write(2), pipe(7), open(2), send(2)).
TEST(Legality, ShortCountsBySink) {
  const ShortRow rows[] = {
      // A regular file: any part, since space, quota or a size limit may end anywhere.
      {SinkClass::kRegular, 0, 4096, 1, 1, 1, 1},
      {SinkClass::kRegular, 0, 4096, 4095, 4095, 4095, 4095},
      {SinkClass::kRegular, O_NONBLOCK, 3, 2, 2, 2, 2},
      {SinkClass::kRegular, 0, 2, 1, 1, 1, 1},
      // O_DIRECT: whole blocks.
      {SinkClass::kRegular, O_DIRECT, 65536, 10000, 8192, 8192, 8192},
      {SinkClass::kRegular, O_DIRECT, 65536, 4095, 0, 0, 0},
      {SinkClass::kRegular, O_DIRECT, 4096, 1, 0, 0, 0},
      // A pipe: nothing up to PIPE_BUF; above it whole pages or these and the odd rest on Linux,
      // any part elsewhere.
      {SinkClass::kPipe, 0, PIPE_BUF, 1, 0, 0, 0},
      {SinkClass::kPipe, O_NONBLOCK, PIPE_BUF, 4095, 0, 0, 0},
      {SinkClass::kPipe, 0, 2, 1, 0, 0, 0},
      {SinkClass::kPipe, O_NONBLOCK, 65536, 1, 4096, 1, 1},
      {SinkClass::kPipe, O_NONBLOCK, 65536, 65535, 61440, 65535, 65535},
      {SinkClass::kPipe, O_NONBLOCK, 10000, 5000, 4096, 5000, 5000},
      {SinkClass::kPipe, O_NONBLOCK, 10000, 1808, 1808, 1808, 1808},
      {SinkClass::kPipe, O_NONBLOCK, 10000, 7000, 5904, 7000, 7000},
      {SinkClass::kPipe, O_NONBLOCK, 10000, 9999, 8192, 9999, 9999},
      {SinkClass::kPipe, 0, 4097, 1, 1, 1, 1},
      {SinkClass::kPipe, 0, 4097, 4096, 4096, 4096, 4096},
      // Made by pipe2(O_DIRECT): whole packets.
      {SinkClass::kPipe, O_DIRECT, 4096, 1, 0, 0, 0},
      {SinkClass::kPipe, O_DIRECT, 10000, 1, 4096, 4096, 4096},
      {SinkClass::kPipe, O_DIRECT | O_NONBLOCK, 10000, 9999, 8192, 8192, 8192},
      // Terminals and sockets take what their buffer holds; small AF_UNIX requests go whole.
      {SinkClass::kTty, O_NONBLOCK, 512, 1, 1, 1, 1},
      {SinkClass::kTty, 0, 512, 1, 1, 1, 1},
      {SinkClass::kStreamSocket, O_NONBLOCK, 4096, 1, 0, 1, 1},
      {SinkClass::kStreamSocket, O_NONBLOCK, 4097, 1, 1, 1, 1},
      {SinkClass::kTcpSocket, O_NONBLOCK, 2, 1, 1, 1, 1},
      {SinkClass::kTcpSocket, 0, 512, 511, 511, 511, 511},
      // All or nothing.
      {SinkClass::kDatagramSocket, O_NONBLOCK, 4096, 1, 0, 0, 0},
      {SinkClass::kSeqpacketSocket, 0, 4096, 1, 0, 0, 0},
      {SinkClass::kBlockDevice, 0, 4096, 512, 0, 0, 0},
      {SinkClass::kEventfd, 0, 8, 4, 0, 0, 0},
      {SinkClass::kFullDevice, 0, 8, 4, 0, 0, 0},
      {SinkClass::kSealedMemory, 0, 8, 4, 0, 0, 0},
      {SinkClass::kOther, 0, 8, 4, 0, 0, 0},
  };
  for (const ShortRow& row : rows) {
    const uint64_t expected[] = {row.linux_count, row.posix_count, row.hostile_count};
    for (const Profile profile : kAllProfiles) {
      const CallFacts facts = Facts(row.sink, row.flags, row.movable, profile);
      const Ruling ruling = LegalShortCount(facts, row.wanted);
      const uint64_t count = expected[static_cast<size_t>(profile)];
      EXPECT_EQ(ruling.legal, count != 0) << facts << ", wanted " << row.wanted;
      EXPECT_EQ(ruling.legal ? ruling.granted : 0, count) << facts << ", wanted " << row.wanted;
    }
  }
}

// The page model of pipes was measured for write and writev; what a copy leaves over was not.
TEST(Legality, CopiesIntoAPipeHaveNoMeasuredCount) {
  for (const CallKind call : {CallKind::kSplice, CallKind::kTee, CallKind::kVmsplice}) {
    CallFacts facts = Facts(SinkClass::kPipe, O_NONBLOCK, 65536, Profile::kLinux);
    facts.call = call;
    EXPECT_FALSE(LegalShortCount(facts, 8192).legal) << facts;
    facts.profile = Profile::kPosix;
    EXPECT_TRUE(LegalShortCount(facts, 8192).legal) << facts;
  }
}

struct RefusedRow {
  CallKind call;
  SinkClass sink;
  uint32_t flags;
  uint64_t movable;
  bool refused;
};

// A call that fails whatever happens keeps its own error: nothing is injected there.
TEST(Legality, RefusedCallsAreLeftAlone) {
  const RefusedRow rows[] = {
      {CallKind::kSend, SinkClass::kRegular, 0, 100, true},
      {CallKind::kSendmsg, SinkClass::kPipe, 0, 100, true},
      {CallKind::kSend, SinkClass::kTcpSocket, 0, 100, false},
      {CallKind::kPwrite, SinkClass::kPipe, 0, 65536, true},
      {CallKind::kPwritev, SinkClass::kTty, 0, 100, true},
      {CallKind::kPwrite, SinkClass::kRegular, 0, 100, false},
      {CallKind::kPwritev2, SinkClass::kPipe, 0, 65536, false},  // with offset -1 it is a writev
      {CallKind::kTee, SinkClass::kRegular, 0, 100, true},
      {CallKind::kVmsplice, SinkClass::kRegular, 0, 100, true},
      {CallKind::kSendfile, SinkClass::kRegular, O_APPEND, 100, true},
      {CallKind::kSplice, SinkClass::kRegular, O_APPEND, 100, true},
      {CallKind::kCopyFileRange, SinkClass::kRegular, O_APPEND, 100, true},
      {CallKind::kCopyFileRange, SinkClass::kPipe, 0, 65536, true},
      {CallKind::kSendfile, SinkClass::kRegular, 0, 100, false},
      {CallKind::kSendfile, SinkClass::kPipe, O_APPEND, 65536, false},
      {CallKind::kSendfile, SinkClass::kTty, O_APPEND, 65536, true},
      {CallKind::kSendfile, SinkClass::kFullDevice, 0, 65536, true},
      {CallKind::kPwrite, SinkClass::kRegular, O_APPEND, 100, false},  // appends all the same
      {CallKind::kWrite, SinkClass::kEventfd, 0, 9, true},
      {CallKind::kWrite, SinkClass::kEventfd, 0, 8, false},
  };
  for (const RefusedRow& row : rows) {
    CallFacts facts = Facts(row.sink, row.flags | O_NONBLOCK, row.movable, Profile::kHostile, 1);
    facts.call = row.call;
    const bool error = LegalError(facts, FaultKind::kEnospc).legal ||
                       LegalError(facts, FaultKind::kEpipe).legal || LegalEagain(facts).legal;
    EXPECT_EQ(IsRefusedAnyway(facts), row.refused) << facts;
    EXPECT_EQ(error, !row.refused) << facts;
    EXPECT_TRUE(!row.refused || !LegalShortCount(facts, 1).legal) << facts;
    EXPECT_TRUE(!row.refused || !LegalZero(facts).legal) << facts;
  }
}

// sendmmsg counts messages, and may stop between two of them.
TEST(Legality, SendmmsgStopsBetweenMessages) {
  CallFacts facts = Facts(SinkClass::kDatagramSocket, O_NONBLOCK, 5, Profile::kLinux);
  facts.call = CallKind::kSendmmsg;
  EXPECT_TRUE(LegalShortCount(facts, 3).legal);
  EXPECT_EQ(LegalShortCount(facts, 3).granted, 3u);
}

struct AnswerRow {
  SinkClass sink;
  uint32_t flags;
  bool on_linux, posix, hostile;
};

// EAGAIN: only without waiting, and never from a regular file of Linux (open(2)).
TEST(Legality, EagainBySink) {
  const AnswerRow rows[] = {
      {SinkClass::kRegular, kBlocking, false, false, true},
      {SinkClass::kRegular, O_NONBLOCK, false, true, true},
      {SinkClass::kPipe, kBlocking, false, false, false},
      {SinkClass::kPipe, O_NONBLOCK, true, true, true},
      {SinkClass::kTty, kBlocking, false, false, false},
      {SinkClass::kTty, O_NONBLOCK, true, true, true},
      {SinkClass::kStreamSocket, kBlocking, false, false, false},
      {SinkClass::kStreamSocket, O_NONBLOCK, true, true, true},
      {SinkClass::kTcpSocket, kBlocking, false, false, false},
      {SinkClass::kTcpSocket, O_NONBLOCK, true, true, true},
      {SinkClass::kDatagramSocket, O_NONBLOCK, true, true, true},
      {SinkClass::kSeqpacketSocket, O_NONBLOCK, true, true, true},
      {SinkClass::kBlockDevice, kBlocking, false, false, false},
      {SinkClass::kBlockDevice, O_NONBLOCK, false, true, true},
      {SinkClass::kFullDevice, O_NONBLOCK, false, false, false},
      {SinkClass::kSealedMemory, O_NONBLOCK, false, false, false},
      {SinkClass::kOther, O_NONBLOCK, false, false, false},
  };
  for (const AnswerRow& row : rows) {
    const bool expected[] = {row.on_linux, row.posix, row.hostile};
    for (const Profile profile : kAllProfiles) {
      const CallFacts facts = Facts(row.sink, row.flags, 65536, profile);
      EXPECT_EQ(LegalEagain(facts).legal, expected[static_cast<size_t>(profile)]) << facts;
    }
  }
}

// MSG_DONTWAIT and SPLICE_F_NONBLOCK are O_NONBLOCK for one call.
TEST(Legality, EagainOfACallThatMustNotWait) {
  CallFacts facts = Facts(SinkClass::kStreamSocket, kBlocking, 100, Profile::kLinux);
  EXPECT_FALSE(LegalEagain(facts).legal);
  facts.call_nonblocking = true;
  EXPECT_TRUE(LegalEagain(facts).legal);
}

// SO_SNDTIMEO is a wait that ends (socket(7)): EAGAIN without O_NONBLOCK, on sockets alone.
TEST(Legality, EagainAfterASendTimeout) {
  for (const SinkClass sink : kSinks) {
    CallFacts facts = Facts(sink, kBlocking, 65536, Profile::kLinux);
    facts.send_timeout = true;
    EXPECT_EQ(LegalEagain(facts).legal, IsSocket(sink)) << facts;
  }
}

// A regular file answers EAGAIN on Linux to pwritev2 with RWF_NOWAIT alone.
TEST(Legality, EagainOfAFileThatMustNotWait) {
  CallFacts facts = Facts(SinkClass::kRegular, kBlocking, 100, Profile::kLinux);
  facts.call_nonblocking = true;
  EXPECT_FALSE(LegalEagain(facts).legal) << "SPLICE_F_NONBLOCK is about the pipe";
  facts.call = CallKind::kPwritev2;
  EXPECT_TRUE(LegalEagain(facts).legal);
  facts.call = CallKind::kSendfile;
  facts.profile = Profile::kPosix;
  EXPECT_FALSE(LegalEagain(facts).legal) << "a copy never waits for a file";
}

// An eventfd takes 8 bytes, waits while its counter would overflow, and knows nothing else.
TEST(Legality, EventfdWaits) {
  for (const Profile profile : kAllProfiles) {
    const CallFacts nonblocking = Facts(SinkClass::kEventfd, O_NONBLOCK, 8, profile, 1);
    EXPECT_TRUE(LegalEagain(nonblocking).legal);
    EXPECT_FALSE(LegalEintr(nonblocking).legal);
    const CallFacts blocking = Facts(SinkClass::kEventfd, kBlocking, 8, profile, 1);
    EXPECT_FALSE(LegalEagain(blocking).legal);
    EXPECT_TRUE(LegalEintr(blocking).legal);
  }
}

// EINTR: only where a handler without SA_RESTART can run (signal(7)), and not from a call that
// would have answered EAGAIN before it looked at signals.
TEST(Legality, EintrBySink) {
  const AnswerRow rows[] = {
      // In linux a file is not interruptible; what is, is interrupted by the real signal.
      {SinkClass::kRegular, kBlocking, false, true, true},
      {SinkClass::kRegular, O_NONBLOCK, false, false, true},
      {SinkClass::kPipe, kBlocking, true, true, true},
      {SinkClass::kPipe, O_NONBLOCK, false, false, false},
      {SinkClass::kTty, kBlocking, true, true, true},
      {SinkClass::kTty, O_NONBLOCK, true, true, true},
      {SinkClass::kStreamSocket, kBlocking, true, true, true},
      {SinkClass::kStreamSocket, O_NONBLOCK, false, false, false},
      {SinkClass::kTcpSocket, kBlocking, true, true, true},
      {SinkClass::kTcpSocket, O_NONBLOCK, false, false, false},
      {SinkClass::kDatagramSocket, kBlocking, true, true, true},
      {SinkClass::kSeqpacketSocket, kBlocking, true, true, true},
      {SinkClass::kBlockDevice, kBlocking, false, true, true},
      {SinkClass::kFullDevice, kBlocking, false, false, false},
      {SinkClass::kSealedMemory, kBlocking, false, false, false},
      {SinkClass::kOther, kBlocking, false, false, false},
  };
  for (const AnswerRow& row : rows) {
    const bool expected[] = {row.on_linux, row.posix, row.hostile};
    for (const Profile profile : kAllProfiles) {
      const CallFacts with = Facts(row.sink, row.flags, 65536, profile, 1);
      EXPECT_EQ(LegalEintr(with).legal, expected[static_cast<size_t>(profile)]) << with;
      // FUSE interrupts whether or not a handler restarts (fuse(4)).
      const CallFacts without = Facts(row.sink, row.flags, 65536, profile, 0);
      const bool fuse = profile == Profile::kHostile && row.sink == SinkClass::kRegular;
      EXPECT_EQ(LegalEintr(without).legal, fuse) << without;
    }
  }
}

// A copy from file to file can be interrupted before it has begun.
TEST(Legality, EintrOfACopyBetweenFiles) {
  CallFacts facts = Facts(SinkClass::kRegular, kBlocking, 65536, Profile::kLinux, SIGWINCH);
  EXPECT_FALSE(LegalEintr(facts).legal);
  facts.call = CallKind::kSendfile;
  EXPECT_TRUE(LegalEintr(facts).legal);
  facts.interrupting_signal = 0;
  EXPECT_FALSE(LegalEintr(facts).legal);
}

// signal(7): SO_SNDTIMEO undoes SA_RESTART; nothing else does.
TEST(Legality, ASendTimeoutMakesEveryHandlerInterrupt) {
  for (const SinkClass sink : kSinks) {
    EXPECT_FALSE(AnyHandlerInterrupts(sink, false));
    EXPECT_EQ(AnyHandlerInterrupts(sink, true), IsSocket(sink));
  }
}

struct ErrorRow {
  FaultKind fault;
  std::vector<SinkClass> sinks;
};

// Which errors each sink may give: a terminal that is gone answers EIO and not EPIPE, and only what
// has a size fills up.
TEST(Legality, ErrorsBySink) {
  const ErrorRow rows[] = {
      {FaultKind::kEnospc, {SinkClass::kRegular, SinkClass::kFullDevice}},
      {FaultKind::kEdquot, {SinkClass::kRegular}},
      {FaultKind::kEfbig, {SinkClass::kRegular}},
      {FaultKind::kEio, {SinkClass::kRegular, SinkClass::kTty, SinkClass::kBlockDevice}},
      {FaultKind::kEpipe,
       {SinkClass::kPipe, SinkClass::kStreamSocket, SinkClass::kTcpSocket,
        SinkClass::kSeqpacketSocket}},
      {FaultKind::kShort, {}},
      {FaultKind::kNone, {}},
  };
  for (const ErrorRow& row : rows) {
    for (const SinkClass sink : kSinks) {
      const bool expected = std::find(row.sinks.begin(), row.sinks.end(), sink) != row.sinks.end();
      for (const Profile profile : kAllProfiles) {
        const CallFacts facts = Facts(sink, 0, 100, profile);
        EXPECT_EQ(LegalError(facts, row.fault).legal, expected)
            << "fault " << int(row.fault) << ", " << facts;
      }
    }
  }
}

struct DelayedRow {
  CallKind call;
  SinkClass sink;
  uint32_t flags;
  bool written;
  bool by_closer;
  bool legal;
};

// close(2), fsync(2): an error only of what was written and is kept; at close, only for the writer.
TEST(Legality, DelayedErrors) {
  const DelayedRow rows[] = {
      {CallKind::kClose, SinkClass::kRegular, O_WRONLY, true, true, true},
      {CallKind::kClose, SinkClass::kRegular, O_RDWR, true, true, true},
      {CallKind::kClose, SinkClass::kRegular, O_RDONLY, true, true, false},
      {CallKind::kClose, SinkClass::kRegular, O_WRONLY, true, false, false},
      {CallKind::kClose, SinkClass::kRegular, O_WRONLY, false, true, false},
      {CallKind::kClose, SinkClass::kBlockDevice, O_WRONLY, true, true, true},
      {CallKind::kClose, SinkClass::kPipe, O_WRONLY, true, true, false},
      {CallKind::kClose, SinkClass::kStreamSocket, O_RDWR, true, true, false},
      {CallKind::kClose, SinkClass::kTty, O_RDWR, true, true, false},
      // Anybody may sync, by any descriptor.
      {CallKind::kFsync, SinkClass::kRegular, O_RDONLY, true, false, true},
      {CallKind::kFdatasync, SinkClass::kRegular, O_WRONLY, true, true, true},
      {CallKind::kFsync, SinkClass::kRegular, O_WRONLY, false, true, false},
      {CallKind::kFsync, SinkClass::kPipe, O_WRONLY, true, true, false},
  };
  for (const DelayedRow& row : rows) {
    const Ruling ruling =
        LegalToHearDelayedError(row.call, row.sink, row.flags, row.written, row.by_closer);
    EXPECT_EQ(ruling.legal, row.legal) << ruling.reason << ", row " << &row - rows;
  }
}

}  // namespace
}  // namespace shortwrite::fault_inject
