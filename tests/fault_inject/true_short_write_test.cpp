// A short write really happens: what the call said it took is what the output holds, for every call
// of the write family, and the trace tells the same story.
#include <gtest/gtest.h>

#include <cerrno>
#include <string>
#include <string_view>

#include "tests/fault_inject/guest_bench.h"

namespace shortwrite {
namespace {

class TrueShortWrite : public GuestTest {
 protected:
  GuestRun OneCall(const std::string& call, const std::string& schedule, int64_t expected,
                   StdoutKind kind = StdoutKind::kFile) {
    return RunClean({.guest = "one_call",
                     .arguments = {"{out}", call, "{payload}"},
                     .schedule = schedule,
                     .stdout_kind = kind,
                     .environment = {"EXPECT=" + std::to_string(expected)}});
  }

  // The one record of the call that was asked for.
  const TracedCall& Record(const GuestRun& run) {
    for (const TracedCall& call : run.observation.calls) {
      if (call.number == 1) return call;
    }
    ADD_FAILURE() << "the call was not traced";
    static const TracedCall kNone = {};
    return kNone;
  }
};
SHORTWRITE_FOR_ALL_BENCHES(TrueShortWrite);

struct CallRow {
  const char* argument;
  const char* name;  // in the trace
  uint64_t asked;
  bool glibc_only = false;
};

constexpr uint64_t kWhole = 26;

const CallRow kFileCalls[] = {
    {"write", "write", kWhole},
    {"pwrite", "pwrite", kWhole},
    {"pwrite64", "pwrite", kWhole},
    {"writev", "writev", kWhole},
    {"pwritev", "pwritev", kWhole},
    {"pwritev64", "pwritev", kWhole},
    {"pwritev2", "pwritev2", kWhole, true},
    {"pwritev2_append", "pwritev2", kWhole, true},
    {"sendfile", "sendfile", 0x7ffff000},
    {"copy_file_range", "copy_file_range", 1 << 30},
    {"copy_file_range_at", "copy_file_range", 1 << 30},
    {"splice", "splice", 1 << 16},
};

// Cuts at the first byte, at element boundaries of the vectors (5 and 20), inside of elements, and
// before the last byte.
TEST_P(TrueShortWrite, FilesHoldExactlyWhatWasAccepted) {
  for (const CallRow& row : kFileCalls) {
    if (row.glibc_only && IsMusl()) continue;
    for (const uint64_t count : {1u, 4u, 5u, 6u, 19u, 20u, 21u, 25u}) {
      const auto expected = static_cast<int64_t>(count);
      const GuestRun run = OneCall(row.argument, "1:short=" + std::to_string(count), expected);
      EXPECT_EQ(run.file, std::string(kLetters).substr(0, count)) << row.argument;
      const TracedCall& call = Record(run);
      EXPECT_EQ(call.call, row.name);
      EXPECT_EQ(call.asked, row.asked) << row.argument;
      EXPECT_EQ(call.movable, kWhole) << row.argument;
      EXPECT_EQ(call.granted, count) << row.argument;
      EXPECT_EQ(call.result, expected) << row.argument;
      EXPECT_EQ(call.position, 0) << row.argument;
      EXPECT_EQ(call.error, 0) << row.argument;
      EXPECT_TRUE(call.delivered && call.returned) << row.argument;
      // A tracer knows the instruction that enters the kernel. Who called libc's wrapper around it
      // can be proved of glibc's leaves, and neither of its pwritev2() nor of musl's.
      const bool is_leaf = !IsMusl() && !std::string_view(row.argument).starts_with("pwritev2");
      EXPECT_EQ(call.caller_in_program, !IsTraced() || IsStatic() || is_leaf) << row.argument;
      EXPECT_EQ(call.sink, "regular file");
      EXPECT_EQ(call.legal_under, "linux") << row.argument;
      EXPECT_EQ(run.observation.faults_delivered, 1u) << row.argument;
    }
  }
}

// Without a step a call is left whole, and the trace says where its bytes went.
TEST_P(TrueShortWrite, CallsWithoutAStepAreWhole) {
  for (const CallRow& row : kFileCalls) {
    if (row.glibc_only && IsMusl()) continue;
    const GuestRun run = OneCall(row.argument, "", static_cast<int64_t>(kWhole));
    EXPECT_EQ(run.file, kLetters) << row.argument;
    const TracedCall& call = Record(run);
    EXPECT_EQ(call.call, row.name);
    EXPECT_EQ(call.asked, row.asked);
    EXPECT_EQ(call.granted, row.asked);
    EXPECT_EQ(call.result, static_cast<int64_t>(kWhole));
    EXPECT_EQ(call.position, 0);
    EXPECT_FALSE(call.delivered);
    EXPECT_EQ(call.step, 0u);
  }
}

// A lean trace leaves out what costs a system call, and nothing else: the fault is the same.
TEST_P(TrueShortWrite, LeanTracesTellTheSameFault) {
  const GuestRun run = RunClean({.guest = "one_call",
                                 .arguments = {"{out}", "writev"},
                                 .schedule = "1:short=7",
                                 .full_trace = false,
                                 .environment = {"EXPECT=7"}});
  EXPECT_EQ(run.file, "abcdefg");
  const TracedCall& call = Record(run);
  EXPECT_EQ(call.asked, kWhole);
  EXPECT_EQ(call.granted, 7u);
  EXPECT_EQ(call.result, 7);
  EXPECT_EQ(call.sink, "regular file");
  EXPECT_TRUE(call.delivered);
  EXPECT_EQ(call.legal_under, "linux");
  EXPECT_EQ(call.position, -1);
}

// A fraction is of what would move, however much was asked for.
TEST_P(TrueShortWrite, FractionsAreOfWhatMoves) {
  for (const char* call : {"sendfile", "copy_file_range", "splice", "write"}) {
    EXPECT_EQ(OneCall(call, "1:short=50%", 13).file, std::string(kLetters).substr(0, 13)) << call;
    EXPECT_EQ(OneCall(call, "1:short=-1", 25).file, std::string(kLetters).substr(0, 25)) << call;
  }
}

struct StreamRow {
  const char* argument;
  const char* name;
  StdoutKind kind;
  const char* sink;
};

// On a socket that is stdout, the receiver gets exactly the accepted bytes.
TEST_P(TrueShortWrite, SocketsCarryExactlyWhatWasAccepted) {
  const StreamRow rows[] = {
      {"send", "send", StdoutKind::kStreamSocket, "stream socket"},
      {"sendto", "send", StdoutKind::kStreamSocket, "stream socket"},  // without an address
      {"sendmsg", "sendmsg", StdoutKind::kStreamSocket, "stream socket"},
      {"stdout_write", "write", StdoutKind::kStreamSocket, "stream socket"},
  };
  for (const StreamRow& row : rows) {
    for (const uint64_t count : {1u, 5u, 7u, 25u}) {
      const GuestRun run = OneCall(row.argument, "1@stdout:short=" + std::to_string(count),
                                   static_cast<int64_t>(count), row.kind);
      EXPECT_EQ(run.out, std::string(kLetters).substr(0, count)) << row.argument;
      const TracedCall& call = Record(run);
      EXPECT_EQ(call.call, row.name);
      EXPECT_EQ(call.sink, row.sink);
      EXPECT_EQ(call.asked, kWhole);
      EXPECT_EQ(call.granted, count);
      EXPECT_EQ(call.position, -1);
      EXPECT_TRUE(call.delivered);
    }
  }
}

// sendmmsg stops between two messages; a message goes whole.
TEST_P(TrueShortWrite, SendmmsgSendsFewerMessages) {
  if (IsTraced() && IsMusl()) GTEST_SKIP() << "musl makes a sendmsg of each message";
  const GuestRun run = OneCall("sendmmsg", "1@stdout:short=2", 2, StdoutKind::kDatagramSocket);
  EXPECT_EQ(run.out, std::string(kLetters) + kLetters);
  const TracedCall& call = Record(run);
  EXPECT_EQ(call.call, "sendmmsg");
  EXPECT_EQ(call.sink, "datagram socket");
  EXPECT_EQ(call.asked, 3u);
  EXPECT_EQ(call.granted, 2u);
  EXPECT_TRUE(call.delivered);
}

// A datagram is never cut (send(2)).
TEST_P(TrueShortWrite, DatagramsGoWhole) {
  for (const char* call : {"send", "sendmsg", "sendto"}) {
    const GuestRun run = OneCall(call, "1@stdout:short=7", 26, StdoutKind::kDatagramSocket);
    EXPECT_EQ(run.out, kLetters) << call;
    EXPECT_EQ(run.observation.faults_delivered, 0u) << call;
  }
}

// MSG_DONTWAIT makes EAGAIN legal for that one call.
TEST_P(TrueShortWrite, DontwaitGetsEagain) {
  const GuestRun waits = OneCall("send", "1@stdout:eagain", 26, StdoutKind::kStreamSocket);
  EXPECT_EQ(waits.observation.faults_delivered, 0u);
  const GuestRun run = OneCall("send_dontwait", "1@stdout:eagain", -1, StdoutKind::kStreamSocket);
  EXPECT_EQ(run.out, "");
  EXPECT_EQ(Record(run).error, EAGAIN);
}

// vmsplice and tee into a pipe that is stdout are seen; up to PIPE_BUF they go whole.
TEST_P(TrueShortWrite, PipeCallsAreSeen) {
  for (const char* name : {"vmsplice", "tee"}) {
    const GuestRun run = OneCall(name, "1@stdout:short=7", 26, StdoutKind::kPipe);
    EXPECT_EQ(run.out, kLetters) << name;
    EXPECT_EQ(Record(run).call, name);
    EXPECT_FALSE(Record(run).delivered) << name;
  }
}

// A socket of the target's own is no output: neither traced nor cut.
TEST_P(TrueShortWrite, OtherSocketsAreLeftAlone) {
  const GuestRun run = OneCall("send_own", "*:short=1", 26);
  EXPECT_EQ(run.observation.faults_delivered, 0u);
  EXPECT_TRUE(run.observation.calls.empty());
}

// A step that names another output does not apply.
TEST_P(TrueShortWrite, StepsOfOtherOutputsDoNotApply) {
  const GuestRun run = OneCall("write", "*@other:short=1 *@stdout:short=2", 26);
  EXPECT_EQ(run.file, kLetters);
  EXPECT_EQ(run.observation.faults_delivered, 0u);
  ASSERT_EQ(run.observation.touched.size(), 2u);
  EXPECT_EQ(run.observation.touched[1].first_name, "out");
}

}  // namespace
}  // namespace shortwrite
