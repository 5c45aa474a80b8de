// Finds and maps the shared region, once per process image, in the library's constructor.
#pragma once

#include <stdint.h>

#include "fault_inject/protocol.h"

namespace shortwrite::fault_inject {

// Null: not in a trial, or a region of another version. Then every wrapper only forwards.
extern Region* region;

// The main program's addresses, so that a caller can be named independently of where the loader put
// it. Zero when they could not be found.
extern uintptr_t program_begin;
extern uintptr_t program_end;

// What the program is called, for reports; forked children bear the same name.
extern char program_name[kProcessNameBytes];

// "LD_PRELOAD=..." and "SHORTWRITE_REGION=...", copied: a program may overwrite its environment
// (setproctitle), and an exec with a scrubbed one must still carry them on.
extern char preload_entry[1200];
extern char region_entry[1200];

}  // namespace shortwrite::fault_inject
