#include "harness/cli/sink_option.h"

#include <fmt/format.h>

#include "harness/cli/word_choice.h"

namespace shortwrite {

Result<SinkSettings> ParseSink(const std::string& text) {
  if (text == kFullSink) return SinkSettings{};  // a file, which cannot grow
  size_t colon = text.find(':');
  const Result<size_t> kind = ParseChoice("--sink", text.substr(0, colon), kSinkKindWords);
  if (!kind.ok()) return kind.error();
  SinkSettings sink;
  if (kSinkKindWords[kind.value()] == kFullSink) return UsageError("--sink full takes no flags");
  sink.kind = static_cast<SinkKind>(kind.value());
  while (colon != std::string::npos) {
    const size_t next = text.find(':', colon + 1);
    const std::string flag =
        text.substr(colon + 1, next == std::string::npos ? next : next - colon - 1);
    const Result<size_t> known = ParseChoice("--sink", flag, kSinkFlagWords);
    if (!known.ok()) return known.error();
    (known.value() == 0 ? sink.nonblock : sink.slow) = true;
    colon = next;
  }
  return sink;
}

Status CheckSink(const SinkSettings& sink, const RawTarget& raw, bool names_output) {
  if (sink.slow && !sink.is_stream()) {
    return UsageError(
        "--sink file:slow: a file has no reader; use pipe:slow, socket:slow or "
        "pty:slow");
  }
  if (sink.nonblock && names_output) {
    return UsageError(fmt::format(
        "--sink {}: whoever opens {{out}} decides on O_NONBLOCK, and that is the target; leave out "
        ":nonblock, or let the target write to its stdout",
        raw.sink));
  }
  if (sink.kind == SinkKind::kSocket && names_output) {
    return UsageError(fmt::format(
        "--sink {}: a socket cannot be opened by its path; leave out {{out}} and let the target "
        "write to its stdout",
        raw.sink));
  }
  if (sink.is_stream() && raw.existing) {
    return UsageError(fmt::format(
        "--existing: a stream holds nothing beforehand; leave it out, or use --sink file"));
  }
  return Ok();
}

}  // namespace shortwrite
