// The write-all loop against every schedule: whatever write does to it that a program has to
// survive, its file equals the synchronous reference's in length, MD5 and bytes.
//
// In process, under the library, on real descriptors. A counterexample is shrunk, and printed as
// the text of its schedule.
#include "harness/writer/write_all.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <string>
#include <thread>

#include "harness/base/file_bytes.h"
#include "harness/oracle/digest.h"
#include "harness/schedule/generators.h"
#include "harness/writer/payload.h"
#include "harness/writer/reference_write.h"
#include "tests/properties/under_shim.h"

namespace shortwrite {

// A payload by rule, so that RapidCheck can show and shrink it.
struct PayloadRule {
  std::string text;  // repeated; empty: position-coded
  uint64_t bytes = 0;

  Payload Make() const {
    return text.empty() ? Payload::PositionCoded(bytes) : Payload::Pattern(text, bytes);
  }
};

void showValue(const PayloadRule& rule, std::ostream& os) {  // NOLINT: RapidCheck's name
  os << rule.bytes << " bytes of " << (rule.text.empty() ? "position-coded records" : "the text ");
  if (!rule.text.empty()) rc::show(rule.text, os);
}

void showValue(ProfileName profile, std::ostream& os) {  // NOLINT: RapidCheck's name
  constexpr const char* kNames[] = {"linux", "posix", "hostile"};
  os << "--profile=" << kNames[static_cast<size_t>(profile)];
}

namespace {

rc::Gen<PayloadRule> ArbitraryPayload() {
  const auto text = rc::gen::arbitrary<std::string>();
  const auto small = rc::gen::inRange<uint64_t>(0, 70);
  const auto medium = rc::gen::inRange<uint64_t>(0, 20000);
  const auto telling =
      rc::gen::element<uint64_t>(4095, 4096, 4097, 8191, 65535, 65536, 65537, 270001);
  const auto bytes = rc::gen::weightedOneOf<uint64_t>({{3, small}, {4, medium}, {2, telling}});
  return rc::gen::map(rc::gen::tuple(text, bytes), [](const auto& both) {
    return PayloadRule{std::get<0>(both), std::get<1>(both)};
  });
}

rc::Gen<ProfileName> ArbitraryProfile() {
  return rc::gen::element(ProfileName::kLinux, ProfileName::kPosix, ProfileName::kHostile);
}

rc::Gen<Schedule> RecoverableSchedule(ProfileName profile, const char* output) {
  return ArbitrarySchedule(
      {.calls_max = 12, .hostile = profile == ProfileName::kHostile, .outputs = {output}});
}

// What was delivered over all cases of a property: a property that no fault ever reached proves
// nothing.
struct Delivered {
  uint64_t cases = 0;
  uint64_t faults = 0;
  uint64_t shorts = 0;
  uint64_t eagain = 0;
  uint64_t eintr = 0;

  void Count(const Observation& observation) {
    ++cases;
    faults += observation.faults_delivered;
    for (const TracedCall& call : observation.calls) {
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
void ExpectAgreement(const Observation& observation, const WriteAllResult& result) {
  uint64_t calls = 0;
  uint64_t accepted = 0;
  for (const TracedCall& call : observation.calls) {
    if (call.call != "write") continue;
    ++calls;
    if (call.result > 0) accepted += static_cast<uint64_t>(call.result);
    RC_ASSERT(call.granted <= call.asked);
    RC_ASSERT(call.returned);
  }
  RC_ASSERT(calls == result.calls);
  RC_ASSERT(accepted == result.accepted_bytes);
  RC_ASSERT(observation.trace_dropped == 0u);
}

void ExpectEqualFiles(const std::string& output, const std::string& reference,
                      const Payload& payload) {
  const FileBytes written = FileBytes::Read(output).value();
  const FileBytes expected = FileBytes::Read(reference).value();
  RC_ASSERT(written.size() == payload.size());
  RC_ASSERT(expected.size() == payload.size());
  RC_ASSERT(DigestFile(output).value().md5 == DigestPayload(payload).value().md5);
  RC_ASSERT(DigestFile(output).value().md5 == DigestFile(reference).value().md5);
  RC_ASSERT((written.view() == expected.view()));
}

// One case: the payload through the loop under the schedule, and through the reference without.
void CheckFile(int flags, Delivered& delivered) {
  const PayloadRule rule = *ArbitraryPayload();
  const ProfileName profile = *ArbitraryProfile();
  const Schedule schedule = *RecoverableSchedule(profile, "out");
  const auto request_bytes_max = *rc::gen::element<uint64_t>(0, 4096, 1000, 65537);
  const Payload payload = rule.Make();
  const std::string bytes = ReadWhole(payload).value();
  const std::string out = Shim().Output("out");
  const std::string reference = Shim().Other("reference");

  const UniqueFd fd(open(out.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | flags, 0666));
  RC_ASSERT(fd.valid());
  uint64_t reported = 0;
  WriteAllOptions options;
  options.request_bytes_max = request_bytes_max;
  options.on_progress = [&](const WriteProgress& progress) {
    reported += progress.accepted_bytes;
    RC_ASSERT(progress.total_bytes == reported);
  };
  Shim().Install(schedule, profile);
  const WriteAllResult result = WriteAll(fd.get(), bytes.data(), bytes.size(), options);
  const Observation observation = Shim().Take();
  delivered.Count(observation);

  RC_ASSERT(result.complete());
  RC_ASSERT(result.error_number == 0);
  RC_ASSERT(result.accepted_bytes == payload.size());
  RC_ASSERT(reported == payload.size());
  RC_ASSERT(WriteReference(payload, reference).ok());
  ExpectAgreement(observation, result);
  ExpectEqualFiles(out, reference, payload);
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
  const PayloadRule rule = *ArbitraryPayload();
  const ProfileName profile = *ArbitraryProfile();
  const Schedule schedule = *RecoverableSchedule(profile, "stdout");
  const std::string bytes = ReadWhole(rule.Make()).value();
  // Also in requests that a small pipe write keeps whole, so that most cases make several calls.
  WriteAllOptions options;
  options.request_bytes_max = *rc::gen::element<uint64_t>(0, 999, 5001);
  int ends[2];
  RC_ASSERT(pipe2(ends, O_CLOEXEC) == 0);
  UniqueFd writer(ends[1]);
  RC_ASSERT(fcntl(writer.get(), F_SETFL, flags) == 0);
  PipeReader reader{UniqueFd(ends[0])};
  Shim().Install(schedule, profile, writer.get());
  const WriteAllResult result = WriteAll(writer.get(), bytes.data(), bytes.size(), options);
  const Observation observation = Shim().Take();
  writer.reset();
  const std::string arrived = reader.Finish();
  delivered.Count(observation);

  RC_ASSERT(result.complete());
  RC_ASSERT(arrived.size() == bytes.size());
  RC_ASSERT((arrived == bytes));
  ExpectAgreement(observation, result);
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
}  // namespace shortwrite

int main(int argc, char** argv) {
  return shortwrite::RunUnderShim(argc, argv);
}
