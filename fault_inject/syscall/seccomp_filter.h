// The filter that makes the kernel stop a tracee at the calls of interest, and only there.
#pragma once

#include <linux/filter.h>

#include <vector>

namespace shortwrite::fault_inject {

// traces_closes: close, fsync and fdatasync stop too. Empty: this kernel, or this libseccomp, has
// no filters; then every system call has to stop.
std::vector<sock_filter> BuildFilter(bool traces_closes);

}  // namespace shortwrite::fault_inject
