#include "harness/cli/verify_lookup.h"

namespace shortwrite {

std::string_view BaseName(std::string_view name) {
  const size_t slash = name.rfind('/');
  return slash == std::string_view::npos ? name : name.substr(slash + 1);
}

std::vector<const ManifestEntry*> EntriesByName(const Manifest& manifest, std::string_view file) {
  std::vector<const ManifestEntry*> same_base_name;
  for (const ManifestEntry& entry : manifest) {
    if (entry.name == file) return {&entry};
    if (BaseName(entry.name) == BaseName(file)) same_base_name.push_back(&entry);
  }
  return same_base_name;
}

const ManifestEntry* EntryByDigest(const std::vector<const ManifestEntry*>& entries,
                                   const Digest& digest) {
  for (const ManifestEntry* entry : entries) {
    if (entry->md5 == digest.md5 && entry->bytes.value_or(digest.bytes) == digest.bytes) {
      return entry;
    }
  }
  return nullptr;
}

const ManifestEntry* PatternEntryBySize(const std::vector<const ManifestEntry*>& entries,
                                        uint64_t bytes) {
  const ManifestEntry* only = nullptr;
  for (const ManifestEntry* entry : entries) {
    if (!entry->pattern || entry->bytes != bytes) continue;
    if (only != nullptr) return nullptr;
    only = entry;
  }
  return only;
}

std::vector<const ManifestEntry*> AllEntries(const Manifest& manifest) {
  std::vector<const ManifestEntry*> entries;
  for (const ManifestEntry& entry : manifest) entries.push_back(&entry);
  return entries;
}

}  // namespace shortwrite
