// Child processes for tests: started with a known environment, ended and reaped at the latest with
// their owner.
#pragma once

#include <sys/types.h>

#include <functional>
#include <string>
#include <vector>

namespace shortwrite {

class Child {
 public:
  // Runs body in a forked process, which exits with its result.
  explicit Child(const std::function<int()>& body);
  // Runs a program with exactly this environment.
  Child(const std::vector<std::string>& command, const std::vector<std::string>& environment);
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  ~Child();  // kills and reaps

  pid_t pid() const { return pid_; }
  // Blocks until the child has ended; returns its wait status.
  int Wait();
  // Somebody else has reaped it.
  void Forget() { reaped_ = true; }
  // Blocks until every thread of the child sleeps in the kernel.
  void AwaitSleep() const;

 private:
  pid_t pid_ = -1;
  bool reaped_ = false;
};

// A temporary directory of the test's own, removed with everything in it at the end.
class TemporaryDirectory {
 public:
  TemporaryDirectory();
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;
  ~TemporaryDirectory();
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

}  // namespace shortwrite
