#include "fault_inject/decide.h"

#include <gtest/gtest.h>
#include <sys/mman.h>

#include <array>
#include <initializer_list>
#include <memory>

#include "tests/fault_inject/facts.h"

namespace shortwrite::fault_inject {
namespace {

Step MakeStep(FaultKind fault, uint64_t amount = 0, AmountUnit unit = AmountUnit::kBytes) {
  return {amount, 1, kLastCall, kNameAny, fault, unit, StepSite::kWriteCall, 0};
}

CallFacts RegularFile(uint64_t movable, uint32_t flags = 0, Profile profile = Profile::kPosix) {
  return {CallKind::kWrite, SinkClass::kRegular, flags, movable, 0, 1, profile};
}

// A region of zeros, as its file is before a schedule is installed.
class RegionOfSteps {
 public:
  RegionOfSteps(std::initializer_list<Step> steps)
      : region_(static_cast<Region*>(mmap(nullptr, sizeof(Region), PROT_READ | PROT_WRITE,
                                          MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0))) {
    for (const Step& step : steps) region_->steps[region_->header.step_count++] = step;
  }
  RegionOfSteps(const RegionOfSteps&) = delete;
  RegionOfSteps& operator=(const RegionOfSteps&) = delete;
  ~RegionOfSteps() { munmap(region_, sizeof(Region)); }

  // Index of the step that applies, or -1.
  int Find(StepSite site, uint32_t call, uint32_t name) const {
    const Step* const step = FindStep(*region_, site, call, name);
    return step == nullptr ? -1 : static_cast<int>(step - region_->steps);
  }
  Region& region() { return *region_; }

