// The sentence of a Provenance. For provenance.cpp.
#pragma once

#include <cstdint>
#include <string>

#include "harness/oracle/provenance.h"

namespace shortwrite {

// Everything but `sentence` must be set.
std::string DescribeProvenance(const Provenance& provenance, uint64_t output_bytes,
                               uint64_t reference_bytes);

}  // namespace shortwrite
