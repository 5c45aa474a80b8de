// What holds of legality for every combination of facts.
#include <gtest/gtest.h>
#include <limits.h>

#include "fault_inject/legality.h"
#include "tests/fault_inject/facts.h"

namespace shortwrite::fault_inject {
namespace {

CallFacts OnPipe(uint64_t movable) {
  return {CallKind::kWrite, SinkClass::kPipe, O_NONBLOCK, movable, false, 0, Profile::kLinux};
}

// A request above 0 bytes is answered with 0 by FUSE alone.
TEST(Legality, ZeroIsHostile) {
  ForEachFacts([](const CallFacts& facts) {
    const bool fuse = facts.profile == Profile::kHostile && facts.sink == SinkClass::kRegular;
    ASSERT_EQ(LegalZero(facts).legal, fuse && !IsRefusedAnyway(facts)) << facts;
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
    const CallFacts facts = OnPipe(movable);
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
    const CallFacts facts = OnPipe(movable);
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
    if (facts.profile == Profile::kHostile || IsNonblocking(facts) || facts.send_timeout) return;
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

}  // namespace
}  // namespace shortwrite::fault_inject
