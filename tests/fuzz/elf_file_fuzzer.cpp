// A target's file may be cut, or made up: its header is read within its bounds, or not at all.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "harness/trial/elf_file.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* input, size_t input_bytes) {
  const std::string_view bytes(reinterpret_cast<const char*>(input), input_bytes);
  const auto elf = shortwrite::ParseElfFile(bytes);
  if (elf.has_value() && !elf->native && (elf->interpreted || !elf->needed.empty())) abort();
  return 0;
}
