#include "harness/explain/entries.h"

namespace shortwrite {
namespace {

using namespace pattern;  // NOLINT(google-build-using-namespace)

constexpr std::string_view kDrain =
    R"(for (;;) {                    /* until EAGAIN: no other edge will come */
  ssize_t n = write(fd, queue_head(q), queue_head_size(q));
  if (n < 0 && errno == EINTR) continue;
  if (n < 0 && errno == EAGAIN) break;
  if (n < 0) return -1;
  queue_drop(q, (size_t)n);
  if (queue_is_empty(q)) break;
})";

constexpr std::string_view kFlushThenExit = R"(stop_accepting(q);
while (!queue_is_empty(q)) run_event_loop_once();
exit(status);                 /* in Node: set process.exitCode, return */)";

constexpr std::string_view kOwnBytes =
    R"(queue_copy(q, p + n, left - n); /* the queue has its own copy */
/* or: the buffer is the queue's until its callback says that it is done */)";

const Entry kEntries[] = {
    {"W33",
     "EAGAIN says that there is no room now, on a descriptor that is O_NONBLOCK. Taken for an "
     "error, it ends the program after one full pipe. O_NONBLOCK belongs to the open file, not to "
     "the program: whoever shares the terminal or pipe can set it for everybody.",
     R"(if (write(STDOUT_FILENO, buf, len) < 0)
  die("write");                /* EAGAIN: an ssh beside it set O_NONBLOCK */)",
     kWait,
     "curl/curl#3239 rust-lang/rust#100673 nodejs/node#19838 zeek/zeek#3396 "
     "travis-ci/travis-ci#4704"},
    {"W34",
     "At EAGAIN the rest is dropped, or a layer below turns it into a count of 0, which the one "
     "above takes for the end. The output is cut off, often at 65536 bytes, with exit status 0.",
     R"(n = write(fd, p, left);
if (n < 0 && errno == EAGAIN)
  return 0;                    /* "nothing written, no error" */)",
     kWait,
     "oven-sh/bun#33560 eggheads/eggdrop#665 coleam00/Archon#2400 tokiwa-software/fuzion#7629"},
    {"W35",
     "EAGAIN is tried again at once, and again, until the reader has made room. The bytes are "
     "right; a processor burns meanwhile, for days if the reader has stopped.",
     R"(while ((n = write(fd, p, left)) < 0 && errno == EAGAIN)
  ;                            /* no poll */)",
     kWait, "davidbeesley/claude-chill#39 samba-team/samba#73 dlang/phobos#8725"},
    {"W36",
     "The next chunk is taken from its source before the last one was accepted. When that one is "
     "refused there is nothing left to send again.",
     R"(while ((chunk = next(source)) != NULL)
  if (write(fd, chunk->bytes, chunk->size) < 0 && errno == EAGAIN)
    wait_for_room(fd);         /* and takes the next */)",
     kQueue, "wal-e/wal-e#92"},
    {"W37",
     "It waits for the descriptor to become readable where it has to be writable, or takes the "
     "wish for room back before there is any. Nothing ever wakes it.",
     R"(FD_SET(fd, &set);
select(fd + 1, &set, NULL, NULL, NULL);   /* the set for reading */)",
     kQueue, "cmu-db/peloton#266 pistacheio/pistache#1114"},
    {"W38",
     "An edge-triggered epoll tells of room once. Who stops writing before EAGAIN came, after a "
     "short count or a full round, waits for an edge that was there already.",
     R"(if (events & EPOLLOUT)         /* EPOLLET */
  write(fd, p, left);          /* once, then back to epoll_wait */)",
     kDrain, "netty/netty#2823 yedf2/handy#74"},
    {"W39",
     "What was not accepted is tried again later, by a timer or another queue, and newer bytes do "
     "not wait for it. Chunks change places; the length is right.",
     R"(if (n < len) later(buf + n, len - n);
/* the next message is written at once */)",
     kQueue, "pinojs/sonic-boom#33 axboe/liburing#1359"},
    {"W40",
     "The rest is remembered as a pointer into memory that its owner uses again. When it is "
     "written, something else stands there.",
     R"(pending = buf + n;             /* buf is the caller's */
return 0;                      /* who fills it with the next message */)",
     kOwnBytes,
     "axboe/liburing#808 madler/zlib#1292 madler/zlib#1317 valkey-io/valkey#1737 "
     "dlecocq/nsq-py#30 brazilofmux/tinymux#949"},
    {"W41",
     "The program ends while its queue still holds bytes. To a file the queue was empty by then; "
     "to a pipe with a slow reader it was not, and the output ends at what the pipe had room for.",
     R"(process.stdout.write(report)   /* asynchronous on a pipe */
process.exit(0))",
     kFlushThenExit,
     "openclaw/mcporter#214 go-to-k/cdk-real-drift#866 mattpocock/course-video-manager#1467"},
};

}  // namespace

std::span<const Entry> ReadinessEntries() {
  return kEntries;
}

}  // namespace shortwrite
