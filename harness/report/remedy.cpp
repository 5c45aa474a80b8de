#include "harness/report/remedy.h"

namespace shortwrite {
namespace {

std::string_view WithoutFault(const Counterexample& found) {
  if (found.minimal.full) {
    return "look at the result of every write, of fsync and of close, and end with a message and "
           "a non-zero exit status";
  }
  return "it fails without any fault: cut an older file off (O_TRUNC, ftruncate), and expect short "
         "counts and EAGAIN of this sink";
}

}  // namespace

std::string_view RemedyFor(const Counterexample& found) {
  if (found.minimal.steps.empty()) return WithoutFault(found);
  if (found.judgement.verdict == Verdict::kSpun || found.judgement.verdict == Verdict::kHung) {
    return "at EAGAIN wait with poll() until it can be written to, then write the rest; count what "
           "was accepted, so that the loop ends";
  }
  switch (found.minimal.steps.back().fault) {
    case FaultKind::kShort:
    case FaultKind::kCap:
    case FaultKind::kZero:
      return "write in a loop: go on behind the bytes that the last call says were accepted, until "
             "none are left";
    case FaultKind::kEagain:
      return "at EAGAIN wait with poll() until it can be written to, then write the same rest "
             "again";
    case FaultKind::kEintr:
      return "at EINTR call again with the same rest, or install the handler with SA_RESTART";
    default:
      return "look at the result of every write, of fsync and of close; keep the bytes, or end "
             "with a message and a non-zero exit status";
  }
}

}  // namespace shortwrite
