#include "harness/trial/collect_outputs.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <map>

#include "tests/trial/children.h"

namespace shortwrite {
namespace {

class CollectOutputsTest : public testing::Test {
 protected:
  std::string Path(const std::string& name) const { return directory_.path() + "/" + name; }
  void Put(const std::string& name, const std::string& bytes) {
    ASSERT_TRUE(WriteFile(Path(name), bytes).ok());
  }
  // Name and content of everything, in the order in which it was found.
  std::vector<std::pair<std::string, std::string>> Collect() {
    std::vector<OutputFile> outputs;
    const Status collected = CollectOutputs(
        directory_.path(), [this](const FileIdentity&, const auto& name) { seen_.push_back(name); },
        outputs);
    EXPECT_TRUE(collected.ok());
    std::vector<std::pair<std::string, std::string>> found;
    for (const OutputFile& output : outputs) {
      found.emplace_back(output.name, std::string(output.bytes.view()));
    }
    return found;
  }

  TemporaryDirectory directory_;
  std::vector<std::string> seen_;
};

using Found = std::vector<std::pair<std::string, std::string>>;

// Every kind of entry is reported, by name, and the directory is empty afterwards.
TEST_F(CollectOutputsTest, ReportsEveryKindOfEntry) {
  Put("b", "two");
  Put("a", "");
  std::filesystem::create_directories(Path("dir/inner"));
  Put("dir/inner/c", "three");
  std::filesystem::create_directory(Path("empty"));
  std::filesystem::create_symlink("../elsewhere", Path("link"));
  ASSERT_EQ(mkfifo(Path("fifo").c_str(), 0600), 0);
  EXPECT_EQ(Collect(), (Found{{"a", ""},
                              {"b", "two"},
                              {"dir/inner/c", "three"},
                              {"empty/", ""},
                              {"fifo", "(a FIFO)"},
                              {"link", "-> ../elsewhere"}}));
  EXPECT_EQ(seen_, (std::vector<std::string>{"a", "b", "dir/inner/c"}));
  EXPECT_TRUE(std::filesystem::is_empty(directory_.path()));
}

// Permissions that a target took away hide nothing. (root ignores them; then this shows less.)
TEST_F(CollectOutputsTest, ReadsWhatTheTargetLocked) {
  Put("secret", "bytes");
  std::filesystem::create_directory(Path("locked"));
  Put("locked/file", "more");
  chmod(Path("secret").c_str(), 0);
  chmod(Path("locked").c_str(), 0);
  EXPECT_EQ(Collect(), (Found{{"locked/file", "more"}, {"secret", "bytes"}}));
}

// A link to a directory is not followed out of the trial.
TEST_F(CollectOutputsTest, FollowsNoLinks) {
  const TemporaryDirectory outside;
  ASSERT_TRUE(WriteFile(outside.path() + "/precious", "stay").ok());
  std::filesystem::create_directory_symlink(outside.path(), Path("link"));
  EXPECT_EQ(Collect(), (Found{{"link", "-> " + outside.path()}}));
  EXPECT_TRUE(std::filesystem::exists(outside.path() + "/precious"));
}

// A target may have removed its directory: then it left nothing.
TEST_F(CollectOutputsTest, AMissingDirectoryIsNoOutput) {
  std::filesystem::remove(directory_.path());
  EXPECT_EQ(Collect(), Found{});
}

// What is allocated counts, in subdirectories too; holes do not.
TEST_F(CollectOutputsTest, CountsAllocatedBytes) {
  EXPECT_EQ(DirectoryBytes(directory_.path()), 0u);
  std::filesystem::create_directory(Path("dir"));
  Put("dir/file", std::string(100000, 'x'));
  Put("hole", "");
  ASSERT_EQ(truncate(Path("hole").c_str(), 1 << 30), 0);
  sync();  // some file systems allocate late
  const uint64_t bytes = DirectoryBytes(directory_.path());
  EXPECT_GE(bytes, 100000u);
  EXPECT_LT(bytes, 1u << 20);
}

}  // namespace
}  // namespace shortwrite
