// Words for what stands in a trace record.
#pragma once

#include <string>
#include <string_view>

#include "fault_inject/protocol.h"

namespace shortwrite {

// "write"; "unknown" for a value that no library wrote: the region lies in the target's address
// space, so a target may have scribbled over it.
std::string_view CallName(fault_inject::CallKind call);
// "regular file".
std::string_view SinkName(fault_inject::SinkClass sink);

// RegionHeader::unseen_ways, in words; empty if nothing is set.
std::string UnseenWays(uint32_t ways);

struct RecordLegality {
  std::string_view profile;  // the strictest one that allows the delivered fault
  std::string_view reason;   // with its source
};
RecordLegality ExplainLegality(const fault_inject::TraceRecord& record);

}  // namespace shortwrite
