// Who waits for readiness after which write call: the same under every backend.
#include "fault_inject/waits.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "tests/fault_inject/guest_bench.h"

namespace shortwrite {
namespace {

namespace fi = fault_inject;

class Waits : public GuestTest {};
SHORTWRITE_FOR_ALL_BENCHES(Waits);

// A letter per write call: w, if its thread then waited.
std::string WaitsOf(const GuestRun& run) {
  std::string waits;
  for (const TracedCall& call : run.observation.calls) {
    if (call.call == "write") waits += call.then_waited ? 'w' : '.';
  }
  return waits;
}

// The last two: another thread waits, and nobody. The first byte comes again after an EAGAIN, with
// no wait between.
TEST_P(Waits, AreMarkedOnTheCallBefore) {
  const GuestRun run = RunClean({.guest = "waits",
                                 .arguments = {"{out}"},
                                 .schedule = "1@out:eagain",
                                 .profile = ProfileName::kHostile});
  EXPECT_EQ(run.file, "abcdefghij");
  ASSERT_EQ(WaitsOf(run), ".wwwwwwww..");
}

TEST_P(Waits, AreLeftAloneInAControl) {
  const GuestRun run = RunClean({.guest = "waits", .arguments = {"{out}"}});
  EXPECT_EQ(run.file, "abcdefghij");
  EXPECT_EQ(WaitsOf(run), "..........");
}

TEST_P(Waits, AreLeftAloneWhereNobodyLooks) {
  const GuestRun run = RunClean(
      {.guest = "waits", .arguments = {"{out}"}, .schedule = "1@out:short=1", .full_trace = false});
  EXPECT_EQ(run.file, "abcdefghij");
  EXPECT_EQ(WaitsOf(run), "..........");
}

// A sandbox may allow a wait and little else: what we would ask there would be its program's death,
// and a correct one would be convicted.
TEST_P(Waits, CostNoSystemCall) {
  const GuestRun run =
      Run({.guest = "sandboxed_wait", .arguments = {"{out}"}, .schedule = "1:short=1"});
  EXPECT_EQ(run.signal, 0);
  EXPECT_EQ(run.exit_status, 0) << run.error;
  EXPECT_EQ(run.file, "01234");
  EXPECT_EQ(WaitsOf(run), ".w");
}

class MarkedWaits : public testing::Test {
 protected:
  void Add(uint32_t thread, bool published) {
    fi::TraceRecord& record = region_->trace[region_->header.trace_claimed++];
    record.thread = thread;
    record.marks = published ? fi::kMarkPublished : 0;
  }
  bool waited(uint32_t index) const { return region_->trace[index].waited != 0; }

  // As the file of a trial: zeros.
  std::unique_ptr<fi::Region> region_ = std::make_unique<fi::Region>();
};

TEST_F(MarkedWaits, AreOfTheThreadsLastCall) {
  Add(1, true);
  Add(1, true);
  Add(2, true);
  Add(3, false);
  fi::MarkWait(*region_, 1);
  EXPECT_FALSE(waited(0));
  EXPECT_TRUE(waited(1));
  EXPECT_FALSE(waited(2) || waited(3));
}

// A call of which nobody knows yet whose it is.
TEST_F(MarkedWaits, AreNotOfAnUnpublishedCall) {
  Add(1, false);
  fi::MarkWait(*region_, 1);
  EXPECT_FALSE(waited(0));
}

TEST_F(MarkedWaits, StayInsideTheTrace) {
  fi::MarkWait(*region_, 1);
  region_->header.trace_claimed = UINT32_MAX;
  region_->trace[fi::kTraceMax - 1].thread = 1;
  region_->trace[fi::kTraceMax - 1].marks = fi::kMarkPublished;
  fi::MarkWait(*region_, 1);
  EXPECT_TRUE(waited(fi::kTraceMax - 1));
}

}  // namespace
}  // namespace shortwrite
