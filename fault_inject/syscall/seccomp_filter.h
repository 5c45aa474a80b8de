// The filter that makes the kernel stop a tracee at the calls of interest, and only there.
#pragma once

#include <linux/filter.h>

#include <vector>

#include "fault_inject/syscall/call_table.h"

namespace shortwrite::fault_inject {

// Empty: this kernel, or this libseccomp, has no filters; then every system call has to stop.
std::vector<sock_filter> BuildFilter(StopsAt stops);

}  // namespace shortwrite::fault_inject
