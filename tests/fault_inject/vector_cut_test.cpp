#include "fault_inject/vector_cut.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <climits>
#include <numeric>
#include <string>
#include <vector>

namespace shortwrite::fault_inject {
namespace {

std::vector<iovec> Vectors(std::vector<std::string>& parts) {
  std::vector<iovec> vectors;
  for (std::string& part : parts) vectors.push_back({part.data(), part.size()});
  return vectors;
}

std::string Joined(const iovec* vectors, size_t count) {
  std::string bytes;
  for (size_t i = 0; i < count; ++i) {
    bytes.append(static_cast<const char*>(vectors[i].iov_base), vectors[i].iov_len);
  }
  return bytes;
}

// The cut copy holds exactly the first bytes, and the original stays as it was; so for cuts inside
// an element, between two, and around empty ones.
RC_GTEST_PROP(VectorCut, HoldsExactlyThePrefix, (std::vector<std::string> parts)) {
  std::vector<iovec> vectors = Vectors(parts);
  const std::string whole = Joined(vectors.data(), vectors.size());
  RC_PRE(whole.size() > 1);
  const auto bytes = *rc::gen::inRange<size_t>(1, whole.size());
  const std::vector<iovec> before = vectors;
  SHORTWRITE_CUT_COPY(cut, used, vectors.data(), vectors.size(), bytes);
  RC_ASSERT(used <= vectors.size());
  RC_ASSERT(Joined(cut, used) == whole.substr(0, bytes));
  RC_ASSERT(Joined(vectors.data(), vectors.size()) == whole);
  RC_ASSERT(TotalBytes(cut, used) == bytes);
}

// The sum of the lengths is what the kernel would be asked for.
TEST(TotalBytes, AddsTheLengths) {
  std::vector<std::string> parts = {"", "abc", "", "de"};
  const std::vector<iovec> vectors = Vectors(parts);
  EXPECT_EQ(TotalBytes(vectors.data(), vectors.size()), 5u);
  EXPECT_EQ(TotalBytes(nullptr, 0), 0u);
}

// writev(2): more than IOV_MAX elements, or a sum above SSIZE_MAX, is EINVAL; the kernel answers.
TEST(TotalBytes, LeavesToTheKernelWhatItRefuses) {
  char byte = 'x';
  const std::vector<iovec> many(kVectorsMax + 1, iovec{&byte, 1});
  EXPECT_EQ(TotalBytes(many.data(), many.size()), 0u);
  EXPECT_EQ(TotalBytes(many.data(), kVectorsMax), kVectorsMax);
  const std::vector<iovec> huge(2, iovec{&byte, SSIZE_MAX});
  EXPECT_EQ(TotalBytes(huge.data(), huge.size()), 0u);
}

}  // namespace
}  // namespace shortwrite::fault_inject
