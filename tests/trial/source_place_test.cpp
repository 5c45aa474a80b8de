// Compiled with debug information in every preset (tests/CMakeLists.txt).
#include "harness/trial/source_place.h"

#include <gtest/gtest.h>
#include <link.h>

#include <filesystem>
#include <fstream>

namespace shortwrite {
namespace {

__attribute__((noinline)) uint64_t ReturnAddress() {
  const auto address = reinterpret_cast<uint64_t>(__builtin_return_address(0));
  uint64_t bias = 0;
  // The main program comes first.
  dl_iterate_phdr(
      [](dl_phdr_info* info, size_t, void* to) {
        *static_cast<uint64_t*>(to) = info->dlpi_addr;
        return 1;
      },
      &bias);
  return address - bias;
}

constexpr char kSelf[] = "/proc/self/exe";

// A call is found by the address that it returns to: file, line and function.
TEST(SourcePlace, OfACall) {
  const int line = __LINE__ + 1;
  const uint64_t address = ReturnAddress();
  const std::optional<SourcePlace> place = FindSourcePlace(kSelf, address);
  ASSERT_TRUE(place);
  EXPECT_EQ(place->file, "source_place_test.cpp");
  EXPECT_EQ(place->line, line);
  EXPECT_EQ(place->function, "TestBody");
  EXPECT_EQ(ToText(*place), "source_place_test.cpp:" + std::to_string(line) + " (TestBody)");
}

// An address of another program most likely follows no call here; then nothing is claimed.
TEST(SourcePlace, IsUnknownWhereNoCallReturns) {
  const uint64_t address = ReturnAddress();
  EXPECT_TRUE(FindSourcePlace(kSelf, address));
  EXPECT_FALSE(FindSourcePlace(kSelf, address - 1));
  EXPECT_FALSE(FindSourcePlace(kSelf, 0));
  EXPECT_FALSE(FindSourcePlace(kSelf, UINT64_MAX));
}

// Files without debug information, no programs, and none at all.
TEST(SourcePlace, IsUnknownWithoutDebugInformation) {
  EXPECT_FALSE(FindSourcePlace("/nonexistent", 0x1234));
  EXPECT_FALSE(FindSourcePlace("/proc/self/cmdline", 0x1234));
  const std::filesystem::path text =
      std::filesystem::temp_directory_path() / "shortwrite_source_place_test";
  std::ofstream(text) << "#!/bin/sh\nexit 0\n";
  EXPECT_FALSE(FindSourcePlace(text, 1));
  std::filesystem::remove(text);
}

TEST(SourcePlace, TextWithoutAFunction) {
  EXPECT_EQ(ToText(SourcePlace{"a.c", 3, ""}), "a.c:3");
}

}  // namespace
}  // namespace shortwrite
