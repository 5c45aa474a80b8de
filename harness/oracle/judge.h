// The oracle: behaviour and outputs of one trial against the reference -> verdict. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "harness/oracle/provenance.h"

namespace shortwrite {

enum class Verdict {
  // Recoverable schedules (short, EAGAIN, EINTR), mildest first.
  kSurvived,        // exit 0, output equal to the reference
  kRefused,         // non-zero exit, output wrong: says so, but a loop would have lost nothing
  kFailedComplete,  // right bytes, failing exit
  kSpun,            // burns CPU, or writes for ever, without progress; or did so between progress
  kHung,            // waits for ever
  kCrashed,         // killed by a signal
  kMisreported,     // a message, but exit 0, wrong bytes
  kCorrupted,       // exit 0, no message, wrong bytes
  // Terminal schedules (ENOSPC...).
  kReported,      // good: non-zero exit, output a prefix, absent or untouched
  kDamaged,       // non-zero exit, but the output that failed is none of these
  kFalseSuccess,  // exit 0 although an error that loses data was returned
  // No statement about the target.
  kInconclusive,
  kFlaky,  // failed once, not when repeated
};

std::string_view VerdictText(Verdict verdict);

// transparent: recoverable faults must not be visible at all. honest: `refused` with an output that
// is a prefix of the reference is good, too.
enum class Contract { kTransparent, kHonest };

struct NamedBytes {
  std::string name;
  std::string_view bytes;
};

struct Reference {
  std::vector<NamedBytes> outputs;  // sorted as in Behaviour
  std::string diagnostics;          // what the control printed on stderr
  std::string main_output;          // the one that the existing content lies in
  std::string_view existing;
  // The main output is a copy of the payload: what a failed target leaves of it can be judged, too.
  bool is_payload = false;
  // Outputs need only mean the same: then the bytes of one that was cut off prove nothing either.
  bool bytes_may_differ = false;
};

struct Behaviour {
  enum class Ending { kExited, kSignaled, kHung, kSpun, kSlow };
  Ending ending = Ending::kExited;
  int number = 0;  // exit status or signal
  std::vector<NamedBytes> outputs;
  std::string_view diagnostics;
  std::vector<std::string> same;         // outputs that differ from the reference by right
  std::vector<std::string> faulted;      // outputs that an error was delivered on
  bool recoverable = true;               // what was delivered, and must be answered for
  bool delayed_error = false;            // close or fsync failed: the bytes may be lost later
  bool retries_without_waiting = false;  // at EAGAIN, proved; it came to its end all the same
  bool fault_is_fatal_signal = false;    // the fault delivered `number` as SIGPIPE or SIGXFSZ
};

// Both sides around the first byte that differs, for people to look at: each at most
// kExcerptBytes, shorter where it ends.
struct Excerpt {
  uint64_t at = 0;  // offset of the first byte of both
  std::string output;
  std::string reference;
};
inline constexpr uint64_t kExcerptBytes = 64;

struct Judgement {
  Verdict verdict = Verdict::kInconclusive;
  bool good = false;
  std::string output;     // the first output that differs; empty if none does
  Provenance provenance;  // of that output
  uint64_t output_bytes = 0;
  uint64_t reference_bytes = 0;
  Excerpt excerpt;      // of that output
  std::string message;  // the first new line on stderr
};

Judgement Judge(const Reference& reference, const Behaviour& behaviour, Contract contract);

// The first line of text that is not in known, numbers apart (times and counts differ by right);
// empty if there is none.
std::string FirstNewLine(std::string_view text, std::string_view known);

}  // namespace shortwrite
