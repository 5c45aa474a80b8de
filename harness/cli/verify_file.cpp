#include "harness/cli/verify_file.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <utility>
#include <vector>

#include "harness/cli/verify_lookup.h"
#include "harness/oracle/provenance.h"
#include "harness/oracle/stream_check.h"

namespace shortwrite {
namespace {

// Both sides and an index of the reference fit into 64 MiB; larger files are explained as they
// stream by.
constexpr uint64_t kTracedBytesMax = 8 << 20;

FileVerdict Wrong(std::string reason, Digest found = {}) {
  return {false, std::move(reason), "", std::move(found)};
}

// The full provenance where both sides are small enough, else what streaming found.
std::string Explain(const std::string& path, const Payload& payload,
                    const StreamDifference& difference) {
  if (std::max(difference.output_bytes, payload.size()) > kTracedBytesMax) {
    return difference.sentence;
  }
  const Result<Payload> file = Payload::File(path);
  if (!file.ok()) return difference.sentence;
  const Result<std::string> output = ReadWhole(file.value());
  const Result<std::string> reference = ReadWhole(payload);
  if (!output.ok() || !reference.ok()) return difference.sentence;
  const Provenance provenance = TraceProvenance(output.value(), reference.value(), "");
  // Unless somebody changes the file under us.
  if (provenance.shape == Shape::kEqual) return difference.sentence;
  return provenance.sentence;
}

std::string DigestDiffers(const Digest& found, const Expectation& expectation) {
  return fmt::format(
      "MD5 is {}, not {} ({} bytes{}); a digest cannot show where it differs, compare with the "
      "right "
      "content by --against FILE",
      found.md5, *expectation.md5, found.bytes, expectation.bytes ? " as expected" : "");
}

std::string SizeDiffers(uint64_t bytes, uint64_t expected_bytes) {
  const std::string meaning = SizeMeaning(bytes);
  return fmt::format("{} bytes instead of {}{}", bytes, expected_bytes,
                     meaning.empty() ? "" : fmt::format(" ({})", meaning));
}

// Errors of one file are its verdict; a machine without MD5 can verify nothing.
Result<FileVerdict> VerdictOf(const Error& error) {
  if (error.kind == ErrorKind::kUnavailable) return error;
  return Wrong(error.message);
}

FileVerdict Judge(const std::string& path, const Expectation& expectation,
                  const StreamCheck& check) {
  const Digest found = {check.md5, check.bytes};
  const bool digest_right = !expectation.md5 || check.md5.empty() || check.md5 == *expectation.md5;
  if (!expectation.payload) {
    if (digest_right) return {true, "", "", found};
    return Wrong(DigestDiffers(found, expectation), found);
  }
  if (check.difference->shape != StreamShape::kEqual) {
    std::string reason = Explain(path, *expectation.payload, *check.difference);
    if (expectation.md5 && check.md5 == *expectation.md5) {
      reason +=
          "; yet it has the manifest's MD5: the entry's pattern or size does not belong to it";
    }
    return Wrong(std::move(reason), found);
  }
  if (digest_right) return {true, "", "", found};
  return Wrong(fmt::format("it is the entry's pattern, but its MD5 is {}, not {}: the manifest "
                           "contradicts itself",
                           found.md5, *expectation.md5),
               found);
}

// No entry has this content. If one alone has this size and a pattern, it is probably the one that
// was meant, and the difference from it worth another pass.
Result<FileVerdict> MatchesNone(const std::string& path,
                                const std::vector<const ManifestEntry*>& entries,
                                const Digest& found) {
  std::string reason = fmt::format(
      "no entry of the manifest matches (MD5 {}, {} bytes); name the file as the manifest does, or "
      "give --md5 or --against",
      found.md5, found.bytes);
  const ManifestEntry* const nearest = PatternEntryBySize(entries, found.bytes);
  if (nearest == nullptr) return Wrong(std::move(reason), found);
  const Result<FileVerdict> verdict = VerifyFile(path, {{}, {}, ExpectationOf(*nearest).payload});
  if (!verdict.ok()) return verdict.error();
  reason += fmt::format("; {}, which has the same size, differs: {}", nearest->name,
                        verdict.value().reason);
  return Wrong(std::move(reason), found);
}

}  // namespace

Expectation ExpectationOf(const ManifestEntry& entry) {
  Expectation expectation = {entry.md5, entry.bytes, std::nullopt};
  if (entry.pattern) expectation.payload = Payload::Pattern(*entry.pattern, *entry.bytes);
  return expectation;
}

Result<FileVerdict> VerifyFile(const std::string& path, const Expectation& expectation) {
  struct stat status = {};
  if (::stat(path.c_str(), &status) != 0) {
    return Wrong(ErrnoError("cannot be read", errno).message);
  }
  const auto bytes = static_cast<uint64_t>(status.st_size);
  const bool size_wrong =
      S_ISREG(status.st_mode) && expectation.bytes && *expectation.bytes != bytes;
  if (size_wrong && !expectation.payload) {  // no need to hash gigabytes
    return Wrong(SizeDiffers(bytes, *expectation.bytes), {"", bytes});
  }
  const Result<StreamCheck> check =
      CheckStream(path, expectation.payload ? &*expectation.payload : nullptr,
                  expectation.md5.has_value() && !size_wrong);
  if (!check.ok()) return VerdictOf(check.error());
  return Judge(path, expectation, check.value());
}

Result<FileVerdict> VerifyListedFile(const std::string& path, const Manifest& manifest) {
  std::vector<const ManifestEntry*> entries = EntriesByName(manifest, path);
  if (entries.size() == 1) {
    Result<FileVerdict> verdict = VerifyFile(path, ExpectationOf(*entries[0]));
    if (verdict.ok() && entries[0]->name != path) verdict.value().matched = entries[0]->name;
    return verdict;
  }
  if (entries.empty()) entries = AllEntries(manifest);
  const Result<StreamCheck> check = CheckStream(path, nullptr, true);
  if (!check.ok()) return VerdictOf(check.error());
  const Digest found = {check.value().md5, check.value().bytes};
  const ManifestEntry* const entry = EntryByDigest(entries, found);
  if (entry != nullptr) return FileVerdict{true, "", entry->name, found};
  return MatchesNone(path, entries, found);
}

}  // namespace shortwrite
