// Files that others read: whoever kills us at any moment leaves a whole one, or none.
#pragma once

#include <sys/types.h>

#include <string>
#include <string_view>

#include "harness/base/result.h"

namespace shortwrite {

inline constexpr mode_t kDataMode = 0666;  // before the umask
inline constexpr mode_t kProgramMode = 0777;

// Replaces what is there.
Status ReplaceWhole(const std::string& path, std::string_view text, mode_t mode = kDataMode);
// A usage error if something is there.
Status CreateWhole(const std::string& path, std::string_view text);

}  // namespace shortwrite
