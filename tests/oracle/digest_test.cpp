#include "harness/oracle/digest.h"

#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <rapidcheck/gtest.h>
#include <unistd.h>

#include <fstream>
#include <string>

namespace shortwrite {
namespace {

class DigestOfFile : public testing::Test {
 protected:
  DigestOfFile() : path_(testing::TempDir() + "digest_test_XXXXXX") {
    const int fd = ::mkstemp(path_.data());
    EXPECT_GE(fd, 0);
    ::close(fd);
  }
  ~DigestOfFile() override { ::unlink(path_.c_str()); }

  std::string path_;
};

// The digests of RFC 1321's test suite.
TEST(Digest, KnownDigests) {
  EXPECT_EQ(DigestBytes("").value().md5, "d41d8cd98f00b204e9800998ecf8427e");
  EXPECT_EQ(DigestBytes("abc").value().md5, "900150983cd24fb0d6963f7d28e17f72");
  EXPECT_EQ(DigestBytes("ABCD").value().md5, "cb08ca4a7bb5f9683c19133a84872ca7");
  EXPECT_EQ(DigestBytes("ABCD").value().bytes, 4u);
}

// Fed in pieces or at once, the digest is the same.
RC_GTEST_PROP(Digest, PiecesAndWholeAgree, (const std::string& a, const std::string& b)) {
  Result<Md5> md5 = Md5::Create();
  RC_ASSERT(md5.ok());
  md5.value().Update(a);
  md5.value().Update(b);
  RC_ASSERT(md5.value().HexDigest() == DigestBytes(a + b).value().md5);
}

// A payload has the digest of its bytes, also over the length of our blocks.
TEST(Digest, PayloadHasTheDigestOfItsBytes) {
  for (const uint64_t bytes : {uint64_t{0}, uint64_t{4097}, uint64_t{3'000'001}}) {
    const Payload payload = Payload::PositionCoded(bytes);
    const Digest digest = DigestPayload(payload).value();
    EXPECT_EQ(digest.md5, DigestBytes(ReadWhole(payload).value()).value().md5);
    EXPECT_EQ(digest.bytes, bytes);
  }
}

// A file has the digest of its content; without a file there is a reason.
TEST_F(DigestOfFile, FileHasTheDigestOfItsContent) {
  const std::string content = ReadWhole(Payload::PositionCoded(2'500'003)).value();
  std::ofstream(path_, std::ios::binary) << content;
  const Digest digest = DigestFile(path_).value();
  EXPECT_EQ(digest.md5, DigestBytes(content).value().md5);
  EXPECT_EQ(digest.bytes, content.size());
  ::unlink(path_.c_str());
  EXPECT_EQ(DigestFile(path_).error().message, "open '" + path_ + "': No such file or directory");
}

// In a process whose default properties demand FIPS algorithms, MD5 is there all the same. The
// fetch is made once in a process, so this runs in a fresh one.
TEST(DigestDeathTest, FipsPropertiesDoNotTakeMd5Away) {
  testing::FLAGS_gtest_death_test_style = "threadsafe";
  EXPECT_EXIT(
      {
        const bool set = EVP_set_default_properties(nullptr, "fips=yes") == 1;
        const bool taken_away = EVP_MD_fetch(nullptr, "MD5", nullptr) == nullptr;
        const Result<Digest> digest = DigestBytes("ABCD");
        const bool right = digest.ok() && digest.value().md5 == "cb08ca4a7bb5f9683c19133a84872ca7";
        _exit(set && taken_away && right && IsMd5Available() ? 0 : 1);
      },
      testing::ExitedWithCode(0), "");
}

}  // namespace
}  // namespace shortwrite
