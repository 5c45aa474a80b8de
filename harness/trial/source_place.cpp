#include "harness/trial/source_place.h"

#include <dwarf.h>
#include <elfutils/libdw.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <gelf.h>

#include <array>
#include <cstdlib>
#include <cstring>
#include <memory>

#include "harness/base/unique_fd.h"

namespace shortwrite {
namespace {

struct CloseDwarf {
  void operator()(Dwarf* dwarf) const { dwarf_end(dwarf); }
};
struct Free {
  void operator()(Dwarf_Die* dies) const { free(dies); }
};

constexpr size_t kCallBytesMax = 8;
using BytesBefore = std::array<unsigned char, kCallBytesMax>;

// The bytes of the program that end at the address.
std::optional<BytesBefore> ReadBefore(Dwarf& dwarf, int file, uint64_t address) {
  Elf* const elf = dwarf_getelf(&dwarf);
  size_t count = 0;
  if (elf_getphdrnum(elf, &count) != 0) return std::nullopt;
  for (size_t i = 0; i < count; ++i) {
    GElf_Phdr segment = {};
    if (gelf_getphdr(elf, static_cast<int>(i), &segment) == nullptr) return std::nullopt;
    if (segment.p_type != PT_LOAD || (segment.p_flags & PF_X) == 0) continue;
    if (address < segment.p_vaddr + kCallBytesMax) continue;
    if (address > segment.p_vaddr + segment.p_filesz) continue;
    BytesBefore bytes = {};
    const uint64_t at = segment.p_offset + (address - segment.p_vaddr) - kCallBytesMax;
    const ssize_t got = pread(file, bytes.data(), bytes.size(), static_cast<off_t>(at));
    if (got != static_cast<ssize_t>(bytes.size())) return std::nullopt;
    return bytes;
  }
  return std::nullopt;
}

// Whether an instruction that calls a function or the kernel may end here.
bool EndsInCall(const BytesBefore& bytes) {
#if defined(__x86_64__)
  const auto before = [&](size_t back) { return bytes[kCallBytesMax - back]; };
  const auto is_indirect = [&](size_t back) {
    return before(back) == 0xff && (before(back - 1) & 0x38) == 0x10;
  };
  return before(5) == 0xe8 || (before(2) == 0x0f && before(1) == 0x05) || is_indirect(2) ||
         is_indirect(3) || is_indirect(4) || is_indirect(6) || is_indirect(7);
#else
  uint32_t instruction = 0;
  memcpy(&instruction, bytes.data() + kCallBytesMax - sizeof(instruction), sizeof(instruction));
  return (instruction & 0xfc000000) == 0x94000000 || (instruction & 0xfffffc1f) == 0xd63f0000 ||
         (instruction & 0xffe0001f) == 0xd4000001;
#endif
}

// Compilers need not write an index of addresses; without it each unit is asked.
bool FindUnit(Dwarf& dwarf, uint64_t address, Dwarf_Die& unit) {
  if (dwarf_addrdie(&dwarf, address, &unit) != nullptr) return true;
  Dwarf_CU* next = nullptr;
  while (dwarf_get_units(&dwarf, next, &next, nullptr, nullptr, &unit, nullptr) == 0) {
    if (dwarf_haspc(&unit, address) == 1) return true;
  }
  return false;
}

std::string FunctionAt(Dwarf_Die& unit, uint64_t address) {
  Dwarf_Die* found = nullptr;
  const int count = dwarf_getscopes(&unit, address, &found);
  const std::unique_ptr<Dwarf_Die, Free> scopes(found);
  for (int i = 0; i < count; ++i) {
    Dwarf_Die& scope = scopes.get()[i];
    const int tag = dwarf_tag(&scope);
    if (tag != DW_TAG_subprogram && tag != DW_TAG_inlined_subroutine) continue;
    const char* const name = dwarf_diename(&scope);
    return name == nullptr ? "" : name;
  }
  return "";
}

std::string LastComponent(const std::string& path) {
  return path.substr(path.find_last_of('/') + 1);
}

}  // namespace

// libdw alone, not libdwfl: that one would ask debug servers (DEBUGINFOD_URLS).
std::optional<SourcePlace> FindSourcePlace(const std::string& program, uint64_t address) {
  const UniqueFd file(open(program.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file.valid() || address == 0) return std::nullopt;
  const std::unique_ptr<Dwarf, CloseDwarf> dwarf(dwarf_begin(file.get(), DWARF_C_READ));
  if (dwarf == nullptr) return std::nullopt;
  const std::optional<BytesBefore> before = ReadBefore(*dwarf, file.get(), address);
  if (!before || !EndsInCall(*before)) return std::nullopt;
  // A call may be a function's last instruction: what it returns to may belong to the next one.
  const uint64_t in_call = address - 1;
  Dwarf_Die unit = {};
  if (!FindUnit(*dwarf, in_call, unit)) return std::nullopt;
  Dwarf_Line* const line = dwarf_getsrc_die(&unit, in_call);
  if (line == nullptr) return std::nullopt;
  const char* const source = dwarf_linesrc(line, nullptr, nullptr);
  SourcePlace place;
  if (source == nullptr || dwarf_lineno(line, &place.line) != 0 || place.line == 0) {
    return std::nullopt;
  }
  place.file = LastComponent(source);
  place.function = FunctionAt(unit, in_call);
  return place;
}

std::string ToText(const SourcePlace& place) {
  const std::string text = fmt::format("{}:{}", place.file, place.line);
  return place.function.empty() ? text : fmt::format("{} ({})", text, place.function);
}

}  // namespace shortwrite
