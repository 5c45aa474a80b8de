#include "harness/trial/workspace.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>

#include "harness/base/file_bytes.h"
#include "tests/trial/children.h"

namespace shortwrite {
namespace {

namespace fs = std::filesystem;

// It exists while it lives, and nothing of it is left afterwards, locked directories included.
TEST(Workspace, IsRemovedWithEverythingInIt) {
  std::string base;
  {
    Workspace workspace = Workspace::Create(1 << 20).value();
    base = workspace.base();
    ASSERT_TRUE(workspace.EmptyDir().ok());
    fs::create_directories(workspace.dir() + "/a/b");
    ASSERT_TRUE(WriteFile(workspace.dir() + "/a/b/file", "x").ok());
    chmod((workspace.dir() + "/a").c_str(), 0);
    EXPECT_TRUE(fs::exists(base));
  }
  EXPECT_FALSE(fs::exists(base));
}

// {dir} is there and empty before a trial, whatever the last one did to it.
TEST(Workspace, DirIsEmptyWhateverHappenedToIt) {
  Workspace workspace = Workspace::Create(1 << 20).value();
  const auto expect_empty = [&](const char* after) {
    const Result<FileIdentity> identity = workspace.EmptyDir();
    ASSERT_TRUE(identity.ok()) << after;
    EXPECT_TRUE(fs::is_directory(workspace.dir())) << after;
    EXPECT_TRUE(fs::is_empty(workspace.dir())) << after;
    struct stat state = {};
    ASSERT_EQ(stat(workspace.dir().c_str(), &state), 0);
    EXPECT_EQ(identity.value(), (FileIdentity{state.st_dev, state.st_ino})) << after;
  };
  expect_empty("creation");
  fs::create_directories(workspace.dir() + "/deep/er");
  expect_empty("leftovers");
  fs::remove(workspace.dir());
  expect_empty("removal");
  ASSERT_TRUE(WriteFile(workspace.base() + "/file", "").ok());
  fs::remove(workspace.dir());
  fs::rename(workspace.base() + "/file", workspace.dir());
  expect_empty("a file in its place");
  fs::create_directory(workspace.dir() + "/locked");
  chmod(workspace.dir().c_str(), 0);
  expect_empty("locking");
}

// What is kept has a place of its own, which outlives the workspace.
TEST(Workspace, KeepsDirOnRequest) {
  std::string kept;
  {
    Workspace workspace = Workspace::Create(1 << 20).value();
    ASSERT_TRUE(workspace.EmptyDir().ok());
    ASSERT_TRUE(WriteFile(workspace.dir() + "/out", "bytes").ok());
    Result<std::string> moved = workspace.KeepDir();
    ASSERT_TRUE(moved.ok());
    kept = moved.value();
  }
  CleanStaleWorkspaces();
  EXPECT_EQ(FileBytes::Read(kept + "/out").value().view(), "bytes");
  fs::remove_all(kept);
}

struct Abandoned {
  char base[256];
  pid_t target;
};

// A campaign that was killed: its workspace, and a target of it that still runs.
int OwnUntilKilled(int report) {
  const Workspace workspace = Workspace::Create(1 << 20).value();
  Abandoned abandoned = {};
  snprintf(abandoned.base, sizeof(abandoned.base), "%s", workspace.base().c_str());
  const std::string entry = "SHORTWRITE_REGION=" + workspace.region();
  const Child target({"/bin/sleep", "86400"}, {entry});
  target.AwaitSleep();
  abandoned.target = target.pid();
  if (write(report, &abandoned, sizeof(abandoned)) != sizeof(abandoned)) return 1;
  for (;;) pause();
}

class StaleWorkspace : public testing::Test {
 protected:
  void SetUp() override {
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    int ends[2];
    ASSERT_EQ(pipe2(ends, O_CLOEXEC), 0);
    owner_.emplace([&] { return OwnUntilKilled(ends[1]); });
    ASSERT_EQ(read(ends[0], &abandoned_, sizeof(abandoned_)),
              static_cast<ssize_t>(sizeof(abandoned_)));
    close(ends[0]);
    close(ends[1]);
  }

  std::optional<Child> owner_;
  Abandoned abandoned_ = {};
};

// The next start removes what a campaign killed by SIGKILL left: its directory and its processes.
TEST_F(StaleWorkspace, IsRemovedAtTheNextStart) {
  kill(owner_->pid(), SIGKILL);
  owner_->Wait();
  ASSERT_TRUE(fs::exists(abandoned_.base));
  ASSERT_EQ(kill(abandoned_.target, 0), 0);

  const Workspace next = Workspace::Create(1 << 20).value();
  EXPECT_FALSE(fs::exists(abandoned_.base));
  int status = 0;
  ASSERT_EQ(waitpid(abandoned_.target, &status, 0), abandoned_.target);
  EXPECT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
}

// A campaign that lives is left alone by those that start beside it.
TEST_F(StaleWorkspace, IsNotOneWhoseOwnerLives) {
  const Workspace beside = Workspace::Create(1 << 20).value();
  CleanStaleWorkspaces();
  EXPECT_TRUE(fs::exists(abandoned_.base));
  EXPECT_EQ(kill(abandoned_.target, 0), 0);
  kill(abandoned_.target, SIGKILL);
  kill(owner_->pid(), SIGKILL);
  owner_->Wait();
  CleanStaleWorkspaces();
  EXPECT_FALSE(fs::exists(abandoned_.base));
  waitpid(abandoned_.target, nullptr, 0);
}

// Room that nobody has is refused with the remedy.
TEST(Workspace, RefusesWhatFitsNowhere) {
  const Result<Workspace> workspace = Workspace::Create(UINT64_MAX / 2);
  ASSERT_FALSE(workspace.ok());
  EXPECT_EQ(workspace.error().kind, ErrorKind::kHarness);
  EXPECT_NE(workspace.error().message.find("set TMPDIR"), std::string::npos);
}

}  // namespace
}  // namespace shortwrite
