#include "harness/cli/report_command.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <memory>

#include "harness/base/unique_fd.h"
#include "harness/cli/command_output.h"
#include "harness/report/campaign_record.h"
#include "harness/writer/write_all.h"

namespace shortwrite {
namespace {

// The file that a path stands for: a link stays what it is.
std::string Resolved(const std::string& path) {
  const std::unique_ptr<char, void (*)(void*)> resolved(realpath(path.c_str(), nullptr), free);
  return resolved == nullptr ? path : std::string(resolved.get());
}

Status WriteTo(int fd, const std::string& text, const std::string& path) {
  const WriteAllResult written = WriteAll(fd, text.data(), text.size());
  if (written.complete()) return Ok();
  return ErrnoError(fmt::format("write '{}'", path), written.error_number);
}

Status WriteInPlace(const std::string& text, const std::string& path) {
  const UniqueFd file(open(path.c_str(), O_WRONLY | O_CLOEXEC | O_NOCTTY));
  if (!file.valid()) return ErrnoError(fmt::format("open '{}'", path), errno);
  return WriteTo(file.get(), text, path);
}

// Without a name while it is written, so that nothing is left of one that is cut off; where a file
// system has no such files, under a name of its own.
Status WriteThenRename(const std::string& text, const std::string& path) {
  constexpr mode_t kMode = 0666;
  const size_t slash = path.rfind('/');
  const std::string directory = slash == std::string::npos ? "." : path.substr(0, slash + 1);
  const std::string temporary = fmt::format("{}.{}", path, getpid());
  UniqueFd file(open(directory.c_str(), O_TMPFILE | O_WRONLY | O_CLOEXEC, kMode));
  const bool named = !file.valid();
  if (named) file.reset(open(temporary.c_str(), O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, kMode));
  if (!file.valid()) return ErrnoError(fmt::format("create '{}'", path), errno);
  Status written = WriteTo(file.get(), text, path);
  if (written.ok() && !named) {
    const std::string open_file = fmt::format("/proc/self/fd/{}", file.get());
    if (linkat(AT_FDCWD, open_file.c_str(), AT_FDCWD, temporary.c_str(), AT_SYMLINK_FOLLOW) != 0) {
      return ErrnoError(fmt::format("link '{}'", temporary), errno);
    }
  }
  if (written.ok() && rename(temporary.c_str(), path.c_str()) != 0) {
    written = ErrnoError(fmt::format("rename '{}' to '{}'", temporary, path), errno);
  }
  if (!written.ok()) unlink(temporary.c_str());
  return written;
}

Status WriteReport(const std::string& text, const std::string& path) {
  if (path == "-") return PrintOutput(text);
  struct stat status = {};
  if (stat(path.c_str(), &status) != 0) return WriteThenRename(text, path);
  if (S_ISDIR(status.st_mode)) {
    return UsageError(fmt::format("'{}' is a directory; name a file in it", path));
  }
  if (!S_ISREG(status.st_mode)) return WriteInPlace(text, path);
  return WriteThenRename(text, Resolved(path));
}

// A reader who has seen enough must not end the campaign: what it finds is still to be saved. To
// ignore SIGPIPE would do that, but every target would inherit it (execve(2)); so it is only held
// back, and the one that comes is taken.
Status PrintUnlessClosed(const std::string& text) {
  sigset_t pipe;
  sigset_t before;
  sigemptyset(&pipe);
  sigaddset(&pipe, SIGPIPE);
  pthread_sigmask(SIG_BLOCK, &pipe, &before);
  Status printed = PrintOutput(text);
  const timespec now = {};
  if (!printed.ok() && sigismember(&before, SIGPIPE) == 0) sigtimedwait(&pipe, nullptr, &now);
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  return printed;
}

Result<std::string> ReadAll(const std::string& from) {
  UniqueFd file(from == "-" ? dup(STDIN_FILENO) : open(from.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file.valid()) {
    Error error = ErrnoError(fmt::format("open '{}'", from), errno);
    return UsageError(error.message);
  }
  std::string text;
  std::string block(1 << 16, '\0');
  for (;;) {
    const ssize_t count = read(file.get(), block.data(), block.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return ErrnoError(fmt::format("read '{}'", from), errno);
    if (count == 0) return text;
    text.append(block, 0, static_cast<size_t>(count));
  }
}

}  // namespace

void StreamWriter::Add(const std::string& object) {
  std::string line = object;
  if (!target_.empty()) line.insert(line.size() - 1, fmt::format(",\"target\":\"{}\"", target_));
  if (prints_ && printed_.ok()) printed_ = PrintUnlessClosed(line + '\n');
  if (keeps_) text_ += line + '\n';
}

Status WriteReports(const std::string& stream, const std::string& name,
                    const std::vector<ReportFile>& reports) {
  if (reports.empty()) return Ok();
  const Result<std::vector<CampaignRecord>> read = ReadStreams(stream, name);
  if (!read.ok()) return read.error();
  Status first = Ok();
  for (const ReportFile& report : reports) {
    Status written = WriteReport(report.format->render(read.value()), report.path);
    // One that cannot be written is no reason to keep back the others.
    if (!written.ok() && first.ok()) first = std::move(written);
  }
  return first;
}

ExitStatus RunReport(const ReportOptions& options) {
  const Result<std::string> stream = ReadAll(options.from);
  if (!stream.ok()) return Fail(stream.error());
  const std::string name = options.from == "-" ? "standard input" : options.from;
  const Status written = WriteReports(stream.value(), name, options.reports);
  return written.ok() ? ExitStatus::kSurvived : Fail(written.error());
}

}  // namespace shortwrite
