// What the judged output of a trial is, and, for a stream, its two ends.
//
// A file stays where the target put it. A stream has a reader (sink_reader.h), and the kernel
// itself makes it short or full. harness/docs/sinks.md.
#pragma once

#include <array>
#include <string>
#include <string_view>

#include "harness/base/result.h"
#include "harness/base/unique_fd.h"

namespace shortwrite {

enum class SinkKind { kFile, kPipe, kSocket, kPty };
inline constexpr std::array<std::string_view, 4> kSinkWords = {"file", "pipe", "socket", "pty"};

struct SinkSettings {
  SinkKind kind = SinkKind::kFile;
  bool nonblock = false;  // O_NONBLOCK on the description that the target inherits
  bool slow = false;      // a paced reader behind a small buffer

  bool is_stream() const { return kind != SinkKind::kFile; }
  // Nothing but the kind: what any program must bear.
  bool is_plain() const { return !nonblock && !slow; }
  bool operator==(const SinkSettings&) const = default;
};

// "pipe:nonblock:slow".
std::string ToText(const SinkSettings& settings);

// Both are kept open by us until the trial is over: a target may close its stream early, and open
// its {out} late or twice, and what a pty held would be lost with its last open end.
struct SinkEnds {
  UniqueFd target;   // for the target's standard output; of a sink with a name, ours alone
  UniqueFd reader;   // O_NONBLOCK
  std::string path;  // what {out} stands for; empty: the sink has no name
};

// fifo: where the pipe gets a name; empty: it is the target's stdout. A pty always has its name. An
// Error is kUnavailable where this machine has no such thing.
Result<SinkEnds> OpenSink(const SinkSettings& settings, const std::string& fifo);

}  // namespace shortwrite
