#include "harness/base/count_text.h"

#include <fmt/format.h>

namespace shortwrite {

std::string CountText(uint64_t count, std::string_view noun) {
  return fmt::format("{} {}{}", count, noun, count == 1 ? "" : "s");
}

}  // namespace shortwrite
