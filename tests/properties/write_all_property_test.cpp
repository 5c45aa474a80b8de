// The write-all loop against every schedule: whatever write does to it that a program has to
// survive, its file equals the synchronous reference's in length, MD5 and bytes.
//
// In process, under the library, on real descriptors, by the library's own public interface. A
// counterexample is shrunk, and printed as the C++ that makes it.
#include "harness/writer/write_all.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <string>
#include <thread>

#include <shortwrite/generators.h>
#include <shortwrite/injector.h>

#include "harness/base/file_bytes.h"
#include "harness/base/unique_fd.h"
#include "harness/oracle/digest.h"
#include "harness/writer/reference_write.h"

namespace shortwrite::inprocess {
namespace {

rc::Gen<Profile> ArbitraryProfile() {
  return rc::gen::element(Profile::kLinux, Profile::kPosix, Profile::kHostile);
}

rc::Gen<Schedule> RecoverableSchedule(Profile profile, const char* output) {
  return Schedules({.calls_max = 12, .hostile = profile == Profile::kHostile, .outputs = {output}});
}

// What was delivered over all cases of a property: a property that no fault ever reached proves
// nothing.
struct Delivered {
  uint64_t cases = 0;
  uint64_t faults = 0;
  uint64_t shorts = 0;
  uint64_t eagain = 0;
  uint64_t eintr = 0;

  void Count(const Trace& trace) {
    ++cases;
    faults += trace.faults_delivered;
    for (const Call& call : trace.calls) {
      if (!call.delivered) continue;
      shorts += call.result > 0;
      eagain += call.error == EAGAIN;
      eintr += call.error == EINTR;
    }
  }
};

// Below this many cases (somebody replays one) nothing can be demanded of the sum.
constexpr uint64_t kCasesThatTell = 100;

// A handler without SA_RESTART for the time of one property.
class AlarmHandler {
 public:
  explicit AlarmHandler(bool installed) : installed_(installed) {
    if (!installed_) return;
    struct sigaction action = {};
    action.sa_handler = [](int) {};
    sigaction(SIGALRM, &action, &before_);
  }
  AlarmHandler(const AlarmHandler&) = delete;
  AlarmHandler& operator=(const AlarmHandler&) = delete;
  ~AlarmHandler() {
    if (installed_) sigaction(SIGALRM, &before_, nullptr);
  }

