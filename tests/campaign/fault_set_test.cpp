#include "harness/campaign/fault_set.h"

#include <gtest/gtest.h>

#include <string>

namespace shortwrite {
namespace {

std::string Restricted(const std::string& faults, const std::string& schedule) {
  return ToText(Restrict(ParseFaultSet(faults).value(), ParseSchedule(schedule).value()));
}

// Steps that were not asked for go; those that were stay as they are.
TEST(FaultSet, RestrictsASchedule) {
  EXPECT_EQ(Restricted("recoverable", "1:short=1 2:enospc 3:eintr"), "1:short=1 3:eintr");
  EXPECT_EQ(Restricted("close", "1:short=1 close:eio"), "close:eio");
  EXPECT_EQ(Restricted("eagain", "1:short=1 2-:cap=5"), "");
  EXPECT_EQ(Restricted("efbig", "1:efbig 2-:efbig"), "2-:efbig") << "what never passes must last";
}

// Space ends inside a request: a short write right before an error comes with it, others do not.
TEST(FaultSet, LeavesAShortWriteBeforeItsError) {
  EXPECT_EQ(Restricted("enospc", "2:short=50% 3-:enospc"), "2:short=50% 3-:enospc");
  EXPECT_EQ(Restricted("enospc", "1:short=50% 3-:enospc"), "3-:enospc");
  EXPECT_EQ(Restricted("enospc", "2@a:short=1 3-:enospc"), "3-:enospc");
  EXPECT_EQ(Restricted("eio", "2:short=50% 3-:enospc"), "");
}

}  // namespace
}  // namespace shortwrite