 private:
  Region* region_;
};

// The first step that covers a call applies to it, by call range, output and site.
TEST(FindStep, TakesTheFirstThatCoversTheCall) {
  constexpr uint32_t kOut = kNameFirst;
  constexpr uint32_t kOther = kNameFirst + 1;
  Step third = MakeStep(FaultKind::kShort, 1);
  third.first_call = third.last_call = 3;
  third.name = kOut;
  Step range = MakeStep(FaultKind::kEagain);
  range.first_call = 2;
  range.last_call = 4;
  Step close = MakeStep(FaultKind::kEio);
  close.site = StepSite::kClose;
  Step open_end = MakeStep(FaultKind::kEnospc);
  open_end.first_call = 6;
  const RegionOfSteps steps = {third, range, close, open_end};
  EXPECT_EQ(steps.Find(StepSite::kWriteCall, 1, kOut), -1);
  EXPECT_EQ(steps.Find(StepSite::kWriteCall, 2, kOut), 1);
  EXPECT_EQ(steps.Find(StepSite::kWriteCall, 3, kOut), 0);
  EXPECT_EQ(steps.Find(StepSite::kWriteCall, 3, kOther), 1);
  EXPECT_EQ(steps.Find(StepSite::kWriteCall, 3, kNameNone), 1);
  EXPECT_EQ(steps.Find(StepSite::kWriteCall, 4, kOut), 1);
  EXPECT_EQ(steps.Find(StepSite::kWriteCall, 5, kOut), -1);
  EXPECT_EQ(steps.Find(StepSite::kWriteCall, 6, kOut), 3);
  EXPECT_EQ(steps.Find(StepSite::kWriteCall, UINT32_MAX, kOut), 3);
  EXPECT_EQ(steps.Find(StepSite::kClose, 0, kNameNone), 2);
  EXPECT_EQ(steps.Find(StepSite::kSync, 0, kNameNone), -1);
}

// A count that something scribbled over is not followed out of the array.
TEST(FindStep, IsBoundedByTheArray) {
  RegionOfSteps steps = {};
  steps.region().header.step_count = UINT32_MAX;
  for (Step& step : steps.region().steps) step = {0, 5, 5, 0, {}, {}, StepSite::kWriteCall, 0};
  EXPECT_EQ(steps.Find(StepSite::kWriteCall, 4, kNameNone), -1);
}

struct CountRow {
  uint64_t amount;
  AmountUnit unit;
  uint64_t movable;
  uint64_t granted;
};

// N, -N and P% are of what the call would move.
TEST(Decide, CutsToTheAskedCount) {
  const CountRow rows[] = {
      {1, AmountUnit::kBytes, 4096, 1},
      {4095, AmountUnit::kBytes, 4096, 4095},
      {4096, AmountUnit::kBytes, 4096, 4096},  // not short: passes
      {9999, AmountUnit::kBytes, 4096, 4096},
      {1, AmountUnit::kAllBut, 4096, 4095},
      {4095, AmountUnit::kAllBut, 4096, 1},
      {4096, AmountUnit::kAllBut, 4096, 1},
      {1, AmountUnit::kAllBut, 2, 1},
      {50, AmountUnit::kPercent, 4096, 2048},
      {50, AmountUnit::kPercent, 3, 1},
      {1, AmountUnit::kPercent, 50, 1},  // 0 of 50 rounds up to one byte
      {99, AmountUnit::kPercent, 270001, 267300},
      {99, AmountUnit::kPercent, UINT64_MAX, 18262276632972456098u},
      {1, AmountUnit::kBytes, 1, 1},  // one byte cannot be cut
  };
  for (const CountRow& row : rows) {
    const Step step = MakeStep(FaultKind::kShort, row.amount, row.unit);
    const Decision decision = Decide(&step, RegularFile(row.movable));
    EXPECT_EQ(decision.granted, row.granted) << row.amount << " of " << row.movable;
    EXPECT_EQ(decision.fault, row.granted < row.movable ? FaultKind::kShort : FaultKind::kNone);
    EXPECT_FALSE(decision.answer_now);
  }
}

struct ErrorRow {
  FaultKind fault;
  SinkClass sink;
  uint32_t flags;
  Profile profile;
  int error;
  int signal;
};

// Each error comes with its errno and, where write(2) says so, with its signal.
TEST(Decide, AnswersWithErrnoAndSignal) {
  const ErrorRow rows[] = {
      {FaultKind::kEagain, SinkClass::kPipe, O_NONBLOCK, Profile::kLinux, EAGAIN, 0},
      {FaultKind::kEintr, SinkClass::kPipe, 0, Profile::kPosix, EINTR, 0},
      // In linux the cause comes with it.
      {FaultKind::kEintr, SinkClass::kPipe, 0, Profile::kLinux, EINTR, SIGWINCH},
      {FaultKind::kZero, SinkClass::kRegular, 0, Profile::kHostile, 0, 0},
      {FaultKind::kEnospc, SinkClass::kRegular, 0, Profile::kLinux, ENOSPC, 0},
      {FaultKind::kEdquot, SinkClass::kRegular, 0, Profile::kLinux, EDQUOT, 0},
      {FaultKind::kEio, SinkClass::kRegular, 0, Profile::kLinux, EIO, 0},
      {FaultKind::kEfbig, SinkClass::kRegular, 0, Profile::kLinux, EFBIG, SIGXFSZ},
      {FaultKind::kEpipe, SinkClass::kPipe, 0, Profile::kLinux, EPIPE, SIGPIPE},
  };
  for (const ErrorRow& row : rows) {
    const Step step = MakeStep(row.fault);
    const CallFacts facts = {CallKind::kWrite, row.sink, row.flags, 100, 0, SIGWINCH, row.profile};
    const Decision decision = Decide(&step, facts);
    EXPECT_TRUE(decision.answer_now) << facts;
    EXPECT_EQ(decision.fault, row.fault);
    EXPECT_EQ(decision.error, row.error);
    EXPECT_EQ(decision.signal, row.signal);
    EXPECT_EQ(decision.granted, 0u);
  }
}

// Without a step, and for a call of 0 bytes, nothing happens whatever the step says.
TEST(Decide, LeavesOtherCallsAlone) {
  EXPECT_EQ(Decide(nullptr, RegularFile(100)).granted, 100u);
  EXPECT_EQ(Decide(nullptr, RegularFile(100)).fault, FaultKind::kNone);
  for (int fault = 0; fault <= static_cast<int>(FaultKind::kZero); ++fault) {
    const Step step = MakeStep(static_cast<FaultKind>(fault), 1);
    const Decision decision = Decide(&step, RegularFile(0, O_NONBLOCK, Profile::kHostile));
    EXPECT_EQ(decision.fault, FaultKind::kNone) << fault;
    EXPECT_FALSE(decision.answer_now) << fault;
    EXPECT_EQ(decision.granted, 0u) << fault;
  }
}

bool IsLegal(const Step& step, const CallFacts& facts, const Decision& decision) {
  switch (decision.fault) {
    case FaultKind::kNone:
      return true;
    case FaultKind::kShort:
    case FaultKind::kCap:
      return LegalShortCount(facts, decision.granted).legal;
    case FaultKind::kEagain:
      return LegalEagain(facts).legal;
    case FaultKind::kEintr:
      return LegalEintr(facts).legal;
    case FaultKind::kZero:
      return LegalZero(facts).legal;
    default:
      return LegalError(facts, step.fault).legal;
  }
}

// Whatever the step and the call: never lengthened, never 0 of more than 0 (hostile excepted), no
// error after bytes moved, nothing that the table forbids.
TEST(Decide, KeepsItsPromisesForEveryStepAndCall) {
  constexpr std::array kUnits = {AmountUnit::kBytes, AmountUnit::kAllBut, AmountUnit::kPercent};
  for (int fault = 0; fault <= static_cast<int>(FaultKind::kZero); ++fault) {
    for (const AmountUnit unit : kUnits) {
      for (const uint64_t amount : {1u, 3u, 50u, 99u, 4096u, 65537u}) {
        if (unit == AmountUnit::kPercent && amount > 99) continue;
        const Step step = MakeStep(static_cast<FaultKind>(fault), amount, unit);
        ForEachFacts([&](const CallFacts& facts) {
          const Decision decision = Decide(&step, facts);
          ASSERT_LE(decision.granted, facts.movable) << facts;
          ASSERT_TRUE(decision.fault == FaultKind::kNone || decision.fault == step.fault);
          ASSERT_TRUE(IsLegal(step, facts, decision)) << "fault " << fault << ", " << facts;
          if (decision.answer_now) {
            ASSERT_EQ(decision.granted, 0u) << facts;
            ASSERT_TRUE(decision.error != 0 || facts.profile == Profile::kHostile) << facts;
          } else {
            ASSERT_EQ(decision.error, 0) << facts;
            ASSERT_EQ(decision.granted == 0, facts.movable == 0) << facts;
          }
        });
      }
    }
  }
}

struct DelayedRow {
  FaultKind fault;
  SinkClass sink;
  Profile profile;
  int error;
};

// close(2), fsync(2): only errors of writes that were delayed until then, and only of files; that
// space is found missing so late is not what local file systems do.
TEST(DelayedError, IsAnErrorOfAnEarlierWrite) {
  EXPECT_EQ(DelayedError(nullptr, SinkClass::kRegular, Profile::kHostile), 0);
  const DelayedRow rows[] = {
      {FaultKind::kEio, SinkClass::kRegular, Profile::kLinux, EIO},
      {FaultKind::kEio, SinkClass::kRegular, Profile::kPosix, EIO},
      {FaultKind::kEio, SinkClass::kPipe, Profile::kHostile, 0},
      {FaultKind::kEnospc, SinkClass::kRegular, Profile::kLinux, 0},
      {FaultKind::kEnospc, SinkClass::kRegular, Profile::kPosix, ENOSPC},
      {FaultKind::kEdquot, SinkClass::kRegular, Profile::kLinux, 0},
      {FaultKind::kEdquot, SinkClass::kRegular, Profile::kPosix, EDQUOT},
      {FaultKind::kEdquot, SinkClass::kStreamSocket, Profile::kPosix, 0},
      {FaultKind::kShort, SinkClass::kRegular, Profile::kHostile, 0},
      {FaultKind::kEagain, SinkClass::kRegular, Profile::kHostile, 0},
      {FaultKind::kEintr, SinkClass::kRegular, Profile::kHostile, 0},
      {FaultKind::kEfbig, SinkClass::kRegular, Profile::kHostile, 0},
      {FaultKind::kEpipe, SinkClass::kPipe, Profile::kHostile, 0},
  };
  for (const DelayedRow& row : rows) {
    const Step step = MakeStep(row.fault, 1);
    EXPECT_EQ(DelayedError(&step, row.sink, row.profile), row.error)
        << "fault " << int(row.fault) << ", sink " << int(row.sink);
  }
}

// These results say that nothing moved, and are bounded in a row.
TEST(IsNoProgress, NamesTheStalls) {
  for (const FaultKind fault : {FaultKind::kEagain, FaultKind::kEintr, FaultKind::kZero}) {
    EXPECT_TRUE(IsNoProgress(fault));
  }
  for (const FaultKind fault : {FaultKind::kNone, FaultKind::kShort, FaultKind::kEnospc}) {
    EXPECT_FALSE(IsNoProgress(fault));
  }
}

}  // namespace
}  // namespace shortwrite::fault_inject
