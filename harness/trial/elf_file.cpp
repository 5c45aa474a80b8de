#include "harness/trial/elf_file.h"

#include <elf.h>

#include <cstring>
#include <string_view>

#include "harness/base/file_bytes.h"

namespace shortwrite {
namespace {

#if defined(__x86_64__)
constexpr uint16_t kMachine = EM_X86_64;
#else
constexpr uint16_t kMachine = EM_AARCH64;
#endif

// Bounds-checked views into a file that may be cut or made up.
class ElfReader {
 public:
  explicit ElfReader(std::string_view bytes) : bytes_(bytes) {}

  template <typename T>
  bool Read(uint64_t at, T& value) const {
    if (at > bytes_.size() || bytes_.size() - at < sizeof(T)) return false;
    memcpy(&value, bytes_.data() + at, sizeof(T));
    return true;
  }

  std::string Text(uint64_t at) const {
    if (at >= bytes_.size()) return "";
    const std::string_view rest = bytes_.substr(at);
    return std::string(rest.substr(0, rest.find('\0')));
  }

 private:
  std::string_view bytes_;
};

std::vector<Elf64_Phdr> ReadSegments(const ElfReader& reader, const Elf64_Ehdr& header) {
  std::vector<Elf64_Phdr> segments;
  for (uint64_t i = 0; i < header.e_phnum; ++i) {
    Elf64_Phdr segment = {};
    if (!reader.Read(header.e_phoff + i * sizeof(segment), segment)) break;
    segments.push_back(segment);
  }
  return segments;
}

// Go's linker names the build in a segment of its own, of one note.
bool IsGoNote(const ElfReader& reader, const Elf64_Phdr& segment) {
  Elf64_Nhdr note = {};
  constexpr uint32_t kGoBuildId = 4;
  return reader.Read(segment.p_offset, note) && note.n_type == kGoBuildId &&
         reader.Text(segment.p_offset + sizeof(note)) == "Go";
}

uint64_t FileOffset(const std::vector<Elf64_Phdr>& segments, uint64_t address) {
  for (const Elf64_Phdr& segment : segments) {
    if (segment.p_type != PT_LOAD || address < segment.p_vaddr) continue;
    if (address - segment.p_vaddr < segment.p_filesz) {
      return segment.p_offset + (address - segment.p_vaddr);
    }
  }
  return UINT64_MAX;
}

std::vector<std::string> ReadNeeded(const ElfReader& reader,
                                    const std::vector<Elf64_Phdr>& segments,
                                    const Elf64_Phdr& dynamic) {
  std::vector<uint64_t> names;
  uint64_t strings = UINT64_MAX;
  for (uint64_t at = 0; at + sizeof(Elf64_Dyn) <= dynamic.p_filesz; at += sizeof(Elf64_Dyn)) {
    Elf64_Dyn entry = {};
    if (!reader.Read(dynamic.p_offset + at, entry) || entry.d_tag == DT_NULL) break;
    if (entry.d_tag == DT_NEEDED) names.push_back(entry.d_un.d_val);
    if (entry.d_tag == DT_STRTAB) strings = FileOffset(segments, entry.d_un.d_ptr);
  }
  std::vector<std::string> needed;
  if (strings == UINT64_MAX) return needed;
  for (const uint64_t name : names) needed.push_back(reader.Text(strings + name));
  return needed;
}

}  // namespace

std::optional<ElfFile> ParseElfFile(std::string_view bytes) {
  const ElfReader reader(bytes);
  Elf64_Ehdr header = {};
  if (!reader.Read(0, header) || memcmp(header.e_ident, ELFMAG, SELFMAG) != 0) return std::nullopt;
  ElfFile elf;
  elf.native = header.e_ident[EI_CLASS] == ELFCLASS64 && header.e_machine == kMachine;
  elf.narrow = header.e_ident[EI_CLASS] == ELFCLASS32;
  if (!elf.native) return elf;
  const std::vector<Elf64_Phdr> segments = ReadSegments(reader, header);
  for (const Elf64_Phdr& segment : segments) {
    if (segment.p_type == PT_INTERP) {
      elf.interpreted = true;
      elf.loader = reader.Text(segment.p_offset);
    }
    if (segment.p_type == PT_NOTE) elf.go |= IsGoNote(reader, segment);
    // A program has one; with thousands that point at the same place, reading all takes for ever.
    if (segment.p_type == PT_DYNAMIC && elf.needed.empty()) {
      elf.needed = ReadNeeded(reader, segments, segment);
    }
  }
  return elf;
}

std::optional<ElfFile> ReadElfFile(const std::string& path) {
  const Result<FileBytes> file = FileBytes::Read(path);
  return file.ok() ? ParseElfFile(file.value().view()) : std::nullopt;
}

}  // namespace shortwrite
