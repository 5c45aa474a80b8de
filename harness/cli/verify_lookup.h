// Which manifest entry a file stands for. For verify_command.cpp.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "harness/oracle/digest.h"
#include "harness/oracle/manifest.h"

namespace shortwrite {

// What is behind the last slash; the whole name where there is none.
std::string_view BaseName(std::string_view name);

// The entries that `file` can stand for by name: the one with exactly this name; else all whose
// base name is the file's base name. Empty: only the content can tell.
std::vector<const ManifestEntry*> EntriesByName(const Manifest& manifest, std::string_view file);

// The first of `entries` with this content, or null.
const ManifestEntry* EntryByDigest(const std::vector<const ManifestEntry*>& entries,
                                   const Digest& digest);

// The only one of `entries` that has this size and a pattern; null if there are none or several.
const ManifestEntry* PatternEntryBySize(const std::vector<const ManifestEntry*>& entries,
                                        uint64_t bytes);

std::vector<const ManifestEntry*> AllEntries(const Manifest& manifest);

}  // namespace shortwrite
