#include "fault_inject/syscall/call_origin.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <vector>

namespace shortwrite::fault_inject {
namespace {

#if defined(__x86_64__)

// Room behind the last instruction, as there always is in a program.
int OffsetOf(std::vector<uint8_t> code) {
  code.resize(64, 0xcc);
  return ReturnAddressOffset(code.data(), static_cast<int>(code.size()));
}

const std::vector<uint8_t> kCompareAndBranch = {0x48, 0x3d, 0x00, 0xf0, 0xff, 0xff, 0x77, 0x58};

std::vector<uint8_t> AfterCompare(const std::vector<uint8_t>& rest) {
  std::vector<uint8_t> code = kCompareAndBranch;
  code.insert(code.end(), rest.begin(), rest.end());
  return code;
}

// glibc's write() with a single thread: cmp, ja, ret.
TEST(ReturnAddressOffset, OfALeafIsZero) {
  EXPECT_EQ(OffsetOf(AfterCompare({0xc3})), 0);
}

// The same with several: the end of cancellation is called first, and the frame is taken down.
TEST(ReturnAddressOffset, CountsTheFrame) {
  const std::vector<uint8_t> tail = {0x44, 0x89, 0xc7,              // mov %r8d, %edi
                                     0x48, 0x89, 0x44, 0x24, 0x08,  // mov %rax, 8(%rsp)
                                     0xe8, 0xee, 0x79, 0xf8, 0xff,  // call
                                     0x48, 0x8b, 0x44, 0x24, 0x08,  // mov 8(%rsp), %rax
                                     0x48, 0x83, 0xc4, 0x28,        // add $0x28, %rsp
                                     0xc3};
  EXPECT_EQ(OffsetOf(AfterCompare(tail)), 0x28);
}

// What is not known is not guessed at: a pop, a write to the stack pointer, code without an end.
TEST(ReturnAddressOffset, IsUnknownBehindOtherInstructions) {
  EXPECT_EQ(OffsetOf(AfterCompare({0x5b, 0xc3})), -1) << "pop %rbx";
  EXPECT_EQ(OffsetOf(AfterCompare({0x44, 0x89, 0xc4, 0xc3})), -1) << "mov %r8d, %esp";
  EXPECT_EQ(OffsetOf(AfterCompare({0x48, 0x83, 0xc4, 0xf8, 0xc3})), -1) << "add $-8, %rsp";
  EXPECT_EQ(OffsetOf({}), -1);
  EXPECT_EQ(OffsetOf(std::vector<uint8_t>(64, 0x70)), -1);
}

#else

TEST(ReturnAddressOffset, OfALeafIsZero) {
  const uint8_t code[] = {0x1f, 0xfc, 0x3f, 0xb1, 0x62, 0x00, 0x00, 0x54, 0xc0, 0x03, 0x5f, 0xd6};
  EXPECT_EQ(ReturnAddressOffset(code, sizeof(code)), 0);
  EXPECT_EQ(ReturnAddressOffset(code, sizeof(code) - 1), -1);
}

#endif

}  // namespace
}  // namespace shortwrite::fault_inject
