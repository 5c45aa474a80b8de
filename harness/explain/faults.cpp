#include "harness/explain/entries.h"

namespace shortwrite {
namespace {

using namespace pattern;  // NOLINT(google-build-using-namespace)

const Entry kEntries[] = {
    {"short",
     "The call accepts part of what it was given: `2:short=1` one byte, `short=-1` all but one, "
     "`short=50%` half. Allowed on any file or stream (write(2)); it happens at a full disk, a "
     "quota, a signal, a full pipe, on network file systems. On a pipe, a request of PIPE_BUF "
     "bytes or fewer stays whole.",
     R"(write(fd, buf, len);           /* returns 1 */)", kWriteAll,
     "transmission/transmission#2367 mobydeck/atch#22"},
    {"cap",
     "No call accepts more than so many bytes, `1-:cap=4096`: as Linux does at 2147479552, only "
     "sooner. Who cannot write everything in one call has to loop.",
     R"(write(fd, dump, size);         /* returns 4096, each time */)", kWriteAll,
     "joyent/libuv#1215 redis/redis#4066"},
    {"eagain",
     "There is no room now, and the descriptor is O_NONBLOCK (or the call MSG_DONTWAIT): -1, "
     "EAGAIN. poll, select or epoll say when there is. Injected only where that flag is set: try "
     "--sink pipe:nonblock.",
     R"(if (write(fd, buf, len) < 0) die("write");)", kWait,
     "nodejs/node#19838 travis-ci/travis-ci#4704"},
    {"eintr",
     "A signal handler that was installed without SA_RESTART ran before anything was written: -1, "
     "EINTR (signal(7)). Injected only where the program has such a handler.",
     R"(if (write(fd, buf, len) < 0) die("write");)", kWriteAll,
     "wjwwood/serial#233 sorah/xlat#15"},
    {"zero",
     "The call accepts nothing, and says so by 0 and no error. Only with --profile hostile: FUSE "
     "and some platforms do it.",
     R"(while (left > 0) left -= write(fd, p, left);   /* for ever */)",
     R"(if (n <= 0) return report(n < 0 ? errno : EIO);)",
     "apache/guacamole-server#179 espressif/esp-idf#5027"},
    {"enospc",
     "The disk is full. `9-:enospc` from call 9 on, `9:enospc` at that one alone: space was freed "
     "meanwhile, and who goes on as if nothing had been has lost a block.",
     R"(fwrite(p, 1, n, f);            /* nobody looks */
fclose(f);)",
     kCheckEnd, "rust-lang/rust#78753 redis/redis#587"},
    {"edquot", "The quota is used up: as enospc, for one user. NFS may tell of it only at close.",
     R"(close(fd);                     /* EDQUOT */)", kCheckEnd,
     "cooperative-computing-lab/cctools#2784"},
    {"eio", "The device failed, or the server did. What was accepted before may be lost as well.",
     R"(fsync(fd);                     /* EIO, and nobody looks */)", kCheckEnd,
     "cooperative-computing-lab/cctools#2786"},
    {"efbig",
     "The file would grow beyond what is allowed (RLIMIT_FSIZE, or the file system's largest "
     "size). SIGXFSZ comes first, and kills whoever does not ignore it.",
     R"(write(fd, buf, len);           /* EFBIG; no check */)", kWriteAll, ""},
    {"epipe",
     "Nobody reads the pipe or socket any more. SIGPIPE comes first, and to die of it is right; "
     "who ignores it must look at the error.",
     R"(signal(SIGPIPE, SIG_IGN);
while (more()) printf(...);    /* for nobody, for ever */)",
     kWriteAll, "CroatiaControlLtd/asterix#168"},
    {"full",
     "A real shortage in place of an injected fault, `full=BYTES`, or --sink full: no file can "
     "grow beyond so many bytes (setrlimit(2), with SIGXFSZ ignored), whatever way it is written.",
     R"(fclose(f);                     /* EFBIG at the last flush */)", kCheckEnd,
     "rust-lang/rust#78753"},
    {"close",
     "A place in a schedule rather than a fault: `close:eio` makes the close of an output fail, as "
     "network file systems do when they find out late. The descriptor is closed all the same.",
     R"(close(fd);
return 0;)",
     kCheckEnd, "llvm/llvm-project#56501 cooperative-computing-lab/cctools#2784"},
    {"fsync",
     "A place in a schedule: `fsync:eio` makes fsync and fdatasync of an output fail. What was "
     "written before is not known to be on the disk, and a second fsync that succeeds does not "
     "change that (fsync(2)).",
     R"(while (fsync(fd) != 0)
  ;                            /* the second one lies */)",
     kCheckEnd, "cooperative-computing-lab/cctools#2786"},
};

}  // namespace

std::span<const Entry> FaultEntries() {
  return kEntries;
}

}  // namespace shortwrite
