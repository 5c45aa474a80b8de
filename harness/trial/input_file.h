// Files that a target finds: the payload, and an old output.
//
// Their times are always the same. We write them anew now and then, and a target that stores the
// time of what it reads (tar, zip) would not write the same bytes twice.
#pragma once

#include <ctime>
#include <string>
#include <string_view>

#include "harness/base/result.h"

namespace shortwrite {

// 9 September 2001, in UTC. The old output is older than the payload: who leaves alone what is
// newer (cp -u, rsync -u) writes it.
inline constexpr time_t kPayloadTime = 1'000'000'000;
inline constexpr time_t kExistingTime = kPayloadTime - 24 * 60 * 60;

// Creates or replaces it; modified: kPayloadTime or kExistingTime.
Status WriteInputFile(const std::string& path, std::string_view bytes, time_t modified);
// Of one that is there.
Status SetFileTime(const std::string& path, time_t modified);

}  // namespace shortwrite
