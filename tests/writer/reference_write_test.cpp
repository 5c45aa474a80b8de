#include "harness/writer/reference_write.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>
#include <string>

namespace shortwrite {
namespace {

class ReferenceWrite : public testing::Test {
 protected:
  ReferenceWrite() : directory_(testing::TempDir() + "reference_write_XXXXXX") {
    EXPECT_NE(::mkdtemp(directory_.data()), nullptr);
    out_ = directory_ + "/out";
  }
  ~ReferenceWrite() override {
    ::unlink(out_.c_str());
    ::rmdir(directory_.c_str());
  }

  std::string Content() const { return ReadWhole(Payload::File(out_).value()).value(); }

  std::string directory_;
  std::string out_;
};

// The file holds the payload, whatever the number of requests that takes.
TEST_F(ReferenceWrite, FileHoldsThePayload) {
  for (const uint64_t bytes : {uint64_t{0}, uint64_t{1}, uint64_t{270'001}, uint64_t{3} << 20}) {
    const Payload payload = Payload::PositionCoded(bytes);
    ASSERT_TRUE(WriteReference(payload, out_).ok());
    EXPECT_EQ(Content(), ReadWhole(payload).value()) << bytes;
  }
}

// A longer file from before leaves no tail.
TEST_F(ReferenceWrite, OldContentIsTruncated) {
  std::ofstream(out_) << std::string(100, 'x');
  ASSERT_TRUE(WriteReference(Payload::Pattern("ABCD", 4), out_).ok());
  EXPECT_EQ(Content(), "ABCD");
}

// Errors name the call, the file and the reason.
TEST_F(ReferenceWrite, ErrorsSayWhatHappened) {
  const Payload payload = Payload::PositionCoded(10'000);
  EXPECT_EQ(WriteReference(payload, directory_ + "/no/out").error().message,
            "open '" + directory_ + "/no/out': No such file or directory");
  EXPECT_EQ(WriteReference(payload, "/dev/full").error().message,
            "write '/dev/full' (after 0 of 10000 bytes, which stay in the file): No space left on "
            "device");
}

}  // namespace
}  // namespace shortwrite
