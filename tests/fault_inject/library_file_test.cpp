// The library as a file: what the loader and the linker of any libc find in it.
#include <elf.h>
#include <gtest/gtest.h>

#include <cstring>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "harness/base/file_bytes.h"

namespace shortwrite {
namespace {

class LibraryFile : public testing::Test {
 protected:
  void SetUp() override {
    Result<FileBytes> read = FileBytes::Read(SHORTWRITE_PRELOAD_LIBRARY);
    ASSERT_TRUE(read.ok()) << read.error().message;
    bytes_ = read.value();
    ASSERT_EQ(memcmp(At<char>(0), ELFMAG, SELFMAG), 0);
  }

  template <typename T>
  const T* At(uint64_t offset) const {
    return reinterpret_cast<const T*>(bytes_.view().data() + offset);
  }

  std::vector<Elf64_Shdr> Sections(uint32_t type) const {
    const auto* const header = At<Elf64_Ehdr>(0);
    std::vector<Elf64_Shdr> found;
    for (int i = 0; i < header->e_shnum; ++i) {
      const auto* const section =
          At<Elf64_Shdr>(header->e_shoff + static_cast<uint64_t>(i) * header->e_shentsize);
      if (section->sh_type == type) found.push_back(*section);
    }
    return found;
  }

  // Names of dynamic symbols that are defined here, or wanted from elsewhere.
  std::set<std::string> Symbols(bool defined) const {
    std::set<std::string> names;
    const auto* const header = At<Elf64_Ehdr>(0);
    for (const Elf64_Shdr& table : Sections(SHT_DYNSYM)) {
      const auto* const texts = At<Elf64_Shdr>(header->e_shoff + table.sh_link * sizeof(table));
      for (uint64_t i = 1; i < table.sh_size / sizeof(Elf64_Sym); ++i) {
        const auto* const symbol = At<Elf64_Sym>(table.sh_offset + i * sizeof(Elf64_Sym));
        const bool here = symbol->st_shndx != SHN_UNDEF;
        if (here == defined) names.insert(At<char>(texts->sh_offset + symbol->st_name));
      }
    }
    return names;
  }

  std::vector<uint64_t> DynamicValues(int64_t tag) const {
    std::vector<uint64_t> values;
    for (const Elf64_Shdr& section : Sections(SHT_DYNAMIC)) {
      for (uint64_t i = 0; i < section.sh_size / sizeof(Elf64_Dyn); ++i) {
        const auto* const entry = At<Elf64_Dyn>(section.sh_offset + i * sizeof(Elf64_Dyn));
        if (entry->d_tag == tag) values.push_back(entry->d_un.d_val);
      }
    }
    return values;
  }

 private:
  FileBytes bytes_;
};

std::set<std::string> NamesOfExportsMap() {
  std::string text(FileBytes::Read(SHORTWRITE_EXPORTS_MAP).value().view());
  const size_t begin = text.find("global:") + strlen("global:");
  text = text.substr(begin, text.find("local:") - begin);
  for (char& c : text) c = c == ';' ? ' ' : c;
  std::istringstream words(text);
  std::set<std::string> names;
  for (std::string name; words >> name;) names.insert(name);
  return names;
}

// It names no library, so the symbols that it wants come from whichever libc the target has.
TEST_F(LibraryFile, NamesNoOtherLibrary) {
  ASSERT_FALSE(Sections(SHT_DYNAMIC).empty());
  EXPECT_TRUE(DynamicValues(DT_NEEDED).empty());
}

// It exports the names of exports.map, all of them, and no other: an accidental export would
// replace a function of the target.
TEST_F(LibraryFile, ExportsExactlyItsMap) {
  const std::set<std::string> expected = NamesOfExportsMap();
  ASSERT_GT(expected.size(), 30u);
  EXPECT_EQ(Symbols(true), expected);
}

// What it wants of a libc is short and known, exists in glibc and musl, and allocates nothing.
TEST_F(LibraryFile, WantsFewSymbols) {
  const std::set<std::string> known = {
      "__errno_location", "clock_gettime", "dlsym",   "environ", "memcmp", "memcpy", "strlen",
      "strcmp",           "strncmp",       "strnlen", "strstr",  "memset", "memmove"};
  for (const std::string& name : Symbols(false)) {
    EXPECT_TRUE(known.contains(name)) << name << " is new: does musl have it, is it safe in a "
                                      << "signal handler?";
  }
}

// Symbols are bound when the library is loaded, never in the middle of a target's call.
TEST_F(LibraryFile, BindsEverythingAtLoadTime) {
  const std::vector<uint64_t> flags = DynamicValues(DT_FLAGS_1);
  ASSERT_EQ(flags.size(), 1u);
  EXPECT_NE(flags[0] & DF_1_NOW, 0u);
  EXPECT_TRUE(DynamicValues(DT_TEXTREL).empty());
}

}  // namespace
}  // namespace shortwrite
