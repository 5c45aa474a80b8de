// What one trial showed. Values only; nothing here judges.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "harness/base/file_bytes.h"
#include "harness/schedule/schedule.h"

namespace shortwrite {

// How the target came to its end.
struct TargetEnd {
  enum class Kind {
    kExited,    // number: exit status
    kSignaled,  // number: signal
    kHung,      // blocked for good, or no progress and no CPU until the deadline; killed by us
    kSpun,      // burnt CPU without progress; killed by us
    kRunaway,   // its output outgrew the bound; killed by us
    kSlow,      // still at work at the deadline; killed by us: proves nothing
  };
  Kind kind = Kind::kExited;
  int number = 0;
  bool operator==(const TargetEnd&) const = default;
};

// "exit status 1", "killed by signal 9 (SIGKILL)", "hung".
std::string ToText(const TargetEnd& end);

// One traced call.
struct TracedCall {
  uint64_t time_ns = 0;   // since the trial's first record
  uint64_t asked = 0;     // bytes (sendmmsg: messages)
  uint64_t movable = 0;   // of these, what there was to move
  uint64_t granted = 0;   // what the kernel was asked for
  int64_t result = 0;     // what the target got
  int64_t position = -1;  // offset of the first accepted byte; -1 on streams and failures
  uint64_t caller = 0;
  bool caller_in_program = false;  // then caller is an offset in the main program
  uint32_t number = 0;   // on its output, from 1; 0: nothing to write, or not a write call
  uint32_t process = 0;  // 1 for the first process seen, 2 for the next...
  uint32_t thread = 0;   // likewise
  uint32_t program = 0;  // index + 1 into Observation::programs; 0: not known
  int error = 0;
  int descriptor = -1;
  uint32_t status_flags = 0;
  uint32_t output = 0;    // index into Observation::touched
  uint32_t step = 0;      // index + 1 into the schedule; 0: none
  std::string_view call;  // "write"
  std::string_view sink;  // "regular file"
  bool handler_can_interrupt = false;
  bool must_not_wait = false;  // this call alone: MSG_DONTWAIT, SPLICE_F_NONBLOCK, RWF_NOWAIT
  bool send_timeout = false;   // SO_SNDTIMEO of a socket
  bool delivered = false;
  bool watched = true;   // false: result is what was asked, not what it returned
  bool returned = true;  // false: the target ended inside the call
  // Before its next write call its thread waited for readiness (poll, select, epoll_wait). Only
  // where that was traced: in trials for people, under a schedule with faults.
  bool then_waited = false;
  FaultKind fault = FaultKind::kShort;  // meaningful when step is not 0
  std::string_view legal_under;         // strictest profile, "" when nothing was delivered
  std::string_view legal_reason;
};

// A file that write calls touched, in the order of first touch; index 0 is stdout.
struct TouchedOutput {
  std::string first_name;  // below the directory, when it was first written; "stdout"
  std::string final_name;  // as it was left behind; empty if it was not
};

// Something that the target left behind, or its stdout.
struct OutputFile {
  std::string name;     // "stdout", or the path below the trial's directory
  FileBytes bytes;      // content; of what is no regular file, a description
  bool written = true;  // false: a link, a directory, a FIFO: no write call made it
  bool stream = false;  // bytes are what arrived at a reader; no call has a position
};

struct Observation {
  TargetEnd end;
  std::vector<OutputFile> outputs;  // stdout first if it is an output, then by name
  std::vector<TouchedOutput> touched;
  std::vector<TracedCall> calls;
  std::vector<std::string> programs;  // names of what the processes ran
  std::string diagnostics;            // the target's stderr, cut to kDiagnosticsBytesMax
  uint64_t diagnostics_bytes = 0;     // its whole length
  std::string remarks;                // the target's stdout where that is no output, cut likewise
  uint32_t attached = 0;              // process images that loaded the library
  uint32_t version_mismatches = 0;
  uint32_t trace_dropped = 0;
  uint32_t outputs_dropped = 0;
  uint32_t faults_delivered = 0;
  // A file had reached the most that the schedule's full=N allows, and the target was told.
  bool size_limit_felt = false;
  std::string unseen_ways;          // how bytes may have got past the backend, in words
  uint32_t processes_left = 0;      // still alive after the target's end; killed by us
  bool progress_after_end = false;  // and they were still writing
  std::chrono::microseconds wall{0};
  std::chrono::microseconds cpu{0};
};

// What the process that made the call was running; "" if it is not known.
std::string_view ProcessName(const Observation& observation, const TracedCall& call);

// On one output.
uint32_t MostWriteCalls(const Observation& observation);

inline constexpr size_t kDiagnosticsBytesMax = 64 * 1024;

}  // namespace shortwrite
