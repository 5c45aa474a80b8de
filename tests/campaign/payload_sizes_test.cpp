#include "harness/campaign/payload_sizes.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "tests/trial/traces.h"

namespace shortwrite {
namespace {

constexpr TrialPayload kOwn = {270'001};

Observation ControlOf(uint64_t chunk, uint64_t bytes) {
  Observation control;
  uint32_t number = 0;
  for (uint64_t at = 0; at < bytes; at += chunk) {
    control.calls.push_back(Call(++number, std::min(chunk, bytes - at)));
  }
  return control;
}

bool Has(const std::vector<TrialPayload>& payloads, TrialPayload payload) {
  return std::find(payloads.begin(), payloads.end(), payload) != payloads.end();
}

// Around the target's own chunk, wherever that is, and around pages and pipes.
TEST(PayloadSizes, LieAroundTheTargetsChunks) {
  CampaignSettings settings;
  settings.payload = kOwn;
  settings.may_resize = true;
  settings.other_payloads = {{270'001, PayloadText::kUtf8}};
  for (const uint64_t chunk : {uint64_t{1'003}, uint64_t{8'192}, uint64_t{65'536}}) {
    const auto payloads = PlanPayloads(ControlOf(chunk, kOwn.bytes), settings);
    const uint64_t whole = kOwn.bytes / chunk * chunk;
    for (const uint64_t bytes : {whole - 1, whole, whole + 1, uint64_t{65'535}, uint64_t{65'537},
                                 uint64_t{4'095}, uint64_t{4'097}, uint64_t{97}}) {
      EXPECT_TRUE(Has(payloads, {bytes})) << bytes << " of chunk " << chunk;
    }
    EXPECT_EQ(payloads.front(), settings.other_payloads.front());
    EXPECT_FALSE(Has(payloads, kOwn));
    for (size_t i = 0; i < payloads.size(); ++i) {
      EXPECT_GE(payloads[i].bytes, 3u);
      EXPECT_EQ(std::count(payloads.begin(), payloads.end(), payloads[i]), 1);
    }
  }
}

// Who asked for a size gets that; a payload that is a file has no other; and a control without
// calls, or with one that takes everything, is no reason for nonsense.
TEST(PayloadSizes, KeepToWhatWasAsked) {
  CampaignSettings settings;
  settings.other_payloads = {{270'001, PayloadText::kUtf8}};
  EXPECT_TRUE(PlanPayloads(ControlOf(4'096, 9'000), settings).empty());
  settings.payload = kOwn;
  EXPECT_EQ(PlanPayloads(ControlOf(4'096, 9'000), settings), settings.other_payloads);
  settings.may_resize = true;
  for (const Observation& control : {Observation(), ControlOf(270'001, 270'001)}) {
    for (const TrialPayload& payload : PlanPayloads(control, settings)) {
      EXPECT_GE(payload.bytes, 3u);
      EXPECT_LE(payload.bytes, kOwn.bytes + 1);
    }
  }
}

}  // namespace
}  // namespace shortwrite
