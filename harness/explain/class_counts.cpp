#include "harness/explain/entries.h"

namespace shortwrite {
namespace {

using namespace pattern;  // NOLINT(google-build-using-namespace)

constexpr std::string_view kWideLength =
    R"(size_t left = size;          /* never int, unsigned or a 32-bit DWORD */
while (left > 0) {
  ssize_t n = write(fd, p, left);
  if (n < 0 && errno == EINTR) continue;
  if (n <= 0) return -1;
  p += n;
  left -= (size_t)n;
})";

const Entry kEntries[] = {
    {"W01",
     "Each buffer is handed to one write call, and only -1 (or nothing) is looked at. What the "
     "kernel did not take is gone: bytes are missing in the middle, or the end is cut off, and the "
     "exit status is 0.",
     R"(if (write(fd, buf, len) < 0)  /* 1 of len is no failure here */
  return -1;
return 0;)",
     kWriteAll,
     "bloomreach/s4cmd#101 transmission/transmission#2367 ctylim/rhuffle#7 CorfuDB/CorfuDB#1925 "
     "tursodatabase/turso#3073"},
    {"W02",
     "A count below the request is taken for a failure, although the rest could be written with "
     "one more call. The output is a correct beginning, and the program gives up or aborts.",
     R"(ssize_t n = write(fd, buf, len);
if (n != (ssize_t)len)
  die("write failed");)",
     kWriteAll, "ornladios/ADIOS2#905 anza-xyz/agave#8053 openjdk/jdk#13750 mobydeck/atch#22"},
    {"W03",
     "After a short count errno was not set: it is 0, or left over from an earlier call. The "
     "message then says \"Success\" or names an error that never happened, and where -errno is "
     "returned, 0 means that all went well.",
     R"(if (write(fd, buf, len) != (ssize_t)len)
  return -errno;               /* 0 after a short write */)",
     kWriteAll,
     "pengutronix/genimage#345 andikleen/lz4json#7 lizardfs/lizardfs#542 jnwatson/py-lmdb#474"},
    {"W04",
     "The length is compared before the error is looked at, or the short write's own error is "
     "stored over the real one. People are told of a short write where the disk was full.",
     R"(n = write(fd, buf, len);
if (n != len) return E_SHORT;  /* hides ENOSPC behind n == -1 */
if (n < 0) return errno;)",
     kWriteAll, "pkg/term#48 golang/go#20386"},
    {"W05",
     "One call is trusted with more than one call can do. Linux stops at 2147479552 bytes "
     "(0x7ffff000), macOS at 2147483647, so a large file ends exactly there.",
     R"(write(fd, dump, size);         /* size is 4 GiB */)", kWriteAll,
     "canonical/apport#647 joyent/libuv#1215 KarpelesLab/reflink#3"},
    {"W06",
     "The size goes through a type of 32 bits on its way to the call. 4 GiB becomes 0, and a "
     "little more becomes a little: few bytes are written, and no call ever failed. It needs a "
     "large request, and no fault.",
     R"(unsigned int n = size;         /* 0x100000000 becomes 0 */
write(fd, buf, n);)",
     kWideLength, "jnwatson/py-lmdb#476 zlib-ng/zlib-ng#2109"},
    {"W07",
     "writev takes at most IOV_MAX (1024) buffers in a call. Whoever passes more gets EINVAL, or "
     "cuts the list himself and never issues the rest. It needs many buffers, and no fault.",
     R"(writev(fd, v, count > IOV_MAX ? IOV_MAX : count);
return 0;                      /* and buffer 1025? */)",
     kVector, "scireum/s3ninja#84"},
};

}  // namespace

std::span<const Entry> CountEntries() {
  return kEntries;
}

}  // namespace shortwrite
