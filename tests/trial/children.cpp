#include "tests/trial/children.h"

#include <gtest/gtest.h>
#include <sched.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>

#include "harness/trial/process_tree.h"

namespace shortwrite {
namespace {

std::vector<char*> Pointers(const std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  for (const std::string& text : texts) pointers.push_back(const_cast<char*>(text.c_str()));
  pointers.push_back(nullptr);
  return pointers;
}

}  // namespace

Child::Child(const std::function<int()>& body) : pid_(fork()) {
  if (pid_ == 0) _exit(body());
}

Child::Child(const std::vector<std::string>& command, const std::vector<std::string>& environment) {
  const std::vector<char*> arguments = Pointers(command);
  const std::vector<char*> entries = Pointers(environment);
  pid_ = fork();
  if (pid_ == 0) {
    execve(arguments[0], arguments.data(), entries.data());
    _exit(127);
  }
}

Child::~Child() {
  if (pid_ <= 0 || reaped_) return;
  kill(pid_, SIGKILL);
  Wait();
}

int Child::Wait() {
  int status = 0;
  EXPECT_EQ(waitpid(pid_, &status, 0), pid_);
  reaped_ = true;
  return status;
}

void Child::AwaitSleep() const {
  while (true) {
    for (const ProcessState& process : Descendants(getpid())) {
      if (process.pid == pid_ && process.state == 'S') return;
    }
    sched_yield();
  }
}

TemporaryDirectory::TemporaryDirectory() : path_(testing::TempDir() + "shortwrite_test_XXXXXX") {
  EXPECT_NE(mkdtemp(path_.data()), nullptr);
}

TemporaryDirectory::~TemporaryDirectory() {
  std::filesystem::remove_all(path_);
}

}  // namespace shortwrite