 private:
  bool installed_;
  struct sigaction before_ = {};
};

// The trace tells the same story as the loop: as many calls, as many bytes, nothing granted beyond
// what was asked.
void ExpectAgreement(const Trace& trace, const WriteAllResult& result) {
  uint64_t calls = 0;
  uint64_t accepted = 0;
  for (const Call& call : trace.calls) {
    if (call.call != "write") continue;
    ++calls;
    if (call.result > 0) accepted += static_cast<uint64_t>(call.result);
    RC_ASSERT(call.granted <= call.asked);
    RC_ASSERT(call.returned);
  }
  RC_ASSERT(calls == result.calls);
  RC_ASSERT(accepted == result.accepted_bytes);
  RC_ASSERT(accepted == trace.accepted_bytes);
  RC_ASSERT(trace.calls_dropped == 0u);
  RC_ASSERT(trace.unseen_bytes == 0u);
  RC_ASSERT(trace.violation == "");
}

void ExpectEqualFiles(const std::string& output, const std::string& reference,
                      const Payload& payload) {
  const FileBytes written = FileBytes::Read(output).value();
  const FileBytes expected = FileBytes::Read(reference).value();
  RC_ASSERT(written.size() == payload.size());
  RC_ASSERT(expected.size() == payload.size());
  RC_ASSERT(DigestFile(output).value().md5 == DigestBytes(payload.bytes()).value().md5);
  RC_ASSERT(DigestFile(output).value().md5 == DigestFile(reference).value().md5);
  RC_ASSERT((written.view() == expected.view()));
}

// The reference writer takes a payload by rule; a text that is as long as the payload is any.
Status WriteReferenceOf(const Payload& payload, const std::string& path) {
  const std::string bytes(payload.bytes());
  return WriteReference(shortwrite::Payload::Pattern(bytes, bytes.size()), path);
}

// One case: the payload through the loop under the schedule, and through the reference without.
void CheckFile(int flags, Delivered& delivered) {
  const Payload payload = *Payloads();
  const Profile profile = *ArbitraryProfile();
  const Schedule schedule = *RecoverableSchedule(profile, "out");
  const auto request_bytes_max = *rc::gen::element<uint64_t>(0, 4096, 1000, 65537);
  const std::string reference = ScratchPath("reference");

  uint64_t reported = 0;
  WriteAllOptions options;
  options.request_bytes_max = request_bytes_max;
  options.on_progress = [&](const WriteProgress& progress) {
    reported += progress.accepted_bytes;
    RC_ASSERT(progress.total_bytes == reported);
  };
  ScopedInjector injector(schedule, "out", {.profile = profile});
  const UniqueFd fd(open(injector.path().c_str(), O_WRONLY | O_CREAT | O_CLOEXEC | flags, 0666));
  RC_ASSERT(fd.valid());
  const WriteAllResult result = WriteAll(fd.get(), payload.data(), payload.size(), options);
  const Trace& trace = injector.Stop();
  delivered.Count(trace);

  RC_ASSERT(result.complete());
  RC_ASSERT(result.error_number == 0);
  RC_ASSERT(result.accepted_bytes == payload.size());
  RC_ASSERT(reported == payload.size());
  RC_ASSERT(WriteReferenceOf(payload, reference).ok());
  ExpectAgreement(trace, result);
  ExpectEqualFiles(injector.path(), reference, payload);
  RC_ASSERT(injector.Judge(payload));
}

Delivered CheckFiles(int flags, bool with_handler) {
  const AlarmHandler handler(with_handler);
  Delivered delivered;
  EXPECT_TRUE(
      rc::check("the file equals the synchronous reference", [&] { CheckFile(flags, delivered); }));
  if (delivered.cases >= kCasesThatTell) {
    EXPECT_GT(delivered.shorts, delivered.cases / 4) << "no proof: too few writes were short";
    EXPECT_GT(delivered.faults, delivered.cases / 2) << "no proof: too few faults were delivered";
  }
  return delivered;
}

TEST(WriteAllProperty, BlockingFileWithoutHandler) {
  CheckFiles(0, false);
}

TEST(WriteAllProperty, BlockingFileWithHandler) {
  const Delivered delivered = CheckFiles(0, true);
  EXPECT_TRUE(delivered.eintr > 0 || delivered.cases < kCasesThatTell);
}

TEST(WriteAllProperty, NonblockingFileWithoutHandler) {
  const Delivered delivered = CheckFiles(O_NONBLOCK, false);
  EXPECT_TRUE(delivered.eagain > 0 || delivered.cases < kCasesThatTell);
}

TEST(WriteAllProperty, NonblockingFileWithHandler) {
  const Delivered delivered = CheckFiles(O_NONBLOCK, true);
  EXPECT_TRUE(delivered.eagain > 0 || delivered.cases < kCasesThatTell);
}

TEST(WriteAllProperty, AppendingFile) {
  CheckFiles(O_APPEND, true);
}

// Reads to the end in a thread of its own; a write to a pipe needs a reader that moves.
class PipeReader {
 public:
  explicit PipeReader(UniqueFd fd) : fd_(std::move(fd)), thread_([this] { Read(); }) {}
  std::string Finish() {
    thread_.join();
    return std::move(bytes_);
  }

 private:
  void Read() {
    char block[65536];
    ssize_t n = 0;
    while ((n = read(fd_.get(), block, sizeof(block))) > 0 || (n < 0 && errno == EINTR)) {
      if (n > 0) bytes_.append(block, static_cast<size_t>(n));
    }
  }

  UniqueFd fd_;
  std::string bytes_;
  std::thread thread_;
};

void CheckPipe(int flags, Delivered& delivered) {
  const Payload payload = *Payloads();
  const Profile profile = *ArbitraryProfile();
  const Schedule schedule = *RecoverableSchedule(profile, "stdout");
  // Also in requests that a small pipe write keeps whole, so that most cases make several calls.
  WriteAllOptions options;
  options.request_bytes_max = *rc::gen::element<uint64_t>(0, 999, 5001);
  int ends[2];
  RC_ASSERT(pipe2(ends, O_CLOEXEC) == 0);
  UniqueFd writer(ends[1]);
  RC_ASSERT(fcntl(writer.get(), F_SETFL, flags) == 0);
  PipeReader reader{UniqueFd(ends[0])};
  ScopedInjector injector(schedule, writer.get(), {.profile = profile});
  const WriteAllResult result = WriteAll(writer.get(), payload.data(), payload.size(), options);
  const Trace& trace = injector.Stop();
  writer.reset();
  const std::string arrived = reader.Finish();
  delivered.Count(trace);

  RC_ASSERT(result.complete());
  RC_ASSERT(injector.Judge(payload, arrived));
  ExpectAgreement(trace, result);
}

// Through a pipe, blocking or not, what arrives is the payload.
TEST(WriteAllProperty, Pipes) {
  const AlarmHandler handler(true);
  for (const int flags : {0, O_NONBLOCK}) {
    Delivered delivered;
    EXPECT_TRUE(rc::check("the reader gets the payload", [&] { CheckPipe(flags, delivered); }));
    if (delivered.cases < kCasesThatTell) continue;
    EXPECT_GT(delivered.shorts, 0u);
    EXPECT_GT(flags == 0 ? delivered.eintr : delivered.eagain, 0u);
  }
}

}  // namespace
}  // namespace shortwrite::inprocess
