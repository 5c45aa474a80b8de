// Starts a target.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

#include "harness/base/result.h"

namespace shortwrite::fault_inject {
class Tracer;
}

namespace shortwrite {

struct SpawnRequest {
  const std::string& program;  // absolute path
  const std::vector<std::string>& command;
  const std::vector<std::string>& environment;
  int in, out, error;  // become descriptors 0, 1 and 2
  bool new_group;      // own process group, in the session of the harness (supervisor.h)
  uint64_t file_bytes_max = UINT64_MAX;  // that a file of it may have; none
};

// The child has default signal dispositions where we had handlers (execve(2)), and an empty signal
// mask. A descriptor of the request that is below 3 must already stand in its place.
// With a tracer, the target is traced from its first instruction on.
Result<pid_t> SpawnTarget(const SpawnRequest& request, fault_inject::Tracer* tracer = nullptr);

// As execve(2) wants them: ended by a null pointer. The texts must outlive them.
std::vector<char*> TextPointers(const std::vector<std::string>& texts);

// What LD_PRELOAD must hold so that program loads our library: a link to it below directory where
// its path has a space or colon, at which entries end (ld.so(8)), and a sanitizer's runtime before
// it.
Result<std::string> PreloadList(const std::string& program, const std::string& directory);
// The same for a library at a known path.
Result<std::string> PreloadListOf(const std::string& library, const std::string& program,
                                  const std::string& directory);

}  // namespace shortwrite
