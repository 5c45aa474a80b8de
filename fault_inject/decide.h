// The one decision: what happens at this write call. Pure; used by every backend, so that one
// schedule means the same in all of them.
//
// To add a fault kind: an enumerator in protocol.h, a rule in legality.h, a case here, a word in
// harness/schedule/.
//
// Needs libc headers only: it is compiled into the preload library.
#pragma once

#include <errno.h>
#include <signal.h>
#include <stdint.h>

#include "fault_inject/legality.h"
#include "fault_inject/protocol.h"

namespace shortwrite::fault_inject {

struct Decision {
  FaultKind fault = FaultKind::kNone;
  uint64_t granted = 0;     // bytes to ask of the kernel; meaningful while answer_now is false
  bool answer_now = false;  // answer with error (or 0) and make no call at all
  int error = 0;
  int signal = 0;  // raised with the error: SIGPIPE, SIGXFSZ, what interrupts
};

inline bool IsNoProgress(FaultKind fault) {
  return fault == FaultKind::kEagain || fault == FaultKind::kEintr || fault == FaultKind::kZero;
}

// The first step in the schedule's order that covers this call, or null.
inline const Step* FindStep(const Region& region, StepSite site, uint32_t call_number,
                            uint32_t output_name) {
  const uint32_t count = region.header.step_count;
  for (uint32_t i = 0; i < count && i < kStepsMax; ++i) {
    const Step& step = region.steps[i];
    if (step.site != site) continue;
    if (step.name != kNameAny && step.name != output_name) continue;
    if (site == StepSite::kWriteCall &&
        (call_number < step.first_call || call_number > step.last_call)) {
      continue;
    }
    return &step;
  }
  return nullptr;
}

inline uint64_t WantedCount(const Step& step, uint64_t movable) {
  switch (step.unit) {
    case AmountUnit::kBytes:
      return step.amount;
    case AmountUnit::kAllBut:
      return movable > step.amount ? movable - step.amount : 1;
    case AmountUnit::kPercent:
      return movable / 100 * step.amount + movable % 100 * step.amount / 100;
  }
  return movable;
}

inline Decision Pass(uint64_t movable) {
  return {FaultKind::kNone, movable, false, 0, 0};
}

inline Decision Answer(FaultKind fault, const Ruling& ruling, uint64_t movable, int error,
                       int signal = 0) {
  if (!ruling.legal) return Pass(movable);
  return {fault, 0, true, error, signal};
}

// An illegal step is not delivered: the call passes, and the harness counts planned against
// delivered.
inline Decision Decide(const Step* step, const CallFacts& facts) {
  const uint64_t movable = facts.movable;
  if (step == nullptr || movable == 0) return Pass(movable);
  switch (step->fault) {
    case FaultKind::kNone:
      return Pass(movable);
    case FaultKind::kShort:
    case FaultKind::kCap: {
      const uint64_t wanted = WantedCount(*step, movable);
      if (wanted >= movable) return Pass(movable);
      const Ruling ruling = LegalShortCount(facts, wanted);
      if (!ruling.legal) return Pass(movable);
      return {step->fault, ruling.granted, false, 0, 0};
    }
    case FaultKind::kEagain:
      return Answer(step->fault, LegalEagain(facts), movable, EAGAIN);
    case FaultKind::kEintr:
      // In linux an EINTR comes with its cause, so that the handler's side effects happen.
      return Answer(step->fault, LegalEintr(facts), movable, EINTR,
                    facts.profile == Profile::kLinux ? facts.interrupting_signal : 0);
    case FaultKind::kZero:
      return Answer(step->fault, LegalZero(facts), movable, 0);
    case FaultKind::kEnospc:
      return Answer(step->fault, LegalError(facts, step->fault), movable, ENOSPC);
    case FaultKind::kEdquot:
      return Answer(step->fault, LegalError(facts, step->fault), movable, EDQUOT);
    case FaultKind::kEio:
      return Answer(step->fault, LegalError(facts, step->fault), movable, EIO);
    case FaultKind::kEfbig:
      return Answer(step->fault, LegalError(facts, step->fault), movable, EFBIG, SIGXFSZ);
    case FaultKind::kEpipe:
      return Answer(step->fault, LegalError(facts, step->fault), movable, EPIPE, SIGPIPE);
  }
  return Pass(movable);
}

// close, fsync, fdatasync: the errno to report instead of success, or 0.
inline int DelayedError(const Step* step, SinkClass sink, Profile profile) {
  if (step == nullptr || !LegalDelayedError(sink, profile, step->fault).legal) return 0;
  switch (step->fault) {
    case FaultKind::kEnospc:
      return ENOSPC;
    case FaultKind::kEdquot:
      return EDQUOT;
    case FaultKind::kEio:
      return EIO;
    default:
      return 0;
  }
}

}  // namespace shortwrite::fault_inject
