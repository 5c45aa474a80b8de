#include "harness/base/result.h"

#include <fmt/format.h>

#include <system_error>

namespace shortwrite {

Error ErrnoError(const std::string& what, int error_number) {
  return HarnessError(fmt::format("{}: {}", what, std::generic_category().message(error_number)));
}

}  // namespace shortwrite
