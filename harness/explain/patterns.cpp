#include "harness/explain/entries.h"

namespace shortwrite::pattern {

const std::string_view kWriteAll = R"(while (left > 0) {
  ssize_t n = write(fd, p, left);
  if (n < 0 && errno == EINTR) continue;
  if (n <= 0) return -1;
  p += n;
  left -= (size_t)n;
})";

const std::string_view kPositional = R"(while (left > 0) {
  ssize_t n = pwrite(fd, p, left, at);
  if (n < 0 && errno == EINTR) continue;
  if (n <= 0) return -1;
  p += n;
  at += n;
  left -= (size_t)n;
})";

const std::string_view kVector = R"(while (count > 0) {
  ssize_t n = writev(fd, v, count < IOV_MAX ? count : IOV_MAX);
  if (n < 0 && errno == EINTR) continue;
  if (n < 0) return -1;
  while (count > 0 && (size_t)n >= v->iov_len) {
    n -= (ssize_t)v->iov_len;
    ++v;
    --count;
  }
  if (count > 0) {
    v->iov_base = (char *)v->iov_base + n;
    v->iov_len -= (size_t)n;
  }
})";

const std::string_view kCopy = R"(while (left > 0) {
  ssize_t n = sendfile(out, in, NULL, left);
  if (n < 0 && errno == EINTR) continue;
  if (n < 0) return -1;
  if (n == 0) return -1; /* the source is shorter than it was */
  left -= (size_t)n;
})";

const std::string_view kWait = R"(ssize_t n = write(fd, p, left);
if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) {
  struct pollfd room = {fd, POLLOUT, 0};
  if (poll(&room, 1, timeout_ms) < 0 && errno != EINTR) return -1;
  continue; /* the same bytes again */
})";

const std::string_view kQueue = R"(while (!queue_is_empty(q)) {
  ssize_t n = write(fd, queue_head(q), queue_head_size(q));
  if (n < 0 && errno == EINTR) continue;
  if (n < 0 && errno == EAGAIN) return watch(fd, POLLOUT); /* all is kept */
  if (n < 0) return -1;
  queue_drop(q, (size_t)n); /* what was accepted, and nothing else */
}
return unwatch(fd, POLLOUT);)";

const std::string_view kCheckEnd =
    R"(if (write_all(fd, p, n) != 0 || fsync(fd) != 0) failed = errno;
if (close(fd) != 0 && failed == 0) failed = errno; /* never again */
if (failed != 0) return report(failed);)";

const std::string_view kRollBack = R"(off_t begin = lseek(fd, 0, SEEK_END);
if (write_all(fd, record, size) != 0) {
  int failed = errno;
  if (ftruncate(fd, begin) != 0) mark_as_damaged(file); /* no appends */
  return report(failed);
})";

const std::string_view kReplace = R"(int fd = open("file.new", O_WRONLY | O_CREAT | O_TRUNC, 0666);
if (write_all(fd, p, n) == 0 && fsync(fd) == 0 && close(fd) == 0) {
  return rename("file.new", "file");
}
unlink("file.new");)";

}  // namespace shortwrite::pattern
