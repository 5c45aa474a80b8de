// A private, shortened copy of an iovec array.
//
// The target's own array is const and may lie in read-only memory. The copy lives on the caller's
// stack and is as small as the cut allows: only the elements up to the cut are needed.
#pragma once

#include <limits.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/uio.h>

namespace shortwrite::fault_inject {

// writev(2): more than IOV_MAX vectors is EINVAL, so a longer array is never walked.
inline constexpr size_t kVectorsMax = 1024;

// Sum of the lengths; 0 for an array that the kernel will refuse anyway (EINVAL, and EFAULT for a
// null one, which is not ours to crash on).
inline uint64_t TotalBytes(const iovec* vectors, size_t count) {
  if (vectors == nullptr || count > kVectorsMax) return 0;
  uint64_t total = 0;
  for (size_t i = 0; i < count; ++i) total += vectors[i].iov_len;
  return total <= SSIZE_MAX ? total : 0;
}

// How many leading elements hold the first bytes bytes; bytes is above 0 and below the total.
inline size_t VectorsHolding(const iovec* vectors, size_t count, uint64_t bytes) {
  size_t used = 0;
  for (uint64_t covered = 0; used < count && covered < bytes; ++used) {
    covered += vectors[used].iov_len;
  }
  return used;
}

// Copies the first used elements and shortens the last one so that they hold exactly bytes.
inline void CutVectors(const iovec* vectors, size_t used, uint64_t bytes, iovec* cut) {
  uint64_t left = bytes;
  for (size_t i = 0; i < used; ++i) {
    cut[i] = vectors[i];
    if (cut[i].iov_len > left) cut[i].iov_len = left;
    left -= cut[i].iov_len;
  }
}

}  // namespace shortwrite::fault_inject

// A macro because the copy must live in the wrapper's own frame.
#define SHORTWRITE_CUT_COPY(cut, used, vectors, count, bytes)                            \
  const size_t used = ::shortwrite::fault_inject::VectorsHolding(vectors, count, bytes); \
  auto* const cut = static_cast<iovec*>(__builtin_alloca(used * sizeof(iovec)));         \
  ::shortwrite::fault_inject::CutVectors(vectors, used, bytes, cut)
