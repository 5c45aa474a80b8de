#include "fault_inject/legality.h"

#include <gtest/gtest.h>

#include <limits.h>

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
      // Terminals and sockets take what their buffer holds; small AF_UNIX requests go whole.
      {SinkClass::kTty, O_NONBLOCK, 512, 1, 1, 1, 1},
      {SinkClass::kStreamSocket, O_NONBLOCK, 4096, 1, 0, 1, 1},
      {SinkClass::kStreamSocket, O_NONBLOCK, 4097, 1, 1, 1, 1},
      // All or nothing.
      {SinkClass::kDatagramSocket, O_NONBLOCK, 4096, 1, 0, 0, 0},
      {SinkClass::kBlockDevice, 0, 4096, 512, 0, 0, 0},
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
      {SinkClass::kDatagramSocket, O_NONBLOCK, true, true, true},
      {SinkClass::kBlockDevice, O_NONBLOCK, false, false, false},
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

// EINTR: only where a handler without SA_RESTART can run (signal(7)), and not from a call that
// would have answered EAGAIN before it looked at signals.
TEST(Legality, EintrBySink) {
  const AnswerRow rows[] = {
      {SinkClass::kRegular, kBlocking, false, true, true},
      {SinkClass::kRegular, O_NONBLOCK, false, false, true},
      {SinkClass::kPipe, kBlocking, false, true, true},
      {SinkClass::kPipe, O_NONBLOCK, false, false, false},
      {SinkClass::kTty, kBlocking, false, true, true},
      {SinkClass::kTty, O_NONBLOCK, false, true, true},
      {SinkClass::kStreamSocket, kBlocking, false, true, true},
      {SinkClass::kStreamSocket, O_NONBLOCK, false, false, false},
      {SinkClass::kDatagramSocket, kBlocking, false, true, true},
      {SinkClass::kBlockDevice, kBlocking, false, false, false},
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

struct ErrorRow {
  FaultKind fault;
  bool regular, pipe, tty, stream_socket, datagram_socket, block_device, other;
};

// Which lasting errors each sink may give.
TEST(Legality, ErrorsBySink) {
  const ErrorRow rows[] = {
      {FaultKind::kEnospc, true, false, false, false, false, false, false},
      {FaultKind::kEdquot, true, false, false, false, false, false, false},
      {FaultKind::kEfbig, true, false, false, false, false, false, false},
      {FaultKind::kEio, true, false, true, false, false, true, false},
      {FaultKind::kEpipe, false, true, false, true, false, false, false},
      {FaultKind::kShort, false, false, false, false, false, false, false},
      {FaultKind::kNone, false, false, false, false, false, false, false},
  };
  for (const ErrorRow& row : rows) {
    const bool expected[] = {row.regular,         row.pipe,         row.tty,  row.stream_socket,
                             row.datagram_socket, row.block_device, row.other};
    for (const SinkClass sink : kSinks) {
      for (const Profile profile : kAllProfiles) {
        const CallFacts facts = Facts(sink, 0, 100, profile);
        EXPECT_EQ(LegalError(facts, row.fault).legal, expected[static_cast<size_t>(sink)])
            << "fault " << int(row.fault) << ", " << facts;
      }
    }
  }
}

// A request above 0 bytes is answered with 0 by FUSE alone.
TEST(Legality, ZeroIsHostile) {
  ForEachFacts([](const CallFacts& facts) {
    const bool fuse = facts.profile == Profile::kHostile && facts.sink == SinkClass::kRegular;
    ASSERT_EQ(LegalZero(facts).legal, fuse) << facts;
  });
}

// A legal cut is a real one: at least one byte, and fewer than there are.
TEST(Legality, ACutIsNeitherNothingNorEverything) {
  ForEachFacts([](const CallFacts& facts) {
    for (const uint64_t wanted : kCounts) {
      const Ruling ruling = LegalShortCount(facts, wanted);
      if (!ruling.legal) continue;
      ASSERT_GT(ruling.granted, 0u) << facts << ", wanted " << wanted;
      ASSERT_LT(ruling.granted, facts.movable) << facts << ", wanted " << wanted;
    }
  });
}

// pipe(7): up to PIPE_BUF bytes go whole, in every profile.
TEST(Legality, SmallPipeWritesAreAtomic) {
  ForEachFacts([](const CallFacts& facts) {
    if (facts.sink != SinkClass::kPipe || facts.movable > PIPE_BUF) return;
    for (const uint64_t wanted : kCounts) {
      ASSERT_FALSE(LegalShortCount(facts, wanted).legal) << facts << ", wanted " << wanted;
    }
  });
}

// On a Linux pipe a partial count is k pages, or k pages and the odd rest of the request.
TEST(Legality, LinuxPipesFollowThePageModel) {
  for (uint64_t movable = PIPE_BUF + 1; movable < 3 * 4096 + 50; ++movable) {
    const CallFacts facts = Facts(SinkClass::kPipe, O_NONBLOCK, movable, Profile::kLinux);
    for (uint64_t wanted = 1; wanted < movable; wanted += 37) {
      const Ruling ruling = LegalShortCount(facts, wanted);
      if (!ruling.legal) continue;
      const uint64_t beyond_pages = ruling.granted % 4096;
      ASSERT_TRUE(beyond_pages == 0 || beyond_pages == movable % 4096)
          << movable << " cut to " << ruling.granted;
    }
  }
}

// A count that the page model allows is granted as it is, so that a schedule can ask for each.
TEST(Legality, LinuxPipesGrantEveryModelCount) {
  for (const uint64_t movable : {5000u, 8192u, 10000u, 65536u, 270001u}) {
    const CallFacts facts = Facts(SinkClass::kPipe, O_NONBLOCK, movable, Profile::kLinux);
    for (uint64_t pages = 0; pages * 4096 < movable; ++pages) {
      for (const uint64_t count : {pages * 4096, pages * 4096 + movable % 4096}) {
        if (count == 0 || count >= movable) continue;
        const Ruling ruling = LegalShortCount(facts, count);
        ASSERT_TRUE(ruling.legal && ruling.granted == count) << movable << " cut to " << count;
      }
    }
  }
}

// EAGAIN without O_NONBLOCK convicts correct programs: legal in neither linux nor posix.
TEST(Legality, NoEagainForACallThatMayWait) {
  ForEachFacts([](const CallFacts& facts) {
    if (facts.profile == Profile::kHostile || IsNonblocking(facts)) return;
    ASSERT_FALSE(LegalEagain(facts).legal) << facts;
  });
}

// Profiles widen: what linux allows posix allows, and what posix allows hostile allows.
TEST(Legality, ProfilesAreNested) {
  ForEachFacts([](const CallFacts& facts) {
    if (facts.profile == Profile::kHostile) return;
    CallFacts wider = facts;
    wider.profile = static_cast<Profile>(static_cast<int>(facts.profile) + 1);
    for (const uint64_t wanted : kCounts) {
      const Ruling ruling = LegalShortCount(facts, wanted);
      if (!ruling.legal) continue;
      const Ruling same = LegalShortCount(wider, ruling.granted);
      ASSERT_TRUE(same.legal && same.granted == ruling.granted) << facts << ", wanted " << wanted;
    }
    ASSERT_LE(LegalEagain(facts).legal, LegalEagain(wider).legal) << facts;
    ASSERT_LE(LegalEintr(facts).legal, LegalEintr(wider).legal) << facts;
    ASSERT_LE(LegalZero(facts).legal, LegalZero(wider).legal) << facts;
    for (int fault = 0; fault <= static_cast<int>(FaultKind::kZero); ++fault) {
      const auto kind = static_cast<FaultKind>(fault);
      ASSERT_LE(LegalError(facts, kind).legal, LegalError(wider, kind).legal) << facts;
    }
  });
}

// Every ruling says why, for people.
TEST(Legality, EveryRulingHasAReason) {
  ForEachFacts([](const CallFacts& facts) {
    for (const Ruling& ruling :
         {LegalShortCount(facts, 1), LegalEagain(facts), LegalEintr(facts), LegalZero(facts),
          LegalError(facts, FaultKind::kEnospc), LegalError(facts, FaultKind::kEpipe)}) {
      ASSERT_NE(ruling.reason, nullptr) << facts;
      ASSERT_NE(*ruling.reason, '\0') << facts;
    }
  });
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
