#include "harness/explain/entries.h"

namespace shortwrite {
namespace {

using namespace pattern;  // NOLINT(google-build-using-namespace)

constexpr std::string_view kStickyError = R"(if (fwrite(p, 1, n, f) != n) failed = 1;
if (fflush(f) != 0) failed = 1; /* look at once: fclose may say 0 later */
if (ferror(f) || failed) return report(errno);
if (fclose(f) != 0) return report(errno);)";

constexpr std::string_view kNoProgress = R"(ssize_t n = write(fd, p, left);
if (n < 0 && errno == EINTR) continue;
if (n <= 0) return report(n < 0 ? errno : EIO); /* no progress: an error */)";

constexpr std::string_view kOneWriter =
    R"(flock(fd, LOCK_EX);            /* or one writer that all others send to */
failed = write_all(fd, record, size);
flock(fd, LOCK_UN);)";

const Entry kEntries[] = {
    {"W42",
     "A layer with a buffer (stdio, a text layer over a raw one) said yes to the bytes, and threw "
     "its buffer away when it could not write it. The output has holes of the buffer's size, and "
     "the later close may report success.",
     R"(fprintf(f, ...);               /* accepted by the buffer */
fflush(f);                     /* failed once, buffer gone */
return fclose(f);              /* 0 */)",
     kStickyError,
     "odygrd/quill#993 groonga/groonga#2749 pallets/click#818 python/cpython#134467 "
     "Seldaek/monolog#2016"},
    {"W43",
     "A call returned 0: no error, and no progress. The loop turns for ever, with a processor of "
     "its own. sendfile and copy_file_range do that at the source's end.",
     R"(while (left > 0) {
  n = sendfile(out, in, NULL, left);
  if (n < 0) return -1;
  left -= n;                   /* n is 0 from now on */
})",
     kNoProgress,
     "apache/guacamole-server#179 ocaml/dune#15554 proftpd/proftpd#591 magento/magento2#3091 "
     "espressif/esp-idf#5027"},
    {"W44",
     "A return of 0 is taken for the end of the work, and the rest is dropped without a word.",
     R"(if (n == 0) break;             /* success */)", kNoProgress,
     "kaappi/kaappi#519 shadow-maint/shadow#765"},
    {"W45",
     "A lasting error (a full disk, a quota, an I/O error) came, often after a short count, and "
     "the program ends with exit status 0 as some of the bytes got out, or nobody looked.",
     R"(total += n > 0 ? n : 0;
return total > 0 ? 0 : -1;     /* "something was written" */)",
     kWriteAll, "rust-lang/rust#78753 filesender/filesender#152"},
    {"W46",
     "Some file systems (NFS, FUSE, quotas) tell only at close or fsync that what they accepted "
     "could not be stored. A result that nobody looks at is a loss that nobody hears of.",
     R"(close(fd);                     /* EIO, ENOSPC, EDQUOT */
return 0;)",
     kCheckEnd,
     "cooperative-computing-lab/cctools#2784 cooperative-computing-lab/cctools#2786 "
     "llvm/llvm-project#56501"},
    {"W47",
     "An append failed half-way, and what got out of it stays. The next record follows the torn "
     "one, and no reader gets past it.",
     R"(if (write_all(fd, record, size) != 0)
  return retry_later(record);  /* half a record is in the file */)",
     kRollBack,
     "redis/redis#587 HarperFast/rocksdb-js#748 HarperFast/rocksdb-js#751 timeplus-io/proton#1229"},
    {"W48",
     "A shorter content is written over a longer one, without O_TRUNC, or the truncation is left "
     "out on a path of its own. The old end follows the new bytes.",
     R"(fd = open(path, O_WRONLY | O_CREAT, 0666);   /* no O_TRUNC */)", kReplace,
     "tstack/lnav#290 TheNeikos/rustbreak#7 greenplum-db/gp-common-go-libs#40 oven-sh/bun#33355"},
    {"W49",
     "Several processes append to one file or pipe, each record by one call, and rely on that "
     "being whole. A short count makes it two calls, and another's record comes between.",
     R"(/* O_APPEND, two processes */
write(log, record, size);)",
     kOneWriter,
     "rizsotto/Bear#512 ccache/ccache#350 firedancer-io/firedancer#6140 "
     "PrimeIntellect-ai/prime-agent#2028"},
};

}  // namespace

std::span<const Entry> LayerEntries() {
  return kEntries;
}

}  // namespace shortwrite
