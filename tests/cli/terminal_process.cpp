#include "tests/cli/terminal_process.h"

#include <gtest/gtest.h>
#include <pty.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdlib>

namespace shortwrite {
namespace {

constexpr std::string_view kErase = "\r\033[K";
constexpr unsigned short kRows = 50;

// In a child of a process with one thread: free to allocate.
[[noreturn]] void Become(const std::string& directory, const std::vector<std::string>& command,
                         const std::vector<std::string>& environment) {
  for (const char* const name : {"NO_COLOR", "FORCE_COLOR", "CLICOLOR_FORCE"}) unsetenv(name);
  setenv("TERM", "xterm", 1);
  for (const std::string& entry : environment) {
    const size_t equals = entry.find('=');
    setenv(entry.substr(0, equals).c_str(), entry.substr(equals + 1).c_str(), 1);
  }
  for (const int stop : {SIGINT, SIGTERM, SIGHUP}) signal(stop, SIG_DFL);
  std::vector<char*> arguments;
  for (const std::string& word : command) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  if (chdir(directory.c_str()) != 0) _exit(127);
  execvp(arguments[0], arguments.data());
  _exit(127);
}

}  // namespace

TerminalProcess::TerminalProcess(const TemporaryDirectory& directory,
                                 const std::vector<std::string>& command, unsigned short columns,
                                 const std::vector<std::string>& environment) {
  const winsize size = {kRows, columns, 0, 0};
  int terminal = -1;
  pid_ = forkpty(&terminal, nullptr, nullptr, &size);
  if (pid_ == 0) Become(directory.path(), command, environment);
  EXPECT_GT(pid_, 0);
  terminal_.reset(terminal);
}

TerminalProcess::~TerminalProcess() {
  if (pid_ <= 0) return;
  kill(pid_, SIGKILL);
  waitpid(pid_, nullptr, 0);
}

void TerminalProcess::Resize(unsigned short columns) const {
  const winsize size = {kRows, columns, 0, 0};
  ASSERT_EQ(ioctl(terminal_.get(), TIOCSWINSZ, &size), 0);
}

bool TerminalProcess::ReadMore() {
  char block[4096];
  ssize_t count = 0;
  do {
    count = read(terminal_.get(), block, sizeof(block));
  } while (count < 0 && errno == EINTR);
  // EIO: nobody has the other end open any more.
  if (count <= 0) return false;
  output_.append(block, static_cast<size_t>(count));
  return true;
}

void TerminalProcess::ReadUntil(const std::string& text) {
  while (output_.find(text) == std::string::npos) {
    if (!ReadMore()) FAIL() << "never printed: " << text << "\n" << output_;
  }
}

ProcessEnd TerminalProcess::Wait() {
  while (ReadMore()) continue;
  int status = 0;
  EXPECT_EQ(waitpid(pid_, &status, 0), pid_);
  pid_ = -1;
  ProcessEnd end;
  end.exit = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  end.out = output_;
  return end;
}

std::vector<std::string> ScreenOf(const std::string& output) {
  std::vector<std::string> lines(1);
  size_t column = 0;
  for (size_t i = 0; i < output.size(); ++i) {
    if (output[i] == '\r') {
      column = 0;
    } else if (output[i] == '\n') {
      lines.emplace_back();
      column = 0;
    } else if (output.compare(i, 2, "\033[") == 0) {
      const size_t end = output.find_first_of("Km", i);
      if (end == std::string::npos) break;
      if (output[end] == 'K') lines.back().resize(std::min(column, lines.back().size()));
      i = end;
    } else {
      if (lines.back().size() <= column) lines.back().resize(column + 1, ' ');
      lines.back()[column++] = output[i];
    }
  }
  return lines;
}

std::vector<std::string> DrawnLines(const std::string& output) {
  std::vector<std::string> drawn;
  for (size_t at = output.find(kErase); at != std::string::npos; at = output.find(kErase, at)) {
    at += kErase.size();
    drawn.push_back(output.substr(at, output.find_first_of("\r\n", at) - at));
  }
  return drawn;
}

}  // namespace shortwrite
