// The two writings of the rules, compared: what legality.h allows, the validator must accept, and
// nothing else. A slip in either shows here before it shows in a trial.
#include <gtest/gtest.h>

#include <array>
#include <cerrno>
#include <string>
#include <vector>

#include "fault_inject/decide.h"
#include "harness/trial/region_text.h"
#include "harness/trial/validate_trace.h"
#include "tests/fault_inject/facts.h"
#include "tests/trial/traces.h"

namespace shortwrite {
namespace {

namespace fi = fault_inject;

struct Answer {
  FaultKind fault;
  fi::FaultKind in_region;
  int error;
};
constexpr std::array kAnswers = {Answer{FaultKind::kEagain, fi::FaultKind::kEagain, EAGAIN},
                                 Answer{FaultKind::kEintr, fi::FaultKind::kEintr, EINTR},
                                 Answer{FaultKind::kZero, fi::FaultKind::kZero, 0},
                                 Answer{FaultKind::kEnospc, fi::FaultKind::kEnospc, ENOSPC},
                                 Answer{FaultKind::kEdquot, fi::FaultKind::kEdquot, EDQUOT},
                                 Answer{FaultKind::kEio, fi::FaultKind::kEio, EIO},
                                 Answer{FaultKind::kEfbig, fi::FaultKind::kEfbig, EFBIG},
                                 Answer{FaultKind::kEpipe, fi::FaultKind::kEpipe, EPIPE}};
constexpr std::array<std::string_view, 3> kProfileWords = {"linux", "posix", "hostile"};

fi::Decision DecideFor(fi::FaultKind fault, uint64_t amount, const fi::CallFacts& facts) {
  const fi::Step step = {amount, 1, fi::kLastCall, fi::kNameAny, fault, {}, {}, 0};
  return fi::Decide(&step, facts);
}

// As the call would stand in a trace, had the fault been delivered there.
TracedCall Delivered(const fi::CallFacts& facts, FaultKind fault, uint64_t granted, int error) {
  TracedCall call = Call(1, facts.movable, SinkName(facts.sink));
  call.call = CallName(facts.call);
  call.status_flags = facts.status_flags;
  call.must_not_wait = facts.call_nonblocking;
  call.handler_can_interrupt = facts.interrupting_signal != 0;
  call.send_timeout = facts.send_timeout;
  Deliver(call, fault, kProfileWords[static_cast<size_t>(facts.profile)]);
  call.granted = granted;
  call.error = error;
  call.result = error != 0 ? -1 : static_cast<int64_t>(granted);
  return call;
}

std::string Violation(const TracedCall& call, const Schedule& schedule, fi::Profile profile) {
  const std::vector<std::string> violations =
      ValidateTrace({schedule, static_cast<ProfileName>(profile)}, Trace({call}));
  return violations.empty() ? "" : violations.front();
}

template <typename Visit>
void ForFewerFacts(const Visit& visit) {
  fi::ForEachFacts([&](const fi::CallFacts& facts) {
    for (const uint64_t movable : {2u, 8u, 4096u, 4098u, 10000u, 65536u}) {
      if (facts.movable == movable) visit(facts);
    }
  });
}

// Each fault that answers instead of the kernel, at every kind of call.
TEST(ValidatorAndLegality, AgreeOnAnswers) {
  for (const Answer& answer : kAnswers) {
    const Schedule schedule = {{FaultAt(1, answer.fault)}};
    ForFewerFacts([&](const fi::CallFacts& facts) {
      const bool delivered = DecideFor(answer.in_region, 0, facts).fault == answer.in_region;
      const TracedCall call = Delivered(facts, answer.fault, 0, answer.error);
      const std::string violation = Violation(call, schedule, facts.profile);
      ASSERT_EQ(delivered, violation.empty())
          << FaultName(answer.fault) << ", " << facts << "; " << violation;
    });
  }
}

// Every cut that legality.h would make, and every other count beside it.
TEST(ValidatorAndLegality, AgreeOnCounts) {
  for (const uint64_t wanted : {1u, 2u, 7u, 4095u, 4096u, 4097u, 5000u, 8192u, 9999u}) {
    const Schedule schedule = {{ShortAt(1, Bytes(wanted))}};
    ForFewerFacts([&](const fi::CallFacts& facts) {
      if (wanted >= facts.movable) return;
      const fi::Decision decision = DecideFor(fi::FaultKind::kShort, wanted, facts);
      const bool delivered = decision.fault == fi::FaultKind::kShort;
      if (delivered) {
        ASSERT_EQ(Violation(Delivered(facts, FaultKind::kShort, decision.granted, 0), schedule,
                            facts.profile),
                  "")
            << facts << ", wanted " << wanted;
      }
      if (delivered && decision.granted == wanted) return;
      ASSERT_NE(Violation(Delivered(facts, FaultKind::kShort, wanted, 0), schedule, facts.profile),
                "")
          << facts << ", wanted " << wanted;
    });
  }
}

}  // namespace
}  // namespace shortwrite
