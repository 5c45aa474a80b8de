// What a program's ELF header says (elf(5)). Only the native 64-bit kind is read further.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace shortwrite {

struct ElfFile {
  bool native = false;              // this machine's word size and architecture
  bool narrow = false;              // 32 bits
  bool interpreted = false;         // has a dynamic loader; false: static
  std::string loader;               // that dynamic loader's path
  bool go = false;                  // has the note that Go's linker leaves
  std::vector<std::string> needed;  // sonames of the libraries that it is linked with
};

// Nothing: not an ELF file, such as a script. The bytes may be cut or made up.
std::optional<ElfFile> ParseElfFile(std::string_view bytes);
std::optional<ElfFile> ReadElfFile(const std::string& path);

}  // namespace shortwrite
