#include "harness/report/recipe.h"

#include <fcntl.h>
#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string_view>
#include <vector>

namespace shortwrite {
namespace {

constexpr uint64_t kPage = 4096;        // a pipe's and a tmpfs's unit
constexpr uint64_t kShellBlock = 1024;  // of bash's ulimit -f

struct Faults {
  const Observation& observation;
  std::vector<const TracedCall*> delivered;
};

bool IsCut(const TracedCall& call) {
  return call.fault == FaultKind::kShort || call.fault == FaultKind::kCap;
}

bool IsNonblocking(const TracedCall& call) {
  return (call.status_flags & O_NONBLOCK) != 0;
}

std::string NameOf(const TracedCall& call) {
  return fmt::format("{} {}", call.call, call.number);
}

// All from the second on are this fault.
bool RestIs(const Faults& faults, FaultKind fault) {
  return std::all_of(faults.delivered.begin() + 1, faults.delivered.end(),
                     [&](const TracedCall* call) { return call->fault == fault; });
}

uint64_t EndOf(const TracedCall& call) {
  return static_cast<uint64_t>(call.position + call.result);
}

// Where the output stood when the first fault came, and where it was let go on to, if every call
// until then continued the one before it: a limit on size or space then ends there. Nothing: not
// known, or another file was longer by then, which the same limit would have cut first.
std::optional<uint64_t> LimitOf(const Faults& faults) {
  const TracedCall& first = *faults.delivered.front();
  uint64_t end = 0;
  for (const TracedCall& call : faults.observation.calls) {
    const bool is_first = &call == &first;
    if (call.result > 0 && call.sink == "regular file") {
      if (call.position < 0) return std::nullopt;
      if (call.output == first.output) {
        if (static_cast<uint64_t>(call.position) != end) return std::nullopt;
        end = EndOf(call);
      } else if (!is_first) {
        return std::nullopt;
      }
    }
    if (is_first) return end;
  }
  return std::nullopt;
}

// A later call of the output that got further, although a limit that stays would not let it.
const TracedCall* FirstBeyond(const Faults& faults, uint64_t limit) {
  const TracedCall& first = *faults.delivered.front();
  const auto found = std::find_if(faults.observation.calls.begin(), faults.observation.calls.end(),
                                  [&](const TracedCall& call) {
                                    return call.output == first.output && call.result > 0 &&
                                           call.position >= 0 && EndOf(call) > limit;
                                  });
  return found == faults.observation.calls.end() ? nullptr : &*found;
}

std::string BySizeLimit(const Faults& faults, uint64_t limit) {
  std::string text = fmt::format("prlimit --fsize={} COMMAND", limit);
  if (limit % kShellBlock == 0) text += fmt::format(" (bash: ulimit -f {})", limit / kShellBlock);
  text += fmt::format(" ends {} there, if no other file that it writes is longer",
                      NameOf(*faults.delivered.front()));
  if (const TracedCall* const beyond = FirstBeyond(faults, limit)) {
    text += fmt::format(
        "; but then {} fails with EFBIG, and SIGXFSZ kills unless it is ignored, "
        "where here it went on",
        NameOf(*beyond));
  }
  return text;
}

std::string BySpace(const Faults& faults, uint64_t limit) {
  std::string text = fmt::format("the output on a tmpfs with {} bytes free", limit);
  if (const TracedCall* const beyond = FirstBeyond(faults, limit)) {
    text += fmt::format("; for {} to succeed, as here, another process must free space before it",
                        NameOf(*beyond));
  }
  return text;
}

// RLIMIT_FSIZE ends a write at a byte and the ones after it with EFBIG; a full file system ends it
// at a page and the ones after it with ENOSPC (both tried).
std::string OfFile(const Faults& faults) {
  const TracedCall& first = *faults.delivered.front();
  const std::optional<uint64_t> limit = LimitOf(faults);
  if (!limit || (first.status_flags & O_DIRECT) != 0 || first.call == "splice") return "";
  const bool copies = first.call == "sendfile" || first.call == "copy_file_range";
  const bool fills_pages = *limit % kPage == 0 && !copies;
  if (first.fault == FaultKind::kEfbig || (IsCut(first) && faults.delivered.size() > 1)) {
    if (RestIs(faults, FaultKind::kEfbig)) return BySizeLimit(faults, *limit);
  }
  if (first.fault == FaultKind::kEnospc || (IsCut(first) && faults.delivered.size() > 1)) {
    return fills_pages && RestIs(faults, FaultKind::kEnospc) ? BySpace(faults, *limit) : "";
  }
  if (!IsCut(first) || faults.delivered.size() > 1) return "";
  const std::string text = BySizeLimit(faults, *limit);
  return fills_pages ? text + "; or " + BySpace(faults, *limit) : text;
}

uint64_t AcceptedBefore(const Faults& faults) {
  const TracedCall& first = *faults.delivered.front();
  uint64_t bytes = 0;
  for (const TracedCall& call : faults.observation.calls) {
    if (&call == &first) break;
    if (call.output == first.output && call.result > 0) bytes += static_cast<uint64_t>(call.result);
  }
  return bytes;
}

// Whole pages only: where the odd rest went depends on what the last page still held.
std::string ShortOfPipe(const Faults& faults) {
  const TracedCall& call = *faults.delivered.front();
  const auto accepted = static_cast<uint64_t>(call.result);
  if (accepted % kPage != 0 || (call.status_flags & O_DIRECT) != 0) return "";
  if (call.call != "write" && call.call != "writev") return "";
  const uint64_t before = AcceptedBefore(faults);
  const std::string reader =
      before == 0 ? "whose reader" : fmt::format("whose reader takes the first {} bytes,", before);
  if (IsNonblocking(call)) {
    const bool is_pipe_size = (accepted & (accepted - 1)) == 0;
    if (!is_pipe_size) return "";
    return fmt::format("a pipe of {} bytes (F_SETPIPE_SZ) {} pauses at {}", accepted, reader,
                       NameOf(call));
  }
  const std::string then =
      accepted == kPage ? fmt::format("pauses at {}", NameOf(call))
                        : fmt::format("takes {} of {} and pauses", accepted - kPage, NameOf(call));
  return fmt::format(
      "a pipe of one page (F_SETPIPE_SZ {}) {} {}; when the writer sleeps, kill -STOP and then "
      "kill -CONT it",
      kPage, reader, then);
}

std::string StallOfStream(const Faults& faults) {
  const TracedCall& call = *faults.delivered.front();
  const std::string full =
      AcceptedBefore(faults) == 0
          ? fmt::format("fill the {} before the start", call.sink)
          : fmt::format("let the reader pause so that the {} is full when {} comes", call.sink,
                        NameOf(call));
  if (call.fault == FaultKind::kEagain) {
    const std::string_view flag =
        IsNonblocking(call) ? " and O_NONBLOCK, as whoever shares it may set it" : "";
    return fmt::format("{}{}; the reader goes on after the refusal", full, flag);
  }
  // A non-blocking one would have answered EAGAIN, or waits nowhere.
  if (IsNonblocking(call)) return "";
  return fmt::format("{}; while the call waits, send the writer a signal that it handles{}", full,
                     call.send_timeout ? "" : " without SA_RESTART, by a timer for example");
}

std::string OfStream(const Faults& faults) {
  const TracedCall& first = *faults.delivered.front();
  if (faults.delivered.size() > 1) return "";
  if (first.sink == "pipe" && IsCut(first)) return ShortOfPipe(faults);
  const bool stalls = first.fault == FaultKind::kEagain || first.fault == FaultKind::kEintr;
  const bool fills = first.sink == "pipe" || first.sink == "terminal" ||
                     first.sink == "stream socket" || first.sink == "TCP socket";
  return stalls && fills ? StallOfStream(faults) : "";
}

}  // namespace

std::string Recipe(const Observation& observation) {
  Faults faults = {observation, {}};
  for (const TracedCall& call : observation.calls) {
    if (!call.delivered) continue;
    // Neither what only other systems do, nor an error at close, nor faults on two outputs.
    if (call.legal_under != "linux" || call.number == 0) return "";
    if (!faults.delivered.empty() && faults.delivered.front()->output != call.output) return "";
    faults.delivered.push_back(&call);
  }
  if (faults.delivered.empty()) return "";
  return faults.delivered.front()->sink == "regular file" ? OfFile(faults) : OfStream(faults);
}

}  // namespace shortwrite
