// The write-all loop: what a correct program does with write(2), which may accept fewer bytes than
// asked, or none.
//
// It goes through libc's `write`, so that it can be run under fault injection like any other
// program, and it is the loop behind the reference write. Thread-safe; async-signal-safe when no
// progress function is given (it calls write and poll only).
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>

#include "harness/base/result.h"

namespace shortwrite {

// After a call that accepted bytes.
struct WriteProgress {
  uint64_t call;            // number of this write call, from 1; calls that moved nothing count too
  uint64_t asked_bytes;     // what this call was asked to write
  uint64_t accepted_bytes;  // what it accepted, 1..asked_bytes
  uint64_t total_bytes;     // accepted by all calls so far
  uint64_t of_bytes;        // what WriteAll was asked to write
};

struct WriteAllOptions {
  // Longest single request; 0 = one request for everything that is left, so that the kernel's own
  // ceiling shows (2147479552 bytes per call on Linux, write(2)).
  uint64_t request_bytes_max = 0;
  // Consecutive calls that may return 0 for a non-zero request before we give up. A local file
  // system never does that; FUSE with direct_io can, and a loop without this bound spins for ever.
  uint32_t zero_returns_max = 16;
  std::function<void(const WriteProgress&)> on_progress;
};

enum class WriteAllEnd {
  kComplete,    // every byte accepted
  kFailed,      // a call failed for good; error_number says why
  kNoProgress,  // too many returns of 0 in a row
};

struct WriteAllResult {
  WriteAllEnd end = WriteAllEnd::kComplete;
  uint64_t accepted_bytes = 0;  // a prefix of the request of this length is in the kernel's hands
  uint64_t calls = 0;           // write calls made, of whatever result
  // 0 exactly when complete. For kNoProgress the kernel gave none and we say EIO, so that a caller
  // who looks only here cannot take a stall for success.
  int error_number = 0;

  bool complete() const { return end == WriteAllEnd::kComplete; }
};

// Writes `bytes` bytes from `data` to `fd`, in as many calls as it takes.
//   EINTR: nothing was transferred (POSIX write: a count is returned otherwise), call again.
//   EAGAIN/EWOULDBLOCK: wait for POLLOUT with poll(2), then call again. Regular files are always
//     ready (poll(2)), and a hang-up is left for write to report (EPIPE).
//   short count: go on behind it, from the same buffer; nothing is copied.
//   any other error: stop; what was accepted before stays written.
// 0 bytes: no call is made, the result is complete.
WriteAllResult WriteAll(int fd, const void* data, size_t bytes,
                        const WriteAllOptions& options = {});

// For a result that is not complete: "write 'out' (after 4096 of 10000 bytes, which stay in the
// file): No space left on device". The totals are the caller's: it may have made several requests.
Error WriteAllError(const std::string& path, const WriteAllResult& result, uint64_t written_bytes,
                    uint64_t of_bytes);

}  // namespace shortwrite
