#include "harness/campaign/payload_sizes.h"

#include <algorithm>
#include <map>

namespace shortwrite {
namespace {

// The size that most write calls have; of two as usual, the larger. 0: there is none.
uint64_t ChunkOf(const Observation& control) {
  std::map<uint64_t, uint32_t> counts;
  for (const TracedCall& call : control.calls) {
    if (call.number > 0) ++counts[call.movable];
  }
  uint64_t chunk = 0;
  uint32_t most = 0;
  for (const auto& [size, count] : counts) {
    if (count >= most) chunk = size;
    most = std::max(most, count);
  }
  return chunk;
}

// As many whole chunks as the campaign's own payload has, but few enough for a short trial.
uint64_t WholeChunks(uint64_t chunk, uint64_t own_bytes) {
  constexpr uint64_t kBytesMax = uint64_t{1} << 20;
  const uint64_t bytes = std::min(own_bytes, kBytesMax);
  return chunk == 0 || chunk > bytes ? 0 : bytes / chunk * chunk;
}

}  // namespace

std::vector<TrialPayload> PlanPayloads(const Observation& control,
                                       const CampaignSettings& settings) {
  std::vector<TrialPayload> payloads = settings.other_payloads;
  if (!settings.payload) return {};
  const TrialPayload own = *settings.payload;
  const auto add = [&](uint64_t bytes, PayloadText text) {
    const TrialPayload payload = {bytes, text};
    if (bytes < 3 || payload == own) return;
    if (std::find(payloads.begin(), payloads.end(), payload) != payloads.end()) return;
    payloads.push_back(payload);
  };
  if (!settings.may_resize) return payloads;
  const uint64_t chunk = ChunkOf(control);
  const uint64_t whole = WholeChunks(chunk, own.bytes);
  constexpr uint64_t kPage = 4096;
  constexpr uint64_t kPipe = 65536;
  for (const uint64_t bytes : {whole, kPipe + 1, whole + 1, uint64_t{97}, chunk + 1, kPipe,
                               3 * kPage + 1, whole - 1, chunk, 2 * kPipe - 1, uint64_t{1021},
                               3 * kPage, kPage - 1, kPipe - 1, chunk - 1, kPage + 1}) {
    if (bytes <= own.bytes + 1) add(bytes, own.text);
  }
  if (own.text == PayloadText::kAscii) add(kPipe + 1, PayloadText::kUtf8);
  return payloads;
}

}  // namespace shortwrite
