// Where in the source an address of a program lies, from the debug information in its file.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace shortwrite {

struct SourcePlace {
  std::string file;  // its last component
  int line = 0;
  std::string function;  // as written there, also where it was inlined; may be empty
};

// The place of the call that returns to `address` (as the program's file has it, without the
// loader's bias). Nothing where the file has no debug information, or where no call ends at that
// address, since then another program must have run. Reads this file alone; asks no network.
std::optional<SourcePlace> FindSourcePlace(const std::string& program, uint64_t address);

// "writer.c:42 (Flush)".
std::string ToText(const SourcePlace& place);

}  // namespace shortwrite
