// Faults for the write calls of this very process, for as long as an object lives.
//
// The preload library has to be in the process: see main.h, or shortwrite_add_gtest in CMake.
// Without it the constructor throws, so that nothing is ever taken for tested which was not.
#pragma once

#include <cstddef>
#include <cstdint>
#include <iosfwd>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include <shortwrite/payload.h>
#include <shortwrite/schedule.h>

namespace shortwrite::inprocess {

// The library is missing, or cannot be used as asked. what() has the remedy.
class InjectorError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// One write call of the function under test.
struct Call {
  std::string_view call;   // "write"
  std::string output;      // "out": path below the watched directory, or "stdout" for a descriptor
  uint32_t number = 0;     // on its output, from 1; 0: nothing to write, or close or fsync
  uint64_t asked = 0;      // bytes (sendmmsg: messages)
  uint64_t granted = 0;    // what the kernel was asked for, at most `asked`
  int64_t result = 0;      // what the function under test got
  int error = 0;           // errno that it got; 0 on success
  std::string_view fault;  // of the step that covers this call, delivered or not; "" if none does
  bool delivered = false;  // the fault really happened
  bool returned = true;    // false: still inside the call when the trial ended
  std::string_view legal_under;  // of a delivered fault: the strictest profile that allows it
};

struct Trace {
  std::vector<Call> calls;        // in the order of entry
  uint32_t faults_delivered = 0;  // 0: this trial showed nothing
  uint64_t accepted_bytes = 0;    // by all write calls to outputs
  // Bytes that the output has got in a way that the library cannot see: stdio inside glibc, mmap,
  // io_uring, a direct system call. (Or a hole: a file extended by lseek or ftruncate.) Of a
  // descriptor, known after Judge().
  uint64_t unseen_bytes = 0;
  uint64_t calls_dropped = 0;  // found no room: 1048576 calls and 1024 outputs are traced
  // Not empty: a fault was injected that the rules forbid, which is a mistake of shortwrite.
  std::string violation;
};

// What an output is worth, against what it should have been.
struct Judged {
  bool good = false;
  std::string explanation;  // one or more lines; empty if good

  explicit operator bool() const { return good; }
};
// RapidCheck's way to print a value: RC_ASSERT(injector.Judge(payload)) shows the explanation.
void showValue(const Judged& judged, std::ostream& os);  // NOLINT: RapidCheck's name

struct InjectorOptions {
  Profile profile = Profile::kPosix;
  // Bytes may reach the output in other ways than by write calls, and that is no reason to fail.
  bool may_bypass = false;
};

// From construction to Stop() or destruction, one trial: the schedule applies to the write calls of
// all threads of this process, and of its children, to the output. What the function under test
// starts must have ended by then.
//
// One at a time in a process, and not in a forked child without exec (InjectorError). Not for use
// in signal handlers. Injected calls keep to what the real ones promise: errno is untouched on
// success, write stays async-signal-safe.
class ScopedInjector {
 public:
  // The output is a file, which the function under test may create, or has. Every regular file and
  // FIFO in that file's directory and below is disturbed along with it, so that a temporary file
  // which is renamed later counts; a step that names an output means the path below that directory.
  // A name without '/' is a file in a private directory, in memory where there is room; it is
  // removed first, so that each trial starts alike. Other paths must have an existing directory
  // (InjectorError), and what lies there stays.
  ScopedInjector(const Schedule& schedule, std::string_view path,
                 const InjectorOptions& options = {});

  // The output is what this descriptor refers to (pipe, socket, terminal, file): calls on any
  // descriptor of the same object count. In steps it is called "stdout". Throws InjectorError if it
  // is not open.
  ScopedInjector(const Schedule& schedule, int descriptor, const InjectorOptions& options = {});

  ScopedInjector(const ScopedInjector&) = delete;
  ScopedInjector& operator=(const ScopedInjector&) = delete;
  ~ScopedInjector();

  // Where the function under test has to write; "" for a descriptor.
  const std::string& path() const;

  // Ends the trial, the first time; says what happened in it. Valid as long as the injector.
  const Trace& Stop();

  // Ends the trial, and compares the file at path(), or what the caller captured from a descriptor,
  // with the payload. Not good: what is wrong with it, and the calls that led there. Meant for
  // recoverable schedules: after an error that the function reported, less is right, too.
  Judged Judge(const Payload& payload);
  Judged Judge(const Payload& payload, std::string_view captured);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// What all injectors with a schedule that is not empty did since the process started. A test
// program proves something only if faults_delivered is above 0 and no trial was bypassed:
// RunAllTests() (main.h) demands that of each test that used an injector; whoever uses another
// framework has to ask DescribeVacuity() at its end.
struct Totals {
  uint64_t trials = 0;
  uint64_t write_calls = 0;  // seen on outputs
  uint64_t faults_delivered = 0;
  uint64_t bypassed = 0;    // trials with unseen bytes, against InjectorOptions, or dropped calls
  uint64_t violations = 0;  // trials with a Trace::violation
};
Totals TotalsSoFar();  // throws InjectorError without the library
// Why these totals prove nothing, with the remedy; empty if they prove something, or if there was
// no trial at all.
std::string DescribeVacuity(const Totals& totals);

// True if the library is in this process, so that injectors work.
bool IsInjectable();

// A path in the private directory that is no output: for references and logs. Throws InjectorError
// without the library.
std::string ScratchPath(std::string_view name);

}  // namespace shortwrite::inprocess
