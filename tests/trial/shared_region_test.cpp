#include "harness/trial/shared_region.h"

#include <gtest/gtest.h>

#include "fault_inject/protocol.h"
#include "tests/trial/children.h"

namespace shortwrite {
namespace {

class SharedRegionTest : public testing::Test {
 protected:
  SharedRegion Create() { return SharedRegion::Create(directory_.path() + "/region").value(); }
  static Schedule Parse(const std::string& text) { return ParseSchedule(text).value(); }

  TemporaryDirectory directory_;
  RegionSettings settings_ = {
      .dir = "/some/dir", .dir_identity = {1, 2}, .stdout_identity = {3, 4}};
};

// A region belongs to one campaign: an existing file is not taken over.
TEST_F(SharedRegionTest, IsNeverShared) {
  const SharedRegion region = Create();
  const Result<SharedRegion> second = SharedRegion::Create(region.path());
  ASSERT_FALSE(second.ok());
  EXPECT_NE(second.error().message.find(region.path()), std::string::npos);
}

// Before any target ran there is nothing to see but stdout.
TEST_F(SharedRegionTest, IsEmptyAfterPreparation) {
  SharedRegion region = Create();
  ASSERT_TRUE(region.Prepare(settings_, Parse("1:short=1")).ok());
  Observation observation;
  region.ReadInto(observation);
  EXPECT_EQ(region.accepted_bytes(), 0u);
  EXPECT_EQ(region.calls_seen(), 0u);
  EXPECT_TRUE(observation.calls.empty());
  EXPECT_EQ(observation.attached, 0u);
  ASSERT_EQ(observation.touched.size(), 1u);
  EXPECT_EQ(observation.touched[0].first_name, "stdout");
  EXPECT_EQ(region.SlotOf({5, 6}), -1);
}

// As many steps as a schedule may have fit in, as many times as a campaign needs.
TEST_F(SharedRegionTest, HoldsTheLongestSchedule) {
  SharedRegion region = Create();
  Schedule schedule;
  for (size_t i = 0; i < kScheduleStepsMax; ++i) {
    schedule.steps.push_back(ShortAt(static_cast<uint32_t>(i + 1), Bytes(1)));
  }
  for (int trial = 0; trial < 3; ++trial) EXPECT_TRUE(region.Prepare(settings_, schedule).ok());
}

// More names, or longer ones, than the region holds are the user's error; the next trial is not
// affected by them.
TEST_F(SharedRegionTest, RefusesMoreNamesThanItHolds) {
  SharedRegion region = Create();
  Schedule many;
  for (uint32_t i = 0; i < fault_inject::kNamesMax; ++i) {
    many.steps.push_back(FaultAt(1, FaultKind::kEio));
    many.steps.back().output = "out" + std::to_string(i);
  }
  EXPECT_TRUE(region.Prepare(settings_, many).ok());
  many.steps.push_back(many.steps.back());
  EXPECT_TRUE(region.Prepare(settings_, many).ok());  // the same name again needs no room
  many.steps.back().output = "one more";
  const Status refused = region.Prepare(settings_, many);
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().kind, ErrorKind::kUsage);

  Schedule longest;
  longest.steps.push_back(FaultAt(1, FaultKind::kEio));
  longest.steps.back().output = std::string(fault_inject::kNameBytes - 1, 'n');
  EXPECT_TRUE(region.Prepare(settings_, longest).ok());
  longest.steps.back().output += 'n';
  EXPECT_FALSE(region.Prepare(settings_, longest).ok());
  EXPECT_TRUE(region.Prepare(settings_, Parse("1@out:eio")).ok());
}

// A path that does not fit is refused, not cut.
TEST_F(SharedRegionTest, RefusesTooLongADirectory) {
  SharedRegion region = Create();
  settings_.dir = "/" + std::string(2000, 'd');
  EXPECT_FALSE(region.Prepare(settings_, {}).ok());
}

}  // namespace
}  // namespace shortwrite
