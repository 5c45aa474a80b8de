#include "harness/explain/entries.h"

namespace shortwrite {
namespace {

using namespace pattern;  // NOLINT(google-build-using-namespace)

const Entry kEntries[] = {
    {"survived",
     "Each trial ended with exit status 0 and the bytes of the reference, although faults were "
     "really delivered. It holds for the schedules that were run, on this sink: `covered` says "
     "which, and warnings say what would show more.",
     "", "nothing to do; add the command to your tests, with --faults all and --sink pipe:nonblock",
     ""},
    {"refused",
     "It met a fault that a loop would have got over, said so with its exit status, and left an "
     "output that is not whole. Nothing is lost in silence. If that is what your program promises, "
     "--contract honest counts it as good.",
     R"(if (write(fd, buf, len) != (ssize_t)len)
  return EXIT_FAILURE;)",
     kWriteAll, "ornladios/ADIOS2#905 curl/curl#3239"},
    {"failed-complete",
     "Every byte is right, and the exit status says that they are not: an error that was got over "
     "is still remembered, or a helper returns its last count in place of the total. See W30, W21.",
     R"(if (n < 0) { failed = 1; continue; }   /* the retry succeeds */
return failed;)",
     kWriteAll, "curl/curl#20809 linux-test-project/ltp#1039"},
    {"spun",
     "It burns a processor without getting further, or asks again and again at EAGAIN where it "
     "should wait, even if every byte is right in the end. See W35, W43.",
     R"(while (write(fd, p, left) < 0 && errno == EAGAIN)
  ;)",
     kWait, "davidbeesley/claude-chill#39 apache/guacamole-server#179"},
    {"hung",
     "Every thread waits for something that never comes: for the wrong readiness, or for an edge "
     "that was there already. Proved by what its threads wait for, not by a deadline alone. See "
     "W37, W38.",
     R"(n = write(fd, p, left);        /* short; no EAGAIN came */
epoll_wait(ep, ...);           /* EPOLLET: no further edge */)",
     kQueue, "netty/netty#2823 pistacheio/pistache#1114"},
    {"crashed",
     "A signal killed it: an assertion that a count is whole, or a pointer that an error's -1 or "
     "a wrong length moved out of its buffer. See W02, W09, W19.",
     R"(assert(write(fd, buf, len) == (ssize_t)len);)", kWriteAll,
     "anza-xyz/agave#8053 apache/trafficserver#952"},
    {"misreported",
     "The bytes are wrong, and it prints a message about it, but ends with exit status 0. A "
     "script, make or a package build goes on as if all were well.",
     R"(if (n != len)
  fprintf(stderr, "short write\n");
return 0;)",
     R"(if (failed) {
  fprintf(stderr, "write: %s\n", strerror(failed));
  return EXIT_FAILURE;
})",
     "lizardfs/lizardfs#542 pengutronix/genimage#345"},
    {"corrupted",
     "The bytes are wrong, the exit status is 0, and nothing on stderr says so: the worst that a "
     "writer can do, and the usual end of a count that nobody looks at. `class` in the report "
     "names the mistake; explain that.",
     R"(write(fd, buf, len);           /* 1 of len */
return 0;)",
     kWriteAll, "transmission/transmission#2367 bloomreach/s4cmd#101 tursodatabase/turso#3073"},
    {"reported",
     "A terminal error (a full disk...) was delivered, and it did what it should: non-zero exit "
     "status, and the output is a beginning of the right bytes, absent, or as it was.",
     "", "nothing to do", ""},
    {"damaged",
     "It reported the terminal error, but left bytes that are in no right place: a record cut in "
     "two in the middle, or the beginning written over the old file. See W47, W48.",
     R"(if (write_all(fd, record, size) != 0)
  return -1;                   /* half of it stays */)",
     kRollBack, "redis/redis#587 HarperFast/rocksdb-js#748"},
    {"false-success",
     "An error that loses data was returned by a call, and the exit status is 0. The last place "
     "where a program can hear of a full disk is close or fsync. See W45, W46.",
     R"(fclose(f);                     /* ENOSPC */
return 0;)",
     kCheckEnd, "rust-lang/rust#78753 cooperative-computing-lab/cctools#2784"},
    {"inconclusive",
     "Nothing can be said: the control fails by itself, a trial was still at work at its deadline, "
     "or no fault was delivered. It is never a pass; the reason stands beside it, with what helps.",
     "", "do what the reason says; `shortwrite doctor -- COMMAND` looks at the program", ""},
    {"flaky",
     "It failed once, and not each time that it was repeated. Something else than the schedule "
     "decides: a clock, a random number, the reader's pace, a path or port that trials share.",
     "", "try --jobs 1, a plain --sink file, and --judge for bytes that may differ", ""},
    {"vacuous",
     "A campaign in which no fault was delivered, or in which bytes reached an output by a way "
     "that no backend sees (a mapping, io_uring). It ends with exit status 5: a test that tested "
     "nothing must not be green. Its verdict is `inconclusive`.",
     "",
     "let the target write something; try --backend syscall, or --sink full, which needs no "
     "backend to see the writes",
     ""},
};

}  // namespace

std::span<const Entry> VerdictEntries() {
  return kEntries;
}

}  // namespace shortwrite
