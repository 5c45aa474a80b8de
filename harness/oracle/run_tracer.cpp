#include "harness/oracle/run_tracer.h"

#include <algorithm>
#include <cassert>
#include <cstring>

namespace shortwrite {
namespace {

constexpr uint64_t kWindowBytes = WindowIndex::kWindowBytes;
// How many windows of the output are looked up to choose between occurrences, and how far each is
// followed: constants, so that tracing stays linear.
constexpr uint64_t kLookAheadWindows = 32;
constexpr uint64_t kFollowBytesMax = 4096;

}  // namespace

uint64_t CommonBytes(std::string_view a, std::string_view b) {
  constexpr size_t kBlockBytes = 4096;  // memcmp decides on whole blocks, far faster than a loop
  const size_t most = std::min(a.size(), b.size());
  size_t done = 0;
  while (most - done >= kBlockBytes && std::memcmp(&a[done], &b[done], kBlockBytes) == 0) {
    done += kBlockBytes;
  }
  while (done < most && a[done] == b[done]) ++done;
  return done;
}

RunTracer::RunTracer(std::string_view output, std::string_view reference, std::string_view existing)
    : output_(output), reference_(reference), existing_(existing), index_(reference) {}

std::vector<Run> RunTracer::Trace(uint64_t equal_bytes) {
  if (equal_bytes > 0) Append({0, equal_bytes, Origin::kReference, 0});
  for (uint64_t at = equal_bytes; at < output_.size();) {
    const Run run = NextRun(at);
    assert(run.bytes > 0);
    Append(run);
    at += run.bytes;
  }
  return std::move(runs_);
}

// Whether the next window of the output (less at its end) stands in `source` at `from`.
bool RunTracer::Matches(std::string_view source, uint64_t from, uint64_t at) const {
  const uint64_t bytes = std::min<uint64_t>(kWindowBytes, output_.size() - at);
  return from <= source.size() && bytes <= source.size() - from &&
         std::memcmp(source.data() + from, output_.data() + at, bytes) == 0;
}

uint64_t RunTracer::ZerosAt(uint64_t at) const {
  const size_t end = output_.find_first_not_of('\0', at);
  return (end == std::string_view::npos ? output_.size() : end) - at;
}

// Where the reference would go on if the gap before `at` was overwritten in place.
std::optional<uint64_t> RunTracer::ExpectedFrom(uint64_t at) const {
  if (last_reference_run_) {
    const uint64_t from = last_reference_run_->from + (at - last_reference_run_->at);
    if (Matches(reference_, from, at)) return from;
  }
  if (Matches(reference_, at, at)) return at;
  return std::nullopt;
}

std::optional<uint64_t> RunTracer::EndAnchoredFrom(uint64_t at) const {
  const uint64_t left_bytes = output_.size() - at;
  if (left_bytes > reference_.size()) return std::nullopt;
  const uint64_t from = reference_.size() - left_bytes;
  if (!Matches(reference_, from, at)) return std::nullopt;
  return from;
}

// The longest match among the earliest occurrences of the next few windows: the earliest occurrence
// of the first window alone is often a coincidence in ordinary text (a run of spaces).
std::optional<uint64_t> RunTracer::IndexedFrom(uint64_t at) const {
  if (output_.size() - at < kWindowBytes) return std::nullopt;
  const std::optional<uint64_t> first = index_.Find(output_.data() + at);
  if (!first) return std::nullopt;
  uint64_t best = *first;
  uint64_t best_bytes = 0;
  std::optional<uint64_t> last_tried;
  for (uint64_t ahead = 0; ahead < kLookAheadWindows; ++ahead) {
    if (output_.size() - at < kWindowBytes + ahead) break;
    const std::optional<uint64_t> found = index_.Find(output_.data() + at + ahead);
    if (!found || *found < ahead || last_tried == *found - ahead) continue;
    last_tried = *found - ahead;
    const uint64_t bytes =
        CommonBytes(output_.substr(at, kFollowBytesMax), reference_.substr(*last_tried));
    if (bytes <= best_bytes) continue;
    best = *last_tried;
    best_bytes = bytes;
  }
  return best;
}

// Old content ends where the reference's own bytes are in place again.
uint64_t RunTracer::ExistingBytes(uint64_t at) const {
  const uint64_t most = std::min(output_.size(), existing_.size());
  uint64_t end = at;
  while (end < most && output_[end] == existing_[end] &&
         (end == at || !Matches(reference_, end, end))) {
    ++end;
  }
  return end - at;
}

Run RunTracer::ReferenceRun(uint64_t at, uint64_t from) const {
  const uint64_t bytes = CommonBytes(output_.substr(at), reference_.substr(from));
  return {at, bytes, Origin::kReference, from};
}

Run RunTracer::NextRun(uint64_t at) const {
  if (const auto from = ExpectedFrom(at)) return ReferenceRun(at, *from);
  if (Matches(existing_, at, at)) return {at, ExistingBytes(at), Origin::kExisting, at};
  if (const auto from = EndAnchoredFrom(at)) return ReferenceRun(at, *from);
  const uint64_t zeros = ZerosAt(at);
  const uint64_t end = at + zeros;
  if (zeros >= kWindowBytes) return {at, zeros, Origin::kZero, 0};
  if (const auto from = IndexedFrom(at)) return ReferenceRun(at, *from);
  // A few NULs are a hole only between bytes that are in order; elsewhere they are just bytes.
  const bool after_foreign = !runs_.empty() && runs_.back().origin == Origin::kForeign;
  if (zeros > 0 && !after_foreign && (end == output_.size() || ExpectedFrom(end))) {
    return {at, zeros, Origin::kZero, 0};
  }
  return {at, 1, Origin::kForeign, 0};
}

void RunTracer::Append(Run run) {
  if (run.origin == Origin::kReference) {
    // With a sparse index a run is found late; its first bytes were taken for foreign ones.
    while (!runs_.empty() && runs_.back().origin == Origin::kForeign && run.from > 0 &&
           output_[run.at - 1] == reference_[run.from - 1]) {
      run = {run.at - 1, run.bytes + 1, Origin::kReference, run.from - 1};
      if (--runs_.back().bytes == 0) runs_.pop_back();
    }
    last_reference_run_ = run;
  }
  if (run.origin == Origin::kForeign && !runs_.empty() && runs_.back().origin == Origin::kForeign) {
    runs_.back().bytes += run.bytes;
    return;
  }
  runs_.push_back(run);
}

}  // namespace shortwrite
