// The built program before a terminal: on a pseudo-terminal of any width, with any environment.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

#include "harness/base/unique_fd.h"
#include "tests/cli/harness_process.h"

namespace shortwrite {

class TerminalProcess {
 public:
  // environment: "NAME=value" of what it gets besides ours; what decides on colour is taken away
  // first. All three standard streams are the terminal.
  TerminalProcess(const TemporaryDirectory& directory, const std::vector<std::string>& command,
                  unsigned short columns, const std::vector<std::string>& environment = {});
  TerminalProcess(const TerminalProcess&) = delete;
  TerminalProcess& operator=(const TerminalProcess&) = delete;
  ~TerminalProcess();

  pid_t pid() const { return pid_; }
  void Resize(unsigned short columns) const;
  // Reads until the text was printed; fails the test if it never is.
  void ReadUntil(const std::string& text);
  // To its end: exit status (128 + signal), and everything that it printed, as it was sent.
  ProcessEnd Wait();

 private:
  bool ReadMore();

  UniqueFd terminal_;
  pid_t pid_ = -1;
  std::string output_;
};

// What a terminal shows after that: each line, without colours.
std::vector<std::string> ScreenOf(const std::string& output);

// The texts that were drawn over a line: what follows each carriage return and erasure.
std::vector<std::string> DrawnLines(const std::string& output);

}  // namespace shortwrite
