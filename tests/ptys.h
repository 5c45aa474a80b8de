// For tests over pseudo-terminals, where a container may have none. A test skips, with the reason,
// what it cannot try.
#pragma once

#include <fcntl.h>
#include <stdlib.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include "harness/base/unique_fd.h"

namespace shortwrite {

// Empty where they can be had.
inline std::string WhyNoPtys() {
  const UniqueFd pty(posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC));
  return pty.valid() ? "" : std::string("no pseudo-terminal here: ") + std::strerror(errno);
}

// Of sinks in the words of --sink, those that can be had.
inline std::vector<std::string> SinksHere(std::vector<std::string> sinks) {
  if (WhyNoPtys().empty()) return sinks;
  std::erase_if(sinks, [](std::string_view sink) { return sink.starts_with("pty"); });
  return sinks;
}

}  // namespace shortwrite
