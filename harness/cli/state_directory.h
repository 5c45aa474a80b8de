// .shortwrite/: what belongs to this machine, beside the project file or in the current directory.
#pragma once

#include <string>
#include <string_view>

#include "harness/base/result.h"

namespace shortwrite {

inline constexpr char kStateDirectory[] = ".shortwrite";

// Makes it, if it is not there, with what keeps it out of version control (.gitignore) and of
// backups (CACHEDIR.TAG) in it from its first moment on.
Status MakeStateDirectory(const std::string& path);

// What a process that was killed left half-made in a directory: ".NAME.PID" of one that is gone.
void RemoveStale(const std::string& directory);

// ".NAME.PID" of this process.
std::string TemporaryName(std::string_view name);

}  // namespace shortwrite
