// Reads what a target left below a directory, and removes it.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "harness/base/result.h"
#include "harness/trial/observation.h"
#include "harness/trial/shared_region.h"

namespace shortwrite {

using OutputVisitor = std::function<void(const FileIdentity&, const std::string& name)>;

// Appends every entry below dir, sorted by name, and empties dir. Regular files are judged by
// content; a symbolic link's "content" is what it points to, that of a FIFO, socket or device is
// its kind, and an empty directory's is empty. visit sees each regular file.
Status CollectOutputs(const std::string& dir, const OutputVisitor& visit,
                      std::vector<OutputFile>& outputs);

// Bytes of all regular files below path, without following links. Cheap enough to be sampled.
uint64_t DirectoryBytes(const std::string& path);

}  // namespace shortwrite
