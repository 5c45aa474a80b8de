#include "harness/trial/sink_reader.h"

#include <poll.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <system_error>
#include <utility>

namespace shortwrite {
namespace {

using std::chrono::microseconds;

constexpr size_t kReadBytes = 65536;
// One page at a time: a pipe of one page is full again before the next read, and a trial with the
// default payload still takes no more than some 30 ms.
constexpr size_t kSlowReadBytes = 4096;
constexpr microseconds kSlowPause{300};
constexpr microseconds kHalt{50000};

timespec ToTimespec(microseconds time) {
  return {time.count() / 1000000, time.count() % 1000000 * 1000};
}

}  // namespace

Result<std::unique_ptr<SinkReader>> SinkReader::Start(const SinkSettings& settings,
                                                      const SinkEnds& ends, int store,
                                                      uint64_t bytes_max, bool halts) {
  UniqueFd stop(eventfd(0, EFD_CLOEXEC));
  if (!stop.valid()) return ErrnoError("create an eventfd", errno);
  std::unique_ptr<SinkReader> reader(
      new SinkReader(settings, ends, store, bytes_max, halts, std::move(stop)));
  // A thread inherits its creator's mask.
  sigset_t all;
  sigset_t before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  int error = 0;
  try {
    reader->thread_ = std::thread([raw = reader.get()] { raw->Run(); });
  } catch (const std::system_error& failure) {
    error = failure.code().value();
  }
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  if (error != 0) return ErrnoError("start the reader of the sink", error);
  return reader;
}

SinkReader::SinkReader(const SinkSettings& settings, const SinkEnds& ends, int store,
                       uint64_t bytes_max, bool halts, UniqueFd stop)
    : settings_(settings),
      ends_(ends),
      store_(store),
      bytes_max_(bytes_max),
      halts_(halts),
      stop_(std::move(stop)) {}

SinkReader::~SinkReader() {
  (void)Finish();
}

Status SinkReader::Finish() {
  if (thread_.joinable()) {
    const uint64_t one = 1;
    (void)!write(stop_.get(), &one, sizeof(one));  // cannot fail: the counter is far from its end
    thread_.join();
  }
  if (store_error_ != 0) return ErrnoError("store what arrived at the sink", store_error_);
  return Ok();
}

void SinkReader::Run() {
  Follow();
  // A read of a pty's end first waits for what is still under way inside the kernel, so "nothing
  // there" is the end of every kind of sink.
  while (!overflowed_ && ReadOnce(kReadBytes)) {
  }
}

// Until it is told to stop.
void SinkReader::Follow() {
  bool open = true;
  microseconds pause = halts_ ? kHalt : kSlowPause;
  while (true) {
    // A socket that the target shut down is readable for ever; then only the stop matters.
    std::array<pollfd, 2> fds = {
        {{stop_.get(), POLLIN, 0}, {open ? ends_.reader.get() : -1, POLLIN, 0}}};
    if (poll(fds.data(), fds.size(), -1) < 0) continue;
    if (fds[0].revents != 0) return;
    open = ReadOnce(settings_.slow ? kSlowReadBytes : kReadBytes) || errno == EAGAIN;
    if (settings_.slow && StopsWithin(std::exchange(pause, kSlowPause))) return;
  }
}

bool SinkReader::StopsWithin(microseconds time) const {
  pollfd stop = {stop_.get(), POLLIN, 0};
  const timespec limit = ToTimespec(time);
  return ppoll(&stop, 1, &limit, nullptr) > 0;
}

// False when nothing is there now, or nothing will ever come; errno is 0 at the end of the stream.
bool SinkReader::ReadOnce(size_t bytes_max) {
  std::array<char, kReadBytes> bytes;
  const ssize_t n = read(ends_.reader.get(), bytes.data(), std::min(bytes_max, bytes.size()));
  if (n == 0) errno = 0;
  if (n <= 0) return false;
  received_.fetch_add(static_cast<uint64_t>(n), std::memory_order_relaxed);
  Store(bytes.data(), static_cast<size_t>(n));
  return true;
}

// What cannot be stored is read all the same: a target must not block because of us.
void SinkReader::Store(const char* bytes, size_t count) {
  overflowed_ |= count > bytes_max_ - stored_;
  if (overflowed_ || store_error_ != 0) return;
  while (count > 0) {
    const ssize_t n = write(store_, bytes, count);
    if (n <= 0) {
      store_error_ = n < 0 ? errno : ENOSPC;
      return;
    }
    bytes += n;
    count -= static_cast<size_t>(n);
    stored_ += static_cast<uint64_t>(n);
  }
}

}  // namespace shortwrite
