// The shared region lies in the target's memory, and a target with a wild pointer may write there.
// Whatever it leaves, reading and checking the trace ends in values.
#include <unistd.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <string>

#include "fault_inject/protocol.h"
#include "harness/trial/observation.h"
#include "harness/trial/shared_region.h"
#include "harness/trial/validate_trace.h"

namespace {

namespace fi = shortwrite::fault_inject;

// Takes what a part of the region is overwritten with from the input, as long as there is some.
class Scribbler {
 public:
  Scribbler(const uint8_t* input, size_t input_bytes) : next_(input), left_(input_bytes) {}

  void Over(void* part, size_t part_bytes) {
    const size_t bytes = std::min(part_bytes, left_);
    memcpy(part, next_, bytes);
    next_ += bytes;
    left_ -= bytes;
  }

 private:
  const uint8_t* next_;
  size_t left_;
};

constexpr uint32_t kRecordsMax = 64;  // more of them show nothing else

void Scribble(fi::Region& region, Scribbler scribbler) {
  fi::RegionHeader& header = region.header;
  scribbler.Over(&header.attached, sizeof(header) - offsetof(fi::RegionHeader, attached));
  if (header.trace_claimed <= fi::kTraceMax) header.trace_claimed %= kRecordsMax;
  // The rest was dropped, which is told; to read a full region takes too long for a fuzzer.
  if (header.trace_claimed > fi::kTraceMax) header.trace_claimed = kRecordsMax;
  uint32_t outputs = 0;
  scribbler.Over(&outputs, 1);
  for (uint32_t i = 1; i <= outputs % 8; ++i) region.output_keys[i] = i;
  // What is short comes first: inputs are.
  for (uint32_t i = 0; i < 2; ++i) {
    scribbler.Over(&region.outputs[i], offsetof(fi::OutputSlot, path));
  }
  scribbler.Over(region.processes, 2 * sizeof(fi::ProcessName));
  scribbler.Over(region.trace, kRecordsMax * sizeof(fi::TraceRecord));
}

shortwrite::SharedRegion CreateRegion() {
  const std::string path = "/tmp/trace_fuzzer." + std::to_string(getpid());
  unlink(path.c_str());  // a fuzzer of this number that was killed
  auto region = shortwrite::SharedRegion::Create(path);
  if (!region.ok()) abort();
  unlink(path.c_str());
  return std::move(region).value();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* input, size_t input_bytes) {
  static shortwrite::SharedRegion region = CreateRegion();
  static const shortwrite::Schedule schedule =
      shortwrite::ParseSchedule("1:short=1 2:eagain 3-:cap=7 close:eio").value();
  const shortwrite::RegionSettings settings = {.dir = "/d", .full_trace = true};
  if (!region.Prepare(settings, schedule).ok()) abort();
  Scribble(region.region(), Scribbler(input, input_bytes));
  shortwrite::Observation observation;
  region.ReadInto(observation);
  if (observation.calls.size() > kRecordsMax) abort();
  (void)shortwrite::ValidateTrace({schedule, settings.profile, settings.full_trace}, observation);
  return 0;
}
