// The built program as a user meets it: started as a process, in a directory of its own.
#pragma once

#include <sys/types.h>

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace shortwrite {

// Removed with everything in it. path() has no character that a shell would change.
class TemporaryDirectory {
 public:
  TemporaryDirectory();
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;
  ~TemporaryDirectory();

  const std::string& path() const { return path_; }
  std::string File(const std::string& name) const { return path_ + '/' + name; }

 private:
  std::string path_;
};

std::string ReadText(const std::string& path);  // empty if it cannot be read

// How a process ended and what it said.
struct ProcessEnd {
  int exit = -1;  // exit status; 128 + signal if one killed it
  std::string out;
  std::string err;

  // The lines of stdout; a test failure, and null, for a line that is no JSON.
  std::vector<nlohmann::json> Lines() const;
  // The last of them.
  nlohmann::json Last() const;
};

// A started process. Killed, and waited for, if it is still there when this goes.
class Process {
 public:
  // directory: where it runs; its stdout and stderr go to files there. standard_input: a path.
  Process(const TemporaryDirectory& directory, const std::vector<std::string>& command,
          const std::string& standard_input = "/dev/null");
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;
  ~Process();

  pid_t pid() const { return pid_; }
  // Blocks until it has ended.
  ProcessEnd Wait();

 private:
  pid_t pid_ = -1;
  std::string out_;
  std::string err_;
  bool reaped_ = false;
};

ProcessEnd RunProcess(const TemporaryDirectory& directory, const std::vector<std::string>& command);
// shortwrite with these arguments.
ProcessEnd RunShortwrite(const TemporaryDirectory& directory, std::vector<std::string> arguments);
// The same, not waited for: element 0 of a Process's command.
std::vector<std::string> ShortwriteCommand(std::vector<std::string> arguments);

// Processes, none of them a zombie, that have the text in their command line.
std::vector<pid_t> ProcessesNaming(const std::string& text);

// Children of a process, from /proc.
std::vector<pid_t> ChildrenOf(pid_t parent);

}  // namespace shortwrite
