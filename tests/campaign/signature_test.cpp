// When two counterexamples are one.
#include "harness/campaign/signature.h"

#include <gtest/gtest.h>

namespace shortwrite {
namespace {

Counterexample CalledFrom(uint64_t caller, const std::string& call_site) {
  Counterexample found;
  found.judgement.verdict = Verdict::kCorrupted;
  TracedCall call = {};
  call.caller = caller;
  call.caller_in_program = true;
  found.observation.calls.push_back(call);
  found.diagnosis.call = 0;
  found.call_site = call_site;
  return found;
}

// Compilers copy a call into every function that its own was inlined in.
TEST(Signature, APlaceInTheSourceStandsForItsCopies) {
  EXPECT_EQ(Signature(CalledFrom(0x10, "a.c:7 (Flush)")),
            Signature(CalledFrom(0x20, "a.c:7 (Flush)")));
  EXPECT_NE(Signature(CalledFrom(0x10, "a.c:7 (Flush)")),
            Signature(CalledFrom(0x10, "a.c:9 (Flush)")));
  EXPECT_NE(Signature(CalledFrom(0x10, "")), Signature(CalledFrom(0x20, "")));
}

}  // namespace
}  // namespace shortwrite
