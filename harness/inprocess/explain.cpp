#include "harness/inprocess/explain.h"

#include <fmt/format.h>
#include <string.h>  // NOLINT(modernize-deprecated-headers): strerrorname_np is GNU's

#include <ostream>
#include <utility>

#include <shortwrite/match.h>

#include "harness/base/file_bytes.h"
#include "harness/oracle/provenance.h"

namespace shortwrite::inprocess {
namespace {

// Enough for every minimal counterexample; a long trace would bury the sentence above it.
constexpr size_t kCallsShownMax = 12;

std::string Line(const Call& call) {
  const char* const name = call.error == 0 ? nullptr : strerrorname_np(call.error);
  const std::string result = name != nullptr ? name : std::to_string(call.result);
  std::string line = fmt::format("\n  {:>4}  {:<8} asked {:>8}  got {:>8}  {}", call.number,
                                 call.call, call.asked, call.returned ? result : "-", call.output);
  if (!call.fault.empty()) line += fmt::format("  <- {}", call.fault);
  if (!call.fault.empty() && !call.delivered) line += " (not delivered)";
  return line;
}

}  // namespace

std::string DescribeDifference(std::string_view output, std::string_view reference) {
  const Provenance provenance = TraceProvenance(output, reference, "");
  return fmt::format(
      "the output is wrong: {}\n  {} bytes, {} expected; first wrong byte at offset {}",
      provenance.sentence, output.size(), reference.size(), provenance.first_divergence);
}

Judged Explain(const Schedule& schedule, const Trace& trace, std::string reason) {
  std::string text = std::move(reason);
  text += schedule.empty() ? "\n  no fault was planned"
                           : fmt::format("\n  under Schedule(\"{}\")", schedule.text());
  for (size_t i = 0; i < trace.calls.size() && i < kCallsShownMax; ++i) {
    text += Line(trace.calls[i]);
  }
  if (trace.calls.size() > kCallsShownMax) {
    text += fmt::format("\n  ... and {} calls more", trace.calls.size() - kCallsShownMax);
  }
  return {false, std::move(text)};
}

std::string DescribeVacuity(const Totals& totals) {
  if (totals.trials == 0) return "";
  if (totals.violations > 0) {
    return fmt::format(
        "in {} of {} trials a fault was injected that the rules forbid; this is a mistake of "
        "shortwrite, not of what it tests",
        totals.violations, totals.trials);
  }
  constexpr std::string_view kOutside =
      "stdio inside glibc, mmap, io_uring or a direct system call can do that; `shortwrite check "
      "--backend syscall` sees most of these from outside";
  if (totals.bypassed > 0) {
    return fmt::format(
        "proves nothing: in {} of {} trials bytes reached the output past the library ({}), or a "
        "hole was made, or more calls than the trace has room for. InjectorOptions::may_bypass "
        "is for outputs that have such bytes by right",
        totals.bypassed, totals.trials, kOutside);
  }
  if (totals.faults_delivered > 0) return "";
  if (totals.write_calls == 0) {
    return fmt::format(
        "proves nothing: in {} trials no write call to the output was seen. Does it write to the "
        "path or descriptor that the injector was given? ({})",
        totals.trials, kOutside);
  }
  return fmt::format(
      "proves nothing: no fault was delivered in {} trials, over {} write calls. A short write "
      "needs a request above 1 byte (on a pipe, above 4096), EAGAIN a descriptor with O_NONBLOCK, "
      "EINTR a handler without SA_RESTART, and a step a call number that is reached",
      totals.trials, totals.write_calls);
}

void showValue(const Judged& judged, std::ostream& os) {  // NOLINT: RapidCheck's name
  os << (judged.good ? "good" : judged.explanation);
}

void PrintTo(const FileAt& file, std::ostream* os) {
  *os << "the file '" << file.path << '\'';
}

Judged Compare(std::string_view bytes, const Payload& payload) {
  if (bytes == payload.bytes()) return {true, ""};
  return {false, DescribeDifference(bytes, payload.bytes())};
}

Judged Compare(const FileAt& file, const Payload& payload) {
  const Result<FileBytes> bytes = FileBytes::Read(file.path);
  if (!bytes.ok()) return {false, bytes.error().message};
  return Compare(bytes.value().view(), payload);
}

}  // namespace shortwrite::inprocess
