// The shared region: the whole contract between the harness and what runs inside a target.
//
// One file, mapped by the harness and by every process of the trial. Fixed-width types, no
// pointers, no bool, no size_t. Who writes what:
//   harness, before the spawn   everything down to "written by targets"; targets never write it
//   targets                     the rest, through the atomics below
//   harness, after reaping      reads; while targets run it may only read the counters
// Change anything here: raise kVersion. A library of another version leaves all calls untouched
// and counts itself in version_mismatches, so that the harness can say so.
//
// Needs libc headers only: it is compiled into the preload library.
#pragma once

#include <stddef.h>
#include <stdint.h>

namespace shortwrite::fault_inject {

inline constexpr uint32_t kMagic = 0x54525753;  // "SWRT" in memory on a little-endian machine
inline constexpr uint32_t kVersion = 4;

inline constexpr uint32_t kStepsMax = 1024;
inline constexpr uint32_t kNamesMax = 64;
inline constexpr uint32_t kNameBytes = 256;
inline constexpr uint32_t kOutputsMax = 1024;
inline constexpr uint32_t kPathBytes = 480;
inline constexpr uint32_t kProcessesMax = 512;
inline constexpr uint32_t kProcessNameBytes = 16;  // the kernel's: /proc/PID/comm
// A program that writes the default payload byte by byte makes 270001 calls; four times that is
// room for it. The file is sparse: only records that are written cost memory.
inline constexpr uint32_t kTraceMax = 1u << 20;

inline constexpr char kRegionVariable[] = "SHORTWRITE_REGION";

enum class CallKind : uint8_t {
  kWrite,
  kPwrite,
  kWritev,
  kPwritev,
  kPwritev2,
  kSend,
  kSendto,
  kSendmsg,
  kSendmmsg,  // counts messages, not bytes: a short sendmmsg sends fewer of them
  kSendfile,
  kSplice,
  kTee,
  kVmsplice,
  kCopyFileRange,
  kClose,
  kFsync,
  kFdatasync,
};
inline constexpr uint32_t kCallKinds = 17;

enum class FaultKind : uint8_t {
  kNone,
  kShort,  // accepts n of m bytes
  kCap,    // accepts at most n bytes
  kEagain,
  kEintr,
  kEnospc,
  kEdquot,
  kEio,
  kEfbig,  // with SIGXFSZ
  kEpipe,  // with SIGPIPE
  kZero,   // returns 0 for a request above 0: hostile profile only
};

enum class AmountUnit : uint8_t { kBytes, kAllBut, kPercent };
enum class StepSite : uint8_t { kWriteCall, kClose, kSync };
enum class Profile : uint8_t { kLinux, kPosix, kHostile };

// What a descriptor refers to, as far as legality depends on it.
enum class SinkClass : uint8_t {
  kRegular,
  kPipe,
  kTty,
  kStreamSocket,  // AF_UNIX, and families whose counts nobody measured
  kDatagramSocket,
  kBlockDevice,
  kOther,  // /dev/null and other devices: all, and never an error
  kTcpSocket,
  kSeqpacketSocket,
  kEventfd,
  kFullDevice,    // /dev/full
  kSealedMemory,  // a memfd that may not grow (F_SEAL_GROW)
};
inline constexpr uint32_t kSinkClasses = 12;

inline constexpr uint32_t kLastCall = UINT32_MAX;  // an open range: "3-"

// Values of Step::name and OutputSlot::name; from kNameFirst on: kNameFirst + index into names.
inline constexpr uint32_t kNameAny = 0;   // step: any output; slot: not looked up yet
inline constexpr uint32_t kNameNone = 1;  // slot: looked up, no step names it
inline constexpr uint32_t kNameFirst = 2;

struct Step {
  uint64_t amount;
  uint32_t first_call;  // from 1, per output
  uint32_t last_call;   // inclusive
  uint32_t name;        // kNameAny, or kNameFirst + index
  FaultKind fault;
  AmountUnit unit;
  StepSite site;
  uint8_t reserved;
};
static_assert(sizeof(Step) == 24);

// What a slot of outputs says about one file, in the order of first touch. Slot 0 is stdout.
struct OutputSlot {
  uint32_t calls;        // write calls numbered so far: atomic
  uint32_t no_progress;  // EAGAIN, EINTR and zero results injected in a row: atomic
  uint32_t name;         // kNameAny until it has been looked up
  uint32_t path_bytes;   // 0: not yet known
  uint64_t accepted;     // bytes that the kernel accepted here: atomic
  uint32_t writer;       // process that wrote here last; while closes are traced, else 0
  uint32_t reserved;
  char path[kPathBytes];  // below dir_path, as it was called at first touch
};
static_assert(sizeof(OutputSlot) == 512);

// A program that a process of the trial ran, in the order of exec and first write
// (process_names.h).
struct ProcessName {
  uint32_t process;       // set last; 0: not written to the end
  uint32_t first_record;  // of the trace, from which on the name holds
  char name[kProcessNameBytes];
};
static_assert(sizeof(ProcessName) == 24);

// Bits of TraceRecord::marks.
inline constexpr uint8_t kMarkPublished = 1;         // set last, with release order
inline constexpr uint8_t kMarkHandler = 2;           // a handler that can cause EINTR was installed
inline constexpr uint8_t kMarkAppend = 4;            // O_APPEND
inline constexpr uint8_t kMarkCallerInProgram = 8;   // caller is an offset in the main program
inline constexpr uint8_t kMarkDelivered = 16;        // the fault really happened
inline constexpr uint8_t kMarkNonblockingCall = 32;  // MSG_DONTWAIT and the like
inline constexpr uint8_t kMarkUnwatched = 64;        // let go: nobody looked at what it returned
inline constexpr uint8_t kMarkSendTimeout = 128;     // SO_SNDTIMEO is set

struct TraceRecord {
  uint64_t time_ns;  // CLOCK_MONOTONIC at entry
  uint64_t asked;    // bytes requested (sendmmsg: messages)
  uint64_t movable;  // of these, what is there to move (copy calls: to the end of the source)
  uint64_t granted;  // passed to the kernel; 0 when the call was answered without it
  int64_t result;    // what the target got
  int64_t position;  // where the first accepted byte went; -1 on streams
  uint64_t caller;   // return address, or an offset if kMarkCallerInProgram
  uint32_t number;   // of the call on its output, from 1; 0: nothing to write
  uint32_t process;
  uint32_t thread;
  uint16_t error;  // errno that the target got (the kernel's are below 4096); 0 on success
  uint8_t waited;  // with kFeatureTraceWaits; 1: its thread then waited (waits.h): atomic
  uint8_t reserved;
  int32_t descriptor;
  uint32_t status_flags;  // fcntl(F_GETFL)
  uint16_t output;        // slot
  uint16_t step;          // index + 1; 0: none applied
  CallKind call;
  FaultKind fault;  // what the step asked for
  SinkClass sink;
  uint8_t marks;
};
static_assert(sizeof(TraceRecord) == 88);

// Bits of RegionHeader::features.
inline constexpr uint32_t kFeatureTraceClose = 1;     // record close, fsync and fdatasync too
inline constexpr uint32_t kFeatureProbeHandlers = 2;  // fill kMarkHandler in a sample of all calls
// Fill time, process, thread, position, flags and sink at every call: each is a system call, which
// together cost more than a small write. Without it flags and sink stand where a step applies, and
// the rest is 0 (position -1).
inline constexpr uint32_t kFeatureFullTrace = 4;
inline constexpr uint32_t kFeatureTraceWaits = 8;  // fill TraceRecord::waited; needs a full trace

// Bits of RegionHeader::unseen_ways. Only a backend that watches from outside can tell.
inline constexpr uint32_t kWayIoUring = 1;        // io_uring_setup(2)
inline constexpr uint32_t kWaySharedMapping = 2;  // mmap(2), MAP_SHARED and writable, of a file
inline constexpr uint32_t kWayOtherAbi = 4;       // calls of a 32-bit program
inline constexpr uint32_t kWayPtrace = 8;         // the target traces by itself, and was refused

struct RegionHeader {
  // Written by the harness before the spawn.
  uint32_t magic;
  uint32_t version;
  uint64_t region_bytes;
  uint32_t step_count;
  uint32_t name_count;
  uint32_t features;
  uint32_t no_progress_max;  // injected results without progress in a row; then calls pass
  uint64_t stdout_device;
  uint64_t stdout_inode;
  uint64_t dir_device;
  uint32_t dir_path_bytes;
  uint32_t stdout_is_output;      // 0: the trial does not judge stdout
  uint32_t stderr_shares_stdout;  // then descriptor 2 is left alone
  Profile profile;
  uint8_t reserved[3];
  char dir_path[1024];  // canonical, no trailing slash
  // Written by targets.
  uint32_t attached;  // processes that mapped the region
  uint32_t version_mismatches;
  uint32_t trace_claimed;    // may exceed kTraceMax: the excess was dropped
  uint32_t outputs_dropped;  // files that found no free slot: their calls went unseen
  uint32_t faults_delivered;
  uint32_t unseen_ways;      // kWay... : how bytes may have got past the backend: atomic
  uint32_t processes_named;  // may exceed kProcessesMax
  uint32_t reserved_by_targets;
};
static_assert(offsetof(RegionHeader, step_count) == 16);
static_assert(offsetof(RegionHeader, dir_path) == 72);
static_assert(sizeof(RegionHeader) == 72 + 1024 + 32);

struct Region {
  RegionHeader header;
  uint64_t output_keys[kOutputsMax];  // 0: free; claimed in order by compare-and-swap, never freed
  char names[kNamesMax][kNameBytes];  // outputs named in steps, NUL-terminated
  Step steps[kStepsMax];
  OutputSlot outputs[kOutputsMax];
  ProcessName processes[kProcessesMax];
  TraceRecord trace[kTraceMax];
};
static_assert(offsetof(Region, output_keys) == 1128);
static_assert(offsetof(Region, outputs) % 8 == 0 && offsetof(Region, trace) % 8 == 0);

// Identity of a file as one word. Two files of one trial get the same key only by a 64-bit
// coincidence; a file that reuses the inode of one deleted in the same trial continues its count.
inline uint64_t OutputKey(uint64_t device, uint64_t inode) {
  const uint64_t key = (inode + 1) * 0x9e3779b97f4a7c15u ^ (device << 17 | device >> 47);
  return key == 0 ? 1 : key;
}

inline uint32_t AtomicLoad(const uint32_t& word) {
  return __atomic_load_n(&word, __ATOMIC_ACQUIRE);
}
inline uint32_t AtomicAdd(uint32_t& word, uint32_t n) {
  return __atomic_fetch_add(&word, n, __ATOMIC_ACQ_REL);
}

}  // namespace shortwrite::fault_inject
