#include "harness/explain/entries.h"

namespace shortwrite {
namespace {

using namespace pattern;  // NOLINT(google-build-using-namespace)

constexpr std::string_view kClearFlag = R"(int failed = 0;
while (left > 0) {
  ssize_t n = write(fd, p, left);
  if (n < 0 && errno == EINTR) continue; /* no trace of it is kept */
  if (n <= 0) { failed = errno; break; }
  p += n;
  left -= (size_t)n;
}
return failed;)";

constexpr std::string_view kReportProgress = R"(while (done < size) {
  ssize_t n = write(fd, p + done, size - done);
  if (n < 0 && errno == EINTR) continue;
  if (n < 0) return done > 0 ? (ssize_t)done : -1; /* how much is gone */
  done += (size_t)n;
}
return (ssize_t)done;)";

const Entry kEntries[] = {
    {"W22",
     "After a call of writev the list moves on by the buffers that were passed, whatever was "
     "accepted. Runs of bytes are skipped, and what follows is out of step.",
     R"(n = writev(fd, v, batch);
v += batch, count -= batch;    /* n is not looked at */)",
     kVector, "HarperFast/rocksdb-js#573 kvcache-ai/Mooncake#2594"},
    {"W23",
     "Where the count ends inside a buffer, the part that was sent is kept and the part that was "
     "not is dropped. A chunk's head comes twice, and its rest never.",
     R"(v->iov_len = n;                /* base + n, len - n */)", kVector, "tokio-rs/tokio#8159"},
    {"W24",
     "The boundary arithmetic is wrong where a count ends inside a buffer, exactly at its end, or "
     "at an empty one: a piece is missing, or the loop turns for ever on a buffer of no bytes.",
     R"(while (n > 0) {                /* a cut buffer counts as done */
  n -= v->iov_len;
  ++v, --count;
})",
     kVector, "kazeburo/Gazelle#13 checkpoint-restore/criu#2975"},
    {"W25",
     "Several buffers go out one after the other, and a short result does not stop the row. The "
     "next buffer follows where the rest of this one belongs.",
     R"(for (i = 0; i < count; ++i)
  total += write(fd, v[i].iov_base, v[i].iov_len);)",
     kVector, "emscripten-core/emscripten#22261 gvanem/Watt-32#106 jnr/jnr-unixsocket#70"},
    {"W26",
     "A signal handler without SA_RESTART ran before anything was written, and the call returned "
     "EINTR. Nothing is wrong with the file, and the program ends with an error all the same.",
     R"(if (write(fd, buf, len) < 0)
  die("write");                /* EINTR, too */)",
     kWriteAll, "wjwwood/serial#233 sorah/xlat#15"},
    {"W27",
     "The loop ends at any result that is not positive, and takes that for the end of its work. "
     "After EINTR the output is cut off, with exit status 0.",
     R"(while (left > 0) {
  n = write(fd, p, left);
  if (n <= 0) break;           /* and then: success */
  p += n, left -= n;
})",
     kWriteAll, "kaappi/kaappi#519"},
    {"W28",
     "EINTR is tried again, and that is all: the call that was interrupted after some bytes "
     "returns their count, not an error, and the rest is forgotten.",
     R"(do {
  n = write(fd, buf, len);
} while (n < 0 && errno == EINTR);
assert(n == len);              /* gone in a release build */)",
     kWriteAll, "logicalclocks/rondb#948 llvm/llvm-project#147595"},
    {"W29",
     "A helper had part of its buffer accepted, then met EAGAIN, EINTR or a deadline, and returns "
     "-1. The caller, who knows nothing of that part, begins again: it comes twice.",
     R"(while (done < len) {
  n = write(fd, buf + done, len - done);
  if (n < 0) return -1;        /* done is forgotten */
  done += n;
})",
     kReportProgress,
     "firecracker-microvm/firecracker#5485 MisterTea/EternalTerminal#815 tidwall/evio#72 "
     "swoole/swoole-src#6108 php/php-src#4433"},
    {"W30",
     "A retry succeeded, but the first try's error was kept, and is returned at the end. The file "
     "is complete, and the exit status says that it is not.",
     R"(if (n < 0) { result = -1; continue; }   /* result stays -1 */)", kClearFlag,
     "curl/curl#20809"},
    {"W31",
     "To stop and continue a process (Ctrl-Z, a debugger that attaches) makes a blocked write "
     "return a short count without any handler at work. A program that thought itself safe from "
     "signals gives up there.",
     R"(n = write(pipe_fd, buf, len);  /* "there are no signals here" */
if (n != len) abort();)",
     kWriteAll, "openzfs/zfs#810"},
    {"W32",
     "sendfile, splice and copy_file_range move as much as they can in one call: never more than "
     "2147479552 bytes, and often a multiple of 64 KiB. Called once, they leave a copy that is cut "
     "off there.",
     R"(if (sendfile(out, in, NULL, size) < 0)
  return -1;                   /* once is not size */)",
     kCopy, "libuv/libuv#1494 KarpelesLab/reflink#3 gentoo/portage#223 firebuild/firebuild#492"},
};

}  // namespace

std::span<const Entry> CallEntries() {
  return kEntries;
}

}  // namespace shortwrite
