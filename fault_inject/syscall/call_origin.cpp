#include "fault_inject/syscall/call_origin.h"

#include <algorithm>
#include <array>

#include "fault_inject/syscall/architecture.h"
#include "fault_inject/syscall/tracee_memory.h"

namespace shortwrite::fault_inject {
namespace {

constexpr int kCodeBytesMax = 64;

#if defined(__x86_64__)

// An instruction that may stand between a system call and the wrapper's return.
struct Known {
  int bytes;  // its whole length
  std::array<uint8_t, 4> code;
  std::array<uint8_t, 4> mask;
};
constexpr Known kCompareResult = {6, {0x48, 0x3d}, {0xff, 0xff}};             // cmp $..., %rax
constexpr Known kBranch = {2, {0x70}, {0xf0}};                                // ja, jae
constexpr Known kLongBranch = {6, {0x0f, 0x80}, {0xff, 0xf0}};                // the same, farther
constexpr Known kCall = {5, {0xe8}, {0xff}};                                  // end of cancellation
constexpr Known kMoveExtended = {3, {0x44, 0x89, 0xc7}, {0xff, 0xff, 0xc7}};  // mov %r8d, %edi
constexpr Known kSave = {5, {0x48, 0x89, 0x44, 0x24}, {0xff, 0xff, 0xff, 0xff}};     // to the stack
constexpr Known kRestore = {5, {0x48, 0x8b, 0x44, 0x24}, {0xff, 0xff, 0xff, 0xff}};  // and back
constexpr Known kHarmless[] = {kCompareResult, kBranch, kLongBranch, kCall,
                               kMoveExtended,  kSave,   kRestore};

bool Is(const Known& known, const uint8_t* code) {
  for (size_t i = 0; i < known.code.size(); ++i) {
    if ((code[i] & known.mask[i]) != known.code[i]) return false;
  }
  return true;
}

#endif

}  // namespace

#if defined(__x86_64__)

int ReturnAddressOffset(const uint8_t* code, int bytes) {
  constexpr uint8_t kReturn = 0xc3;
  constexpr Known kRaiseStack = {4, {0x48, 0x83, 0xc4}, {0xff, 0xff, 0xff}};  // add $n, %rsp
  int offset = 0;
  for (int at = 0; at + 6 <= bytes;) {
    const uint8_t* const next = code + at;
    if (*next == kReturn) return offset;
    if (Is(kRaiseStack, next) && next[3] < 0x80) {
      offset += next[3];
      at += kRaiseStack.bytes;
      continue;
    }
    const Known* const known = std::find_if(std::begin(kHarmless), std::end(kHarmless),
                                            [&](const Known& k) { return Is(k, next); });
    if (known == std::end(kHarmless)) return -1;
    at += known->bytes;
  }
  return -1;
}

uint64_t FindReturnAddress(pid_t thread, const CallEntry& entry) {
  struct {
    std::array<uint8_t, kCodeBytesMax> code;
    std::array<uint64_t, 8> stack;
  } seen;
  // Most wrappers have a small frame; to look twice would cost each of the target's calls more.
  const bool both = ReadBoth(thread, {entry.instruction_pointer, sizeof(seen.code)},
                             {entry.stack_pointer, sizeof(seen.stack)}, &seen);
  if (!both && !ReadValue(thread, entry.instruction_pointer, seen.code)) return 0;
  const int offset = ReturnAddressOffset(seen.code.data(), seen.code.size());
  if (offset < 0) return 0;
  const auto above = static_cast<uint64_t>(offset);
  if (both && above % sizeof(uint64_t) == 0 && above < sizeof(seen.stack)) {
    return seen.stack[above / sizeof(uint64_t)];
  }
  uint64_t address = 0;
  return ReadValue(thread, entry.stack_pointer + above, address) ? address : 0;
}

#else

// cmn x0, #4095; b.cs or b.hi; ret.
int ReturnAddressOffset(const uint8_t* code, int bytes) {
  std::array<uint32_t, 3> words;
  if (bytes < static_cast<int>(sizeof(words))) return -1;
  std::copy_n(code, sizeof(words), reinterpret_cast<uint8_t*>(words.data()));
  const bool leaf =
      words[0] == 0xb13ffc1f && (words[1] & 0xff000010) == 0x54000000 && words[2] == 0xd65f03c0;
  return leaf ? 0 : -1;
}

uint64_t FindReturnAddress(pid_t thread, const CallEntry& entry) {
  std::array<uint8_t, 3 * sizeof(uint32_t)> code;
  if (!ReadValue(thread, entry.instruction_pointer, code)) return 0;
  if (ReturnAddressOffset(code.data(), code.size()) < 0) return 0;
  Registers registers;
  return registers.Load(thread) ? registers.link() : 0;
}

#endif

}  // namespace shortwrite::fault_inject
