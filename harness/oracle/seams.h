// Where one run of reference bytes ends and the next begins, when the bytes leave a choice. For
// provenance.cpp.
//
// The position-coded records 512 and 1024 both begin with "00000": after reference byte 4095 the
// output may go on with byte 8192 and agree with byte 4096 for five bytes more. The tracer then
// puts the seam five bytes too late. Both seams describe the same output; these functions choose
// the one that says most.
#pragma once

#include <string_view>
#include <vector>

#include "harness/oracle/provenance.h"

namespace shortwrite {

// Both take runs as the tracer cuts them (seams far right) and keep them a true description.

// If the runs can be a mere change of order (each reference byte exactly once), moves the seams so
// that they are, and returns true. Only for runs that all come from the reference, at most 1000.
bool MoveSeamsToReorder(std::string_view output, std::string_view reference,
                        std::vector<Run>& runs);

// Moves each seam to its roundest place; a run that becomes empty goes away.
void MoveSeamsToRound(std::string_view output, std::string_view reference, std::vector<Run>& runs);

}  // namespace shortwrite
