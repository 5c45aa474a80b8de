#include "harness/base/file_bytes.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <string>

namespace shortwrite {
namespace {

class FileBytesTest : public testing::Test {
 protected:
  void SetUp() override { ASSERT_NE(mkdtemp(directory_.data()), nullptr); }
  void TearDown() override { std::filesystem::remove_all(directory_); }
  std::string Path(const std::string& name) const { return directory_ + "/" + name; }

 private:
  std::string directory_ = testing::TempDir() + "file_bytes_XXXXXX";
};

// What was written is what is read, on both sides of the size from which files are mapped.
TEST_F(FileBytesTest, ReadsWhatWasWritten) {
  const std::string path = Path("file");
  for (const uint64_t bytes : {uint64_t{0}, uint64_t{1}, uint64_t{4096}, FileBytes::kCopiedBytesMax,
                               FileBytes::kCopiedBytesMax + 1}) {
    std::string content(bytes, 'x');
    for (size_t i = 0; i < content.size(); i += 7) content[i] = static_cast<char>(i);
    ASSERT_TRUE(WriteFile(path, content).ok());
    const Result<FileBytes> read = FileBytes::Read(path);
    ASSERT_TRUE(read.ok());
    EXPECT_EQ(read.value().view(), content);
    EXPECT_EQ(read.value().size(), bytes);
  }
}

// A small file may change in place afterwards, and any may be unlinked: the bytes stay.
TEST_F(FileBytesTest, KeepsBytesOfChangedAndUnlinkedFiles) {
  ASSERT_TRUE(WriteFile(Path("small"), "before").ok());
  const FileBytes small = FileBytes::Read(Path("small")).value();
  ASSERT_TRUE(WriteFile(Path("small"), "AFTER!").ok());
  EXPECT_EQ(small.view(), "before");

  const std::string content(FileBytes::kCopiedBytesMax + 5, 'y');
  ASSERT_TRUE(WriteFile(Path("large"), content).ok());
  const FileBytes large = FileBytes::Read(Path("large")).value();
  const FileBytes copy = large;
  unlink(Path("large").c_str());
  EXPECT_EQ(copy.view(), content);
}

// The position of a descriptor that is read stays where it was.
TEST_F(FileBytesTest, LeavesThePositionAlone) {
  ASSERT_TRUE(WriteFile(Path("file"), "0123456789").ok());
  const int fd = open(Path("file").c_str(), O_RDONLY | O_CLOEXEC);
  ASSERT_EQ(lseek(fd, 3, SEEK_SET), 3);
  EXPECT_EQ(FileBytes::Read(fd, "file").value().view(), "0123456789");
  EXPECT_EQ(lseek(fd, 0, SEEK_CUR), 3);
  close(fd);
}

// What cannot be read or created is an error that names the file.
TEST_F(FileBytesTest, ErrorsNameTheFile) {
  const Result<FileBytes> read = FileBytes::Read(Path("absent"));
  ASSERT_FALSE(read.ok());
  EXPECT_NE(read.error().message.find(Path("absent")), std::string::npos);
  const Status written = WriteFile(Path("no/such/directory"), "x");
  ASSERT_FALSE(written.ok());
  EXPECT_NE(written.error().message.find("no/such/directory"), std::string::npos);
}

}  // namespace
}  // namespace shortwrite
