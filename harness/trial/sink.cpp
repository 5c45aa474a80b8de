#include "harness/trial/sink.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

#include <cerrno>

namespace shortwrite {
namespace {

constexpr int kSmallBytes = 4096;
// Linux lets everybody have a pipe of this size. A non-blocking target then meets only the EAGAIN
// that the schedule holds, and the same trial twice is the same trial, as long as its output fits.
constexpr int kAmpleBytes = 1 << 20;

Error Unavailable(std::string_view what, int error_number) {
  return {ErrorKind::kUnavailable,
          ErrnoError(fmt::format("--sink {}", what), error_number).message};
}

// A refusal (/proc/sys/fs/pipe-user-pages-soft) leaves the usual size: another pace, no other rule.
void SizePipe(const SinkSettings& settings, int fd) {
  if (settings.slow) (void)fcntl(fd, F_SETPIPE_SZ, kSmallBytes);
  if (settings.nonblock && !settings.slow) (void)fcntl(fd, F_SETPIPE_SZ, kAmpleBytes);
}

Result<SinkEnds> OpenPipe(const SinkSettings& settings) {
  int fds[2];
  if (pipe2(fds, O_CLOEXEC) != 0) return Unavailable("pipe", errno);
  SinkEnds ends{UniqueFd(fds[1]), UniqueFd(fds[0]), ""};
  SizePipe(settings, fds[1]);
  return ends;
}

Result<SinkEnds> OpenFifo(const SinkSettings& settings, const std::string& path) {
  if (mkfifo(path.c_str(), 0666) != 0) return ErrnoError(fmt::format("create '{}'", path), errno);
  SinkEnds ends;
  // In this order: without a reader, opening for writing would block.
  ends.reader = UniqueFd(open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
  ends.target = UniqueFd(open(path.c_str(), O_WRONLY | O_CLOEXEC));
  if (!ends.reader.valid() || !ends.target.valid()) {
    return ErrnoError(fmt::format("open '{}'", path), errno);
  }
  ends.path = path;
  SizePipe(settings, ends.target.get());
  return ends;
}

Result<SinkEnds> OpenSocket(const SinkSettings& settings) {
  int fds[2];
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) != 0) {
    return Unavailable("socket", errno);
  }
  SinkEnds ends{UniqueFd(fds[0]), UniqueFd(fds[1]), ""};
  const int bytes = settings.slow ? kSmallBytes : kAmpleBytes;
  if (!settings.is_plain()) setsockopt(fds[0], SOL_SOCKET, SO_SNDBUF, &bytes, sizeof(bytes));
  return ends;
}

// Raw, so that every byte arrives as it was written. O_NOCTTY: we lead a session, and a terminal of
// ours would send its hang-up to our targets.
Result<SinkEnds> OpenPty() {
  SinkEnds ends;
  ends.reader = UniqueFd(posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC));
  if (!ends.reader.valid() || grantpt(ends.reader.get()) != 0 || unlockpt(ends.reader.get()) != 0) {
    return Unavailable("pty", errno);
  }
  char path[128];
  if (const int error = ptsname_r(ends.reader.get(), path, sizeof(path)); error != 0) {
    return Unavailable("pty", error);
  }
  ends.path = path;
  ends.target = UniqueFd(open(path, O_RDWR | O_NOCTTY | O_CLOEXEC));
  termios mode = {};
  if (!ends.target.valid() || tcgetattr(ends.target.get(), &mode) != 0) {
    return Unavailable("pty", errno);
  }
  cfmakeraw(&mode);
  const winsize usual = {.ws_row = 24, .ws_col = 80, .ws_xpixel = 0, .ws_ypixel = 0};
  if (tcsetattr(ends.target.get(), TCSANOW, &mode) != 0 ||
      ioctl(ends.target.get(), TIOCSWINSZ, &usual) != 0) {
    return Unavailable("pty", errno);
  }
  return ends;
}

Result<SinkEnds> OpenEnds(const SinkSettings& settings, const std::string& fifo) {
  switch (settings.kind) {
    case SinkKind::kPipe:
      return fifo.empty() ? OpenPipe(settings) : OpenFifo(settings, fifo);
    case SinkKind::kSocket:
      return OpenSocket(settings);
    case SinkKind::kPty:
      return OpenPty();
    case SinkKind::kFile:
      break;
  }
  return HarnessError("a file has no ends");
}

bool AddNonblock(int fd) {
  const int flags = fcntl(fd, F_GETFL);
  return flags >= 0 && fcntl(fd, F_SETFL, flags | O_NONBLOCK) == 0;
}

}  // namespace

std::string ToText(const SinkSettings& settings) {
  std::string text(kSinkWords[static_cast<size_t>(settings.kind)]);
  if (settings.nonblock) text += ":nonblock";
  if (settings.slow) text += ":slow";
  return text;
}

Result<SinkEnds> OpenSink(const SinkSettings& settings, const std::string& fifo) {
  Result<SinkEnds> ends = OpenEnds(settings, fifo);
  if (!ends.ok()) return ends;
  const bool reads = AddNonblock(ends.value().reader.get());
  if (!reads || (settings.nonblock && !AddNonblock(ends.value().target.get()))) {
    return ErrnoError(fmt::format("--sink {}: set O_NONBLOCK", ToText(settings)), errno);
  }
  return ends;
}

}  // namespace shortwrite
