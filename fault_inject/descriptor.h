// What a descriptor is at this moment, asked of the kernel without touching errno.
#pragma once

#include <stdint.h>

#include "fault_inject/protocol.h"

namespace shortwrite::fault_inject {

struct DescriptorState {
  uint64_t device;
  uint64_t inode;
  uint64_t bytes;  // size of a regular file; 0 unless it was asked for
  uint32_t mode;
  uint32_t special_major;  // of a character device
  uint32_t special_minor;
};

// False: not a descriptor. Asks for identity and type alone unless the size is wanted: on a kernel
// with multigrain timestamps, one look at a file's times makes the next write to it slower.
bool Inspect(int descriptor, DescriptorState& state, bool with_size = false);

// Asks some kinds of files more, so this is done only where a step may apply.
SinkClass Classify(int descriptor, const DescriptorState& state);

// SO_SNDTIMEO of a socket; false for everything else.
bool HasSendTimeout(int descriptor, SinkClass sink);

uint32_t StatusFlags(int descriptor);

// The descriptor's own file position; -1 where it has none.
int64_t Position(int descriptor);

// Where the file is, below dir; copies at most bytes, NUL-terminated, and returns the length. 0:
// not below dir, or the kernel does not say (no /proc).
uint32_t PathBelow(const char* dir, uint32_t dir_bytes, int descriptor, char* path, uint32_t bytes);

// Bytes that a copy from this descriptor can move at most: to the end of a regular file, what lies
// in a pipe; UINT64_MAX where nobody can tell. position -1: the descriptor's own.
uint64_t SourceBytes(int descriptor, int64_t position);

}  // namespace shortwrite::fault_inject
