// Which output of the trial a descriptor is, and the slot that counts its calls. No locks, no
// allocation: compiled into the preload library, and used by the tracer.
#pragma once

#include <stdint.h>

#include "fault_inject/descriptor.h"
#include "fault_inject/protocol.h"

namespace shortwrite::fault_inject {

inline constexpr uint32_t kNoOutput = UINT32_MAX;

struct FoundOutput {
  uint32_t slot = kNoOutput;
  uint32_t name = kNameNone;
};

// descriptor is one of ours to ask about; is_stderr says whether the target has it as number 2.
// Claims a slot at the first touch of a file.
FoundOutput FindOutput(Region& region, int descriptor, bool is_stderr,
                       const DescriptorState& state);

}  // namespace shortwrite::fault_inject
