#include "harness/explain/entries.h"

namespace shortwrite {
namespace {

using namespace pattern;  // NOLINT(google-build-using-namespace)

constexpr std::string_view kOneUnit =
    R"(const char *p = (const char *)text; /* bytes, from here on */
size_t left = strlen(text);         /* not characters, not buffers */
while (left > 0) {
  ssize_t n = write(fd, p, left);
  if (n < 0 && errno == EINTR) continue;
  if (n <= 0) return -1;
  p += n;
  left -= (size_t)n;
})";

constexpr std::string_view kCompact = R"(buffer->size -= (size_t)n;
memmove(buffer->bytes, buffer->bytes + n, buffer->size); /* what is left */)";

constexpr std::string_view kTotal = R"(size_t done = 0;
while (done < size) {
  ssize_t n = write(fd, p + done, size - done);
  if (n < 0 && errno == EINTR) continue;
  if (n <= 0) return done > 0 ? (ssize_t)done : -1;
  done += (size_t)n;
}
return (ssize_t)done; /* the total */)";

const Entry kEntries[] = {
    {"W08",
     "What is left shrinks, but each call begins at the buffer's head. The beginning is there "
     "twice, the end is missing, and the length is right, so that only a comparison of the bytes "
     "shows it.",
     R"(while ((n = write(fd, buf, left)) > 0)
  left -= n;                   /* and buf? */)",
     kWriteAll,
     "llvm/llvm-project#209480 backuppc/backuppc-xs#1 c4ev3/ev3duder#21 intel/zlib-accel#79"},
    {"W09",
     "The pointer moves and the length does not, or a position is passed where a length belongs. "
     "The call reads past the buffer: foreign bytes follow the right ones, or it crashes.",
     R"(while (done < len)
  done += write(fd, buf + done, len);  /* len - done */)",
     kWriteAll, "helidon-io/helidon#11738"},
    {"W10",
     "After a short count everything is sent again, with what had been accepted. The output has a "
     "chunk's head twice, and is too long.",
     R"(while (write(fd, buf, len) != (ssize_t)len)
  ;                            /* until it fits as a whole */)",
     kWriteAll, "pinojs/sonic-boom#33"},
    {"W11",
     "A short write is rolled back, and the batch is tried again as a whole, with more added to "
     "it. Once the batch is larger than one call can take, no try ever succeeds, and the file "
     "does not grow.",
     R"(if (write(fd, batch, size) != (ssize_t)size) {
  ftruncate(fd, begin);
  return;                      /* the next try is larger still */
})",
     kWriteAll, "redis/redis#4066 redis/redis#4281 redis/redis#4498"},
    {"W12",
     "The cursor moves by what was asked for, or by what was read, and not by what was accepted. "
     "The middle is missing while every total looks right.",
     R"(write(fd, buf + done, chunk);
done += chunk;)",
     kWriteAll, "kvcache-ai/Mooncake#2594 cryostatio/cryostat#1706"},
    {"W13",
     "A private offset is kept beside the file's own, and a short write moves only one of them. "
     "What is written afterwards leaves a hole or an overlap, and offsets in headers are wrong.",
     R"(if (write(fd, buf, len) == (ssize_t)len)
  offset += len;               /* a short one moved the file, too */
pwrite(fd, index, size, offset);)",
     kPositional, "getsentry/sentry-native#1433"},
    {"W14",
     "A positional write is repeated at the position that it had, with the rest of the buffer. "
     "The rest lands on what was there already, and the end is a hole, often of the right length.",
     R"(while (left > 0) {
  n = pwrite(fd, p, left, at); /* at += n is missing */
  p += n, left -= n;
})",
     kPositional, "netty/netty#10453"},
    {"W15",
     "The variable with the last count outlives its round, and the next round begins with it: so "
     "many bytes count as sent that never were.",
     R"(size_t sent = 0;
for (each message m)           /* sent is not reset */
  while (sent < m->size)
    sent += write(fd, m->bytes + sent, m->size - sent);)",
     kWriteAll, "cmu-db/peloton#266"},
    {"W16",
     "After a short count what is left moves to the buffer's beginning, with arguments swapped or "
     "a length that was reduced before its time. The head is sent again, or memory is overwritten.",
     R"(size -= n;
memmove(buf + n, buf, size);   /* the wrong way */)",
     kCompact, "avahi/avahi#715 rigaya/tsreplace#1"},
    {"W17",
     "The count is in bytes, and is used on something that counts otherwise: characters, or "
     "buffers. A text without any character of several bytes never shows it.",
     R"(text = text.slice(n)           /* n bytes, cut off as n characters */)", kOneUnit,
     "nodejs/node#61744 mcollina/fast-write-atomic#6 llvm/llvm-project#196402 "
     "scala-native/scala-native#3369"},
    {"W18",
     "The rest is tried again once, or a few times, whether there was progress or not. A slow "
     "reader takes more rounds than that.",
     R"(n = write(fd, buf, len);
if (n < len) write(fd, buf + n, len - n);  /* and if that is short, too? */)",
     kWriteAll, "XiaoMi/rdsn#818 logicalclocks/rondb#948 nodejs/node#42434"},
    {"W19",
     "An error's -1 is added to the total, or moves the pointer, before anybody looks at it. One "
     "byte comes twice, or the pointer leaves its buffer.",
     R"(do {
  n = write(fd, buf + done, len - done);
  done += n;                   /* n may be -1 */
} while (done < len);)",
     kWriteAll, "apache/trafficserver#952 cyrusimap/cyrus-imapd#2986"},
    {"W20",
     "The result goes into an unsigned variable. -1 becomes the largest number there is: no test "
     "for an error is ever true, and the loop believes that it is done.",
     R"(size_t n = write(fd, buf, len);
if (n < 0) return -1;          /* never */
if (n >= len) return 0;        /* -1 as well */)",
     kWriteAll, "CroatiaControlLtd/asterix#168 andikleen/lz4json#7"},
    {"W21",
     "The loop is right and its result is not: it returns what its last call accepted. The caller "
     "takes a good write for a short one, and reports it, or writes the rest again.",
     R"(while (left > 0) { n = write(fd, p, left); p += n; left -= n; }
return n;                      /* of the last call */)",
     kTotal, "linux-test-project/ltp#1039 KarpelesLab/reflink#4 influxdata/influxdb#22588"},
};

}  // namespace

std::span<const Entry> CursorEntries() {
  return kEntries;
}

}  // namespace shortwrite
