#include "fault_inject/protocol.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <cstddef>
#include <type_traits>
#include <vector>

namespace shortwrite::fault_inject {
namespace {

#define EXPECT_FIELD(type, field, offset, bytes)                         \
  EXPECT_EQ(offsetof(type, field), size_t{offset}) << #type "::" #field; \
  EXPECT_EQ(sizeof(type::field), size_t{bytes}) << #type "::" #field

// A library and a harness of the same version agree on where every field lies. Whoever changes a
// number here has to raise kVersion.
TEST(Protocol, VersionFourHasThisHeader) {
  ASSERT_EQ(kVersion, 4u);
  EXPECT_FIELD(RegionHeader, magic, 0, 4);
  EXPECT_FIELD(RegionHeader, version, 4, 4);
  EXPECT_FIELD(RegionHeader, region_bytes, 8, 8);
  EXPECT_FIELD(RegionHeader, step_count, 16, 4);
  EXPECT_FIELD(RegionHeader, name_count, 20, 4);
  EXPECT_FIELD(RegionHeader, features, 24, 4);
  EXPECT_FIELD(RegionHeader, no_progress_max, 28, 4);
  EXPECT_FIELD(RegionHeader, stdout_device, 32, 8);
  EXPECT_FIELD(RegionHeader, stdout_inode, 40, 8);
  EXPECT_FIELD(RegionHeader, dir_device, 48, 8);
  EXPECT_FIELD(RegionHeader, dir_path_bytes, 56, 4);
  EXPECT_FIELD(RegionHeader, stdout_is_output, 60, 4);
  EXPECT_FIELD(RegionHeader, stderr_shares_stdout, 64, 4);
  EXPECT_FIELD(RegionHeader, profile, 68, 1);
  EXPECT_FIELD(RegionHeader, dir_path, 72, 1024);
  EXPECT_FIELD(RegionHeader, attached, 1096, 4);
  EXPECT_FIELD(RegionHeader, version_mismatches, 1100, 4);
  EXPECT_FIELD(RegionHeader, trace_claimed, 1104, 4);
  EXPECT_FIELD(RegionHeader, outputs_dropped, 1108, 4);
  EXPECT_FIELD(RegionHeader, faults_delivered, 1112, 4);
  EXPECT_FIELD(RegionHeader, unseen_ways, 1116, 4);
  EXPECT_FIELD(RegionHeader, processes_named, 1120, 4);
  EXPECT_EQ(sizeof(RegionHeader), 1128u);
}

TEST(Protocol, VersionFourHasThisRegion) {
  EXPECT_FIELD(Region, header, 0, 1128);
  EXPECT_FIELD(Region, output_keys, 1128, 1024 * 8);
  EXPECT_FIELD(Region, names, 9320, 64 * 256);
  EXPECT_FIELD(Region, steps, 25704, 1024 * 24);
  EXPECT_FIELD(Region, outputs, 50280, 1024 * 512);
  EXPECT_FIELD(Region, processes, 574568, 512 * 24);
  EXPECT_FIELD(Region, trace, 586856, 1048576 * 88);
  EXPECT_EQ(sizeof(Region), 92861544u);
}

TEST(Protocol, VersionFourHasTheseSteps) {
  EXPECT_FIELD(Step, amount, 0, 8);
  EXPECT_FIELD(Step, first_call, 8, 4);
  EXPECT_FIELD(Step, last_call, 12, 4);
  EXPECT_FIELD(Step, name, 16, 4);
  EXPECT_FIELD(Step, fault, 20, 1);
  EXPECT_FIELD(Step, unit, 21, 1);
  EXPECT_FIELD(Step, site, 22, 1);
}

TEST(Protocol, VersionFourHasTheseOutputSlots) {
  EXPECT_FIELD(OutputSlot, calls, 0, 4);
  EXPECT_FIELD(OutputSlot, no_progress, 4, 4);
  EXPECT_FIELD(OutputSlot, name, 8, 4);
  EXPECT_FIELD(OutputSlot, path_bytes, 12, 4);
  EXPECT_FIELD(OutputSlot, accepted, 16, 8);
  EXPECT_FIELD(OutputSlot, writer, 24, 4);
  EXPECT_FIELD(OutputSlot, path, 32, 480);
}

TEST(Protocol, VersionFourHasTheseProcessNames) {
  EXPECT_FIELD(ProcessName, process, 0, 4);
  EXPECT_FIELD(ProcessName, first_record, 4, 4);
  EXPECT_FIELD(ProcessName, name, 8, 16);
}

TEST(Protocol, VersionFourHasTheseTraceRecords) {
  EXPECT_FIELD(TraceRecord, time_ns, 0, 8);
  EXPECT_FIELD(TraceRecord, asked, 8, 8);
  EXPECT_FIELD(TraceRecord, movable, 16, 8);
  EXPECT_FIELD(TraceRecord, granted, 24, 8);
  EXPECT_FIELD(TraceRecord, result, 32, 8);
  EXPECT_FIELD(TraceRecord, position, 40, 8);
  EXPECT_FIELD(TraceRecord, caller, 48, 8);
  EXPECT_FIELD(TraceRecord, number, 56, 4);
  EXPECT_FIELD(TraceRecord, process, 60, 4);
  EXPECT_FIELD(TraceRecord, thread, 64, 4);
  EXPECT_FIELD(TraceRecord, error, 68, 2);
  EXPECT_FIELD(TraceRecord, waited, 70, 1);
  EXPECT_FIELD(TraceRecord, descriptor, 72, 4);
  EXPECT_FIELD(TraceRecord, status_flags, 76, 4);
  EXPECT_FIELD(TraceRecord, output, 80, 2);
  EXPECT_FIELD(TraceRecord, step, 82, 2);
  EXPECT_FIELD(TraceRecord, call, 84, 1);
  EXPECT_FIELD(TraceRecord, fault, 85, 1);
  EXPECT_FIELD(TraceRecord, sink, 86, 1);
  EXPECT_FIELD(TraceRecord, marks, 87, 1);
}

// The region is bytes in a file: no pointers to copy, no constructors to run, and a file of zeros
// is a region without steps.
TEST(Protocol, TheRegionIsPlainBytes) {
  EXPECT_TRUE(std::is_trivially_copyable_v<Region>);
  EXPECT_TRUE(std::is_standard_layout_v<Region>);
  EXPECT_EQ(kMagic, 0x54525753u);
  EXPECT_EQ(static_cast<int>(FaultKind::kNone), 0);
  EXPECT_EQ(static_cast<int>(FaultKind::kZero), 10);
  EXPECT_EQ(static_cast<uint32_t>(CallKind::kFdatasync) + 1, kCallKinds);
  EXPECT_EQ(static_cast<int>(SinkClass::kOther), 6);
  EXPECT_EQ(static_cast<uint32_t>(SinkClass::kSealedMemory) + 1, kSinkClasses);
  EXPECT_EQ(static_cast<int>(Profile::kHostile), 2);
}

// Call numbers, slots and steps fit the trace's fields.
TEST(Protocol, TraceFieldsHoldEveryIndex) {
  EXPECT_LE(kOutputsMax, 65536u);
  EXPECT_LE(kStepsMax + 1, 65536u);
}

// 0 marks a free slot, so no file may have it as its key.
RC_GTEST_PROP(Protocol, NoFileHasTheKeyOfAFreeSlot, (uint64_t device, uint64_t inode)) {
  RC_ASSERT(OutputKey(device, inode) != 0u);
  RC_ASSERT(OutputKey(device, inode) != OutputKey(device, inode + 1));
}

// Neighbouring inodes on neighbouring devices, as they occur in one trial, have keys of their own.
TEST(Protocol, FilesOfATrialHaveKeysOfTheirOwn) {
  std::vector<uint64_t> keys;
  for (uint64_t device = 20; device < 40; ++device) {
    for (uint64_t inode = 1; inode < 2000; ++inode) keys.push_back(OutputKey(device, inode));
  }
  std::sort(keys.begin(), keys.end());
  EXPECT_EQ(std::adjacent_find(keys.begin(), keys.end()), keys.end());
}

}  // namespace
}  // namespace shortwrite::fault_inject
