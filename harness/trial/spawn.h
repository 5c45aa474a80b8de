// Starts a target.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

#include "harness/base/result.h"

namespace shortwrite {

struct SpawnRequest {
  const std::string& program;  // absolute path
  const std::vector<std::string>& command;
  const std::vector<std::string>& environment;
  int in, out, error;  // become descriptors 0, 1 and 2
  bool new_group;      // own process group, in the session of the harness (supervisor.h)
};

// The child has default signal dispositions where we had handlers (execve(2)), and an empty signal
// mask. A descriptor of the request that is below 3 must already stand in its place.
Result<pid_t> SpawnTarget(const SpawnRequest& request);

// A path of the library that can stand in LD_PRELOAD, whose entries end at spaces and colons
// (ld.so(8)): a link below directory where the path itself has one.
Result<std::string> LoadablePath(std::string library, const std::string& directory);

}  // namespace shortwrite
