#include "harness/trial/region_text.h"

#include <array>
#include <utility>

#include "fault_inject/legality.h"

namespace shortwrite {
namespace {

namespace fi = fault_inject;

// The words of a trace. To add a write call or a sink, add its word here.
constexpr std::array<std::string_view, fi::kCallKinds> kCallNames = {
    "write",    "pwrite",          "writev",   "pwritev",  "pwritev2", "send",
    "sendto",   "sendmsg",         "sendmmsg", "sendfile", "splice",   "tee",
    "vmsplice", "copy_file_range", "close",    "fsync",    "fdatasync"};
constexpr std::array<std::string_view, fi::kSinkClasses> kSinkNames = {
    "regular file",     "pipe",         "terminal",    "stream socket",
    "datagram socket",  "block device", "device",      "TCP socket",
    "seqpacket socket", "eventfd",      "full device", "sealed memory"};
constexpr std::array<std::string_view, 3> kProfileNames = {"linux", "posix", "hostile"};

// The region lies in the target's address space, so a target may have scribbled over it.
template <size_t N, typename Enum>
std::string_view NameIn(const std::array<std::string_view, N>& names, Enum value) {
  const auto index = static_cast<size_t>(value);
  return index < N ? names[index] : "unknown";
}

fi::Ruling Rule(const fi::TraceRecord& record, fi::Profile profile) {
  if (record.number == 0) return fi::LegalDelayedError(record.sink, profile, record.fault);
  const fi::CallFacts facts = {record.call,
                               record.sink,
                               record.status_flags,
                               record.movable,
                               (record.marks & fi::kMarkNonblockingCall) != 0,
                               (record.marks & fi::kMarkHandler) != 0,
                               profile,
                               (record.marks & fi::kMarkSendTimeout) != 0};
  switch (record.fault) {
    case fi::FaultKind::kShort:
    case fi::FaultKind::kCap: {
      fi::Ruling ruling = fi::LegalShortCount(facts, record.granted);
      // A profile that would have cut elsewhere does not allow this cut.
      ruling.legal = ruling.legal && ruling.granted == record.granted;
      return ruling;
    }
    case fi::FaultKind::kEagain:
      return fi::LegalEagain(facts);
    case fi::FaultKind::kEintr:
      return fi::LegalEintr(facts);
    case fi::FaultKind::kZero:
      return fi::LegalZero(facts);
    default:
      return fi::LegalError(facts, record.fault);
  }
}

}  // namespace

std::string_view CallName(fi::CallKind call) {
  return NameIn(kCallNames, call);
}
std::string_view SinkName(fi::SinkClass sink) {
  return NameIn(kSinkNames, sink);
}

std::string UnseenWays(uint32_t ways) {
  constexpr std::array<std::pair<uint32_t, std::string_view>, 4> kTexts = {
      {{fi::kWayIoUring, "the target uses io_uring, whose writes no backend sees"},
       {fi::kWaySharedMapping,
        "the target maps a file to write to it through memory, which no backend sees"},
       {fi::kWayOtherAbi, "the target makes calls of a 32-bit program, which are not looked at"},
       {fi::kWayPtrace, "the target uses ptrace, which only one can do at a time"}}};
  std::string text;
  for (const auto& [way, words] : kTexts) {
    if ((ways & way) == 0) continue;
    text += text.empty() ? "" : "; ";
    text += words;
  }
  return text;
}

RecordLegality ExplainLegality(const fi::TraceRecord& record) {
  for (const auto profile : {fi::Profile::kLinux, fi::Profile::kPosix, fi::Profile::kHostile}) {
    const fi::Ruling ruling = Rule(record, profile);
    if (!ruling.legal) continue;
    return {NameIn(kProfileNames, profile), ruling.reason};
  }
  return {};
}

}  // namespace shortwrite
