#include "tests/cli/harness_process.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <charconv>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <optional>
#include <sstream>

namespace shortwrite {
namespace {

namespace fs = std::filesystem;

constexpr int kSignalBase = 128;

// Between fork and exec: nothing but system calls.
[[noreturn]] void Become(const char* directory, char* const* arguments, const char* in,
                         const char* out, const char* err) {
  const int fds[] = {open(in, O_RDONLY), open(out, O_WRONLY | O_CREAT | O_TRUNC, 0666),
                     open(err, O_WRONLY | O_CREAT | O_TRUNC, 0666)};
  for (int i = 0; i < 3; ++i) {
    if (fds[i] < 0 || dup2(fds[i], i) < 0) _exit(127);
  }
  for (const int fd : fds) close(fd);
  // Whoever runs the tests may ignore them (nohup, a background job); the harness keeps to that.
  for (const int stop : {SIGINT, SIGTERM, SIGHUP}) signal(stop, SIG_DFL);
  if (chdir(directory) != 0) _exit(127);
  execvp(arguments[0], arguments);
  _exit(127);
}

std::vector<pid_t> AllProcesses() {
  std::vector<pid_t> pids;
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator("/proc", ignored)) {
    const std::string name = entry.path().filename().string();
    pid_t pid = 0;
    const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), pid);
    if (error == std::errc() && end == name.data() + name.size()) pids.push_back(pid);
  }
  return pids;
}

struct State {
  char letter;
  pid_t parent;
};

// Of /proc/PID/stat: what follows the name, which may hold anything.
std::optional<State> StateOf(pid_t pid) {
  const std::string text = ReadText("/proc/" + std::to_string(pid) + "/stat");
  const size_t name_end = text.rfind(')');
  if (name_end == std::string::npos) return std::nullopt;
  std::istringstream rest(text.substr(name_end + 1));
  State state = {};
  rest >> state.letter >> state.parent;
  return state;
}

}  // namespace

TemporaryDirectory::TemporaryDirectory() : path_(testing::TempDir() + "shortwrite_test_XXXXXX") {
  EXPECT_NE(mkdtemp(path_.data()), nullptr);
}

TemporaryDirectory::~TemporaryDirectory() {
  std::error_code ignored;
  fs::remove_all(path_, ignored);
}

std::string ReadText(const std::string& path) {
  // Through <<, which takes a failing read for the end: a file of /proc fails once its process is
  // gone, and a bare stream buffer throws then.
  std::ostringstream text;
  text << std::ifstream(path, std::ios::binary).rdbuf();
  return text.str();
}

std::vector<nlohmann::json> ProcessEnd::Lines() const {
  std::vector<nlohmann::json> lines;
  std::istringstream text(out);
  for (std::string line; std::getline(text, line);) {
    lines.push_back(nlohmann::json::parse(line, nullptr, false));
    if (!lines.back().is_discarded()) continue;
    ADD_FAILURE() << "not JSON: " << line;
    lines.back() = nullptr;
  }
  return lines;
}

nlohmann::json ProcessEnd::Last() const {
  const std::vector<nlohmann::json> lines = Lines();
  return lines.empty() ? nlohmann::json() : lines.back();
}

Process::Process(const TemporaryDirectory& directory, const std::vector<std::string>& command,
                 const std::string& standard_input) {
  static std::atomic<int> count{0};
  const std::string name = directory.File("stream" + std::to_string(++count));
  out_ = name + ".out";
  err_ = name + ".err";
  std::vector<char*> arguments;
  for (const std::string& word : command) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  pid_ = fork();
  if (pid_ == 0) {
    Become(directory.path().c_str(), arguments.data(), standard_input.c_str(), out_.c_str(),
           err_.c_str());
  }
  EXPECT_GT(pid_, 0);
}

Process::~Process() {
  if (pid_ <= 0 || reaped_) return;
  kill(pid_, SIGKILL);
  waitpid(pid_, nullptr, 0);
}

ProcessEnd Process::Wait() {
  int status = 0;
  pid_t waited = 0;
  do {
    waited = waitpid(pid_, &status, 0);
  } while (waited < 0 && errno == EINTR);
  EXPECT_EQ(waited, pid_);
  reaped_ = true;
  ProcessEnd end;
  end.exit = WIFEXITED(status) ? WEXITSTATUS(status) : kSignalBase + WTERMSIG(status);
  end.out = ReadText(out_);
  end.err = ReadText(err_);
  return end;
}

ProcessEnd RunProcess(const TemporaryDirectory& directory,
                      const std::vector<std::string>& command) {
  return Process(directory, command).Wait();
}

std::vector<std::string> ShortwriteCommand(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), SHORTWRITE_PROGRAM);
  return arguments;
}

ProcessEnd RunShortwrite(const TemporaryDirectory& directory, std::vector<std::string> arguments) {
  return RunProcess(directory, ShortwriteCommand(std::move(arguments)));
}

std::vector<pid_t> ProcessesNaming(const std::string& text) {
  std::vector<pid_t> found;
  for (const pid_t pid : AllProcesses()) {
    const std::string line = ReadText("/proc/" + std::to_string(pid) + "/cmdline");
    if (line.find(text) == std::string::npos) continue;
    const auto state = StateOf(pid);
    if (state && state->letter != 'Z' && state->letter != 'X') found.push_back(pid);
  }
  return found;
}

std::vector<pid_t> ChildrenOf(pid_t parent) {
  std::vector<pid_t> children;
  for (const pid_t pid : AllProcesses()) {
    const auto state = StateOf(pid);
    if (state && state->parent == parent) children.push_back(pid);
  }
  return children;
}

}  // namespace shortwrite
