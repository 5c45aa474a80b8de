#include "fault_inject/outputs.h"

#include <string.h>
#include <sys/stat.h>

namespace shortwrite::fault_inject {
namespace {

// The slot of a key: the one that has it, or the next free one, claimed now. Whoever wins the
// compare-and-swap owns the slot's text; all others look up the name for themselves.
uint32_t FindSlot(Region& region, uint64_t key, bool claim, bool& claimed) {
  for (uint32_t i = 1; i < kOutputsMax; ++i) {
    uint64_t present = __atomic_load_n(&region.output_keys[i], __ATOMIC_ACQUIRE);
    if (present == 0) {
      if (!claim) return kNoOutput;
      claimed = __atomic_compare_exchange_n(&region.output_keys[i], &present, key, false,
                                            __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE);
      if (claimed) return i;
    }
    if (present == key) return i;
  }
  if (claim) AtomicAdd(region.header.outputs_dropped, 1);
  return kNoOutput;
}

uint32_t NameOf(const Region& region, const char* path) {
  for (uint32_t i = 0; i < region.header.name_count && i < kNamesMax; ++i) {
    if (strcmp(region.names[i], path) == 0) return kNameFirst + i;
  }
  return kNameNone;
}

}  // namespace

FoundOutput FindOutput(Region& region, int descriptor, bool is_stderr,
                       const DescriptorState& state) {
  const RegionHeader& header = region.header;
  if (state.device == header.stdout_device && state.inode == header.stdout_inode) {
    if (header.stdout_is_output == 0) return {};
    if (is_stderr && header.stderr_shares_stdout != 0) return {};
    return {0, region.outputs[0].name};
  }
  const uint32_t type = state.mode & S_IFMT;
  if (state.device != header.dir_device || (type != S_IFREG && type != S_IFIFO)) return {};

  const uint64_t key = OutputKey(state.device, state.inode);
  bool claimed = false;
  uint32_t index = FindSlot(region, key, false, claimed);
  if (index != kNoOutput) {
    const uint32_t name = AtomicLoad(region.outputs[index].name);
    if (name != kNameAny) return {index, name};
  }
  char path[kPathBytes];
  const uint32_t bytes =
      PathBelow(header.dir_path, header.dir_path_bytes, descriptor, path, sizeof(path));
  if (bytes == 0) return {};
  const uint32_t name = NameOf(region, path);
  if (index == kNoOutput) index = FindSlot(region, key, true, claimed);
  if (claimed) {
    OutputSlot& slot = region.outputs[index];
    memcpy(slot.path, path, bytes + 1);
    slot.path_bytes = bytes;
    __atomic_store_n(&slot.name, name, __ATOMIC_RELEASE);
  }
  return {index, name};
}

}  // namespace shortwrite::fault_inject
